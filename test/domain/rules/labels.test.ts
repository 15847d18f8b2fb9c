// The labels that the policy asks for are there.
import { expect, test } from 'vitest';
import {
  known,
  REVISION_LABEL,
  SOURCE_LABEL,
  unknown,
  type ConfigFacts,
  type Fact,
} from '../../../src/domain/image/image-facts.ts';
import type { Level } from '../../../src/domain/policy/policy.ts';
import { labels } from '../../../src/domain/rules/labels.ts';
import { config, facts, platform, ruleContext } from '../build.ts';

const required = [SOURCE_LABEL, 'team', REVISION_LABEL, 'tier'];
const of = (seen: Readonly<Record<string, string>>): Fact<ConfigFacts> => known(config({ labels: seen }));

const ROWS: readonly (readonly [string, Fact<ConfigFacts>, Level, string, string])[] = [
  ['all of them pass', of({ team: 'core', tier: '1' }), 'fail', 'pass', 'all are set'],
  ['a missing one fails at level fail', of({ team: 'core' }), 'fail', 'fail', 'missing: tier'],
  ['missing ones warn at level warn', of({}), 'warn', 'warn', 'missing: team, tier'],
  ['an empty one is missing', of({ team: '', tier: '1' }), 'warn', 'warn', 'missing: team'],
  ['an unknown config is unknown', unknown('blob not found'), 'warn', 'unknown', 'blob not found'],
];

test.each(ROWS)('%s', (_name, configFact, level, outcome, seen) => {
  const image = facts({ platforms: [platform({ config: configFact })] });
  expect(labels.check(image, ruleContext({ labels: { level, required } }))).toEqual([
    { rule: 'labels', platform: 'linux/amd64', outcome, seen, wanted: 'labels team, tier' },
  ]);
});

test('a name that every object has is no label that is there', () => {
  const image = facts({ platforms: [platform({ config: of({}) })] });
  const [finding] = labels.check(image, ruleContext({ labels: { level: 'fail', required: ['constructor'] } }));
  expect(finding?.outcome).toBe('fail');
});

test('at level off nothing is said, nor where only source and revision are asked for', () => {
  const image = facts({ platforms: [platform({ config: of({}) })] });
  expect(labels.check(image, ruleContext({ labels: { level: 'off', required } }))).toEqual([]);
  expect(labels.check(image, ruleContext())).toEqual([]);
});
