// An image tells how to see that it works.
import { expect, test } from 'vitest';
import { known, unknown, type ConfigFacts, type Fact } from '../../../src/domain/image/image-facts.ts';
import type { Level } from '../../../src/domain/policy/policy.ts';
import { healthcheck } from '../../../src/domain/rules/healthcheck.ts';
import { config, facts, platform, ruleContext } from '../build.ts';

const of = (test_: ConfigFacts['healthcheck']): Fact<ConfigFacts> => known(config({ healthcheck: test_ }));

const ROWS: readonly (readonly [string, Fact<ConfigFacts>, Level, string, string])[] = [
  ['a command passes', of(['CMD', '/ready']), 'fail', 'pass', 'it is set'],
  ['a shell line passes', of(['CMD-SHELL', 'curl -f localhost']), 'warn', 'pass', 'it is set'],
  ['none warns at level warn', of(null), 'warn', 'warn', 'none is set'],
  ['none fails at level fail', of(null), 'fail', 'fail', 'none is set'],
  ['NONE is none', of(['NONE']), 'fail', 'fail', 'NONE: it is switched off'],
  ['an empty one is none', of([]), 'warn', 'warn', 'none is set'],
  ['an unknown config is unknown', unknown('blob not found'), 'warn', 'unknown', 'blob not found'],
];

test.each(ROWS)('%s', (_name, configFact, level, outcome, seen) => {
  const image = facts({ platforms: [platform({ config: configFact })] });
  expect(healthcheck.check(image, ruleContext({ healthcheck: level }))).toEqual([
    { rule: 'healthcheck', platform: 'linux/amd64', outcome, seen, wanted: 'a HEALTHCHECK' },
  ]);
});

test('at level off nothing is said', () => {
  const image = facts({ platforms: [platform({ config: of(null) })] });
  expect(healthcheck.check(image, ruleContext({ healthcheck: 'off' }))).toEqual([]);
});
