// Something must start.
import { expect, test } from 'vitest';
import { known, type ConfigFacts, type Fact } from '../../../src/domain/image/image-facts.ts';
import type { Level } from '../../../src/domain/policy/policy.ts';
import { command } from '../../../src/domain/rules/command.ts';
import { config, facts, IMAGE, judge, platform, ruleContext, seenUnread, unread } from '../build.ts';

const neither = known(config({ entrypoint: [], cmd: [] }));

const ROWS: readonly (readonly [string, Fact<ConfigFacts>, Level, string, string])[] = [
  ['an Entrypoint passes', known(config({ entrypoint: ['/app'], cmd: [] })), 'fail', 'pass', 'entrypoint'],
  ['a Cmd passes', known(config({ entrypoint: [], cmd: ['node'] })), 'fail', 'pass', 'cmd'],
  ['both pass', known(config({ entrypoint: ['/app'], cmd: ['-v'] })), 'fail', 'pass', 'entrypoint'],
  ['an empty Entrypoint fails', known(config({ entrypoint: [''], cmd: [] })), 'fail', 'fail', 'blank'],
  ['an Entrypoint of a blank fails', known(config({ entrypoint: [' '], cmd: ['node'] })), 'fail', 'fail', 'blank'],
  ['an empty Cmd warns at level warn', known(config({ entrypoint: [], cmd: [''] })), 'warn', 'warn', 'blank'],
  ['an empty argument is no program', known(config({ entrypoint: ['/app'], cmd: [''] })), 'fail', 'pass', 'entrypoint'],
  ['neither fails', neither, 'fail', 'fail', 'not-set'],
  ['neither warns at level warn', neither, 'warn', 'warn', 'not-set'],
  ['an unknown config is unknown', unread('HTTP 404'), 'warn', 'unknown', 'HTTP 404'],
];

test.each(ROWS)('%s', (_name, configFact, level, outcome, code) => {
  const image = facts({ platforms: [platform({ config: configFact })] });
  const seen = outcome === 'unknown' ? seenUnread(code) : { code };
  expect(judge(command, image, ruleContext({ command: level }))).toEqual([
    { rule: 'command', image: IMAGE, platform: 'linux/amd64', outcome, seen, wanted: {} },
  ]);
});

test('at level off there is no finding', () => {
  const image = facts({ platforms: [platform({ config: neither })] });
  expect(judge(command, image, ruleContext({ command: 'off' }))).toEqual([]);
});
