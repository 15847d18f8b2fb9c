// 100 MB to 2 GB, both included; MB = 10⁶.
import { expect, test } from 'vitest';
import { known, type Fact } from '../../../src/domain/image/image-facts.ts';
import type { Level } from '../../../src/domain/policy/policy.ts';
import { size } from '../../../src/domain/rules/size.ts';
import { facts, IMAGE, judge, platform, ruleContext, seenUnread, unread } from '../build.ts';

const ROWS: readonly (readonly [string, Fact<number>, Level, string])[] = [
  ['a size between the bounds passes', known(300_000_000), 'fail', 'pass'],
  ['exactly the maximum passes', known(2_000_000_000), 'fail', 'pass'],
  ['one byte over the maximum fails', known(2_000_000_001), 'fail', 'fail'],
  ['two gibibytes are over the maximum', known(2 * 1024 ** 3), 'fail', 'fail'],
  ['exactly the minimum passes', known(100_000_000), 'fail', 'pass'],
  ['one byte under the minimum only warns', known(99_999_999), 'fail', 'warn'],
  ['an empty image warns', known(0), 'fail', 'warn'],
  ['at level warn the maximum warns', known(2_000_000_001), 'warn', 'warn'],
  ['at level warn the minimum warns', known(1), 'warn', 'warn'],
  ['an unknown size is unknown', unread('HTTP 500'), 'fail', 'unknown'],
  ['an unknown size is unknown at level warn too', unread('HTTP 500'), 'warn', 'unknown'],
];

test.each(ROWS)('%s', (_name, sizeBytes, level, outcome) => {
  const wanted = { minBytes: 100_000_000, maxBytes: 2_000_000_000 };
  const image = facts({ platforms: [platform({ sizeBytes })] });
  const seen = sizeBytes.kind === 'known' ? { code: 'size', bytes: sizeBytes.value } : seenUnread('HTTP 500');
  expect(judge(size, image, ruleContext({ size: { level, ...wanted } }))).toEqual([
    { rule: 'size', image: IMAGE, platform: 'linux/amd64', outcome, seen, wanted },
  ]);
});

test('each platform is judged on its own', () => {
  const platforms = [platform(), platform({ platform: 'linux/arm64', sizeBytes: known(3_000_000_000) })];
  const findings = judge(size, facts({ platforms }), ruleContext());
  expect(findings.map((finding) => [finding.platform, finding.outcome])).toEqual([
    ['linux/amd64', 'pass'],
    ['linux/arm64', 'fail'],
  ]);
});

test('at level off there is no finding', () => {
  const off = { size: { level: 'off', minBytes: 1, maxBytes: 2 } } as const;
  expect(judge(size, facts(), ruleContext(off))).toEqual([]);
});
