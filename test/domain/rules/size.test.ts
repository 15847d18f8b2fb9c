// 100 MB to 2 GB, both included; MB = 10⁶.
import { expect, test } from 'vitest';
import { known, unknown, type Fact } from '../../../src/domain/image/image-facts.ts';
import type { Level } from '../../../src/domain/policy/policy.ts';
import { formatBytes, size } from '../../../src/domain/rules/size.ts';
import { facts, platform, ruleContext } from '../build.ts';

const ROWS: readonly (readonly [string, Fact<number>, Level, string, string])[] = [
  ['a size between the bounds passes', known(300_000_000), 'fail', 'pass', '300 MB'],
  ['exactly the maximum passes', known(2_000_000_000), 'fail', 'pass', '2 GB'],
  ['one byte over the maximum fails and shows it', known(2_000_000_001), 'fail', 'fail', '2 GB (2000000001 bytes)'],
  ['two gibibytes are over the maximum', known(2 * 1024 ** 3), 'fail', 'fail', '2.15 GB (2147483648 bytes)'],
  ['exactly the minimum passes', known(100_000_000), 'fail', 'pass', '100 MB'],
  ['one byte under the minimum only warns', known(99_999_999), 'fail', 'warn', '100 MB (99999999 bytes)'],
  ['an empty image warns', known(0), 'fail', 'warn', '0 B (0 bytes)'],
  ['at level warn the maximum warns', known(2_000_000_001), 'warn', 'warn', '2 GB (2000000001 bytes)'],
  ['at level warn the minimum warns', known(1), 'warn', 'warn', '1 B (1 bytes)'],
  ['an unknown size is unknown', unknown('no size in the manifest'), 'fail', 'unknown', 'no size in the manifest'],
  ['an unknown size is unknown at level warn too', unknown('HTTP 500'), 'warn', 'unknown', 'HTTP 500'],
];

test.each(ROWS)('%s', (_name, sizeBytes, level, outcome, seen) => {
  const limits = { size: { level, minBytes: 100_000_000, maxBytes: 2_000_000_000 } };
  const findings = size.check(facts({ platforms: [platform({ sizeBytes })] }), ruleContext(limits));
  expect(findings).toEqual([{ rule: 'size', platform: 'linux/amd64', outcome, seen, wanted: '100 MB to 2 GB' }]);
});

test('each platform is judged on its own', () => {
  const platforms = [platform(), platform({ platform: 'linux/arm64', sizeBytes: known(3_000_000_000) })];
  const findings = size.check(facts({ platforms }), ruleContext());
  expect(findings.map((finding) => [finding.platform, finding.outcome])).toEqual([
    ['linux/amd64', 'pass'],
    ['linux/arm64', 'fail'],
  ]);
});

test('at level off nothing is said', () => {
  const off = { size: { level: 'off', minBytes: 1, maxBytes: 2 } } as const;
  expect(size.check(facts(), ruleContext(off))).toEqual([]);
});

test.each([
  [999, '999 B'],
  [1_000, '1 kB'],
  [1_500, '1.5 kB'],
  [45_678_901, '46 MB'],
  [1_234_567_890, '1.23 GB'],
])('%i bytes read %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
