// Something must start.
import { expect, test } from 'vitest';
import { known, unknown, type ConfigFacts, type Fact } from '../../../src/domain/image/image-facts.ts';
import type { Level } from '../../../src/domain/policy/policy.ts';
import { command } from '../../../src/domain/rules/command.ts';
import { config, facts, platform, ruleContext } from '../build.ts';

const neither = known(config({ entrypoint: [], cmd: [] }));

const ROWS: readonly (readonly [string, Fact<ConfigFacts>, Level, string, string])[] = [
  ['an Entrypoint passes', known(config({ entrypoint: ['/app'], cmd: [] })), 'fail', 'pass', 'Entrypoint is set'],
  ['a Cmd passes', known(config({ entrypoint: [], cmd: ['node'] })), 'fail', 'pass', 'Cmd is set'],
  ['both pass', known(config({ entrypoint: ['/app'], cmd: ['-v'] })), 'fail', 'pass', 'Entrypoint is set'],
  ['neither fails', neither, 'fail', 'fail', 'neither is set'],
  ['neither warns at level warn', neither, 'warn', 'warn', 'neither is set'],
  ['an unknown config is unknown', unknown('blob not found'), 'warn', 'unknown', 'blob not found'],
];

test.each(ROWS)('%s', (_name, configFact, level, outcome, seen) => {
  const findings = command.check(
    facts({ platforms: [platform({ config: configFact })] }),
    ruleContext({ command: level }),
  );
  expect(findings).toEqual([{ rule: 'command', platform: 'linux/amd64', outcome, seen, wanted: 'Entrypoint or Cmd' }]);
});

test('at level off nothing is said', () => {
  expect(command.check(facts({ platforms: [platform({ config: neither })] }), ruleContext({ command: 'off' }))).toEqual(
    [],
  );
});
