// At most 100 layers, and a history that agrees.
import { expect, test } from 'vitest';
import { known, unknown, type PlatformFacts } from '../../../src/domain/image/image-facts.ts';
import type { Level } from '../../../src/domain/policy/policy.ts';
import { layers } from '../../../src/domain/rules/layers.ts';
import { config, facts, platform, ruleContext } from '../build.ts';

function counts(layerCount: number, diffIds: number, historyLayers: number | null): Partial<PlatformFacts> {
  return { layerCount: known(layerCount), config: known(config({ diffIds, historyLayers })) };
}

const ROWS: readonly (readonly [string, Partial<PlatformFacts>, Level, string, string])[] = [
  ['layers, diff ids and history that agree pass', counts(12, 12, 12), 'fail', 'pass', '12 layers'],
  ['exactly 100 layers pass', counts(100, 100, 100), 'fail', 'pass', '100 layers'],
  ['101 layers fail', counts(101, 101, 101), 'fail', 'fail', '101 layers'],
  ['one layer is spelled so', counts(1, 1, 1), 'fail', 'pass', '1 layer'],
  ['an image without a history passes', counts(12, 12, null), 'fail', 'pass', '12 layers'],
  ['a longer history fails', counts(12, 12, 13), 'fail', 'fail', '12 layers, but the history tells of 13'],
  ['a shorter history fails', counts(12, 12, 0), 'fail', 'fail', '12 layers, but the history tells of 0'],
  ['other diff ids fail', counts(12, 11, 12), 'fail', 'fail', '12 layers, but the config lists 11 diff ids'],
  ['at level warn it warns', counts(101, 101, 101), 'warn', 'warn', '101 layers'],
  ['an unknown count is unknown', { layerCount: unknown('HTTP 404') }, 'warn', 'unknown', 'HTTP 404'],
  ['an unknown config is unknown', { config: unknown('not JSON') }, 'warn', 'unknown', 'not JSON'],
];

test.each(ROWS)('%s', (_name, change, level, outcome, seen) => {
  const findings = layers.check(facts({ platforms: [platform(change)] }), ruleContext({ layers: { level, max: 100 } }));
  const wanted = 'at most 100 layers, and a history that agrees';
  expect(findings).toEqual([{ rule: 'layers', platform: 'linux/amd64', outcome, seen, wanted }]);
});

test('at level off nothing is said', () => {
  expect(layers.check(facts(), ruleContext({ layers: { level: 'off', max: 1 } }))).toEqual([]);
});
