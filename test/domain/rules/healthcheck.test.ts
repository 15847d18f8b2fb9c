// An image tells how to see that it works.
import { expect, test } from 'vitest';
import { known, type ConfigFacts, type Fact } from '../../../src/domain/image/image-facts.ts';
import type { Level } from '../../../src/domain/policy/policy.ts';
import { healthcheck } from '../../../src/domain/rules/healthcheck.ts';
import { config, facts, IMAGE, judge, platform, ruleContext, seenUnread, unread } from '../build.ts';

const of = (test_: ConfigFacts['healthcheck']): Fact<ConfigFacts> => known(config({ healthcheck: test_ }));

const ROWS: readonly (readonly [string, Fact<ConfigFacts>, Level, string, string])[] = [
  ['a command passes', of(['CMD', '/ready']), 'fail', 'pass', 'set'],
  ['a shell line passes', of(['CMD-SHELL', 'curl -f localhost']), 'warn', 'pass', 'set'],
  ['none warns at level warn', of(null), 'warn', 'warn', 'not-set'],
  ['none fails at level fail', of(null), 'fail', 'fail', 'not-set'],
  ['NONE is none', of(['NONE']), 'fail', 'fail', 'switched-off'],
  ['a command of nothing is none', of(['CMD']), 'fail', 'fail', 'not-set'],
  ['an empty shell line is none', of(['CMD-SHELL', ' ']), 'warn', 'warn', 'not-set'],
  ['an empty one is none', of([]), 'warn', 'warn', 'not-set'],
  ['an unknown config is unknown', unread('HTTP 404'), 'warn', 'unknown', 'HTTP 404'],
];

test.each(ROWS)('%s', (_name, configFact, level, outcome, code) => {
  const image = facts({ platforms: [platform({ config: configFact })] });
  const seen = outcome === 'unknown' ? seenUnread(code) : { code };
  expect(judge(healthcheck, image, ruleContext({ healthcheck: level }))).toEqual([
    { rule: 'healthcheck', image: IMAGE, platform: 'linux/amd64', outcome, seen, wanted: {} },
  ]);
});

test('at level off there is no finding', () => {
  const image = facts({ platforms: [platform({ config: of(null) })] });
  expect(judge(healthcheck, image, ruleContext({ healthcheck: 'off' }))).toEqual([]);
});
