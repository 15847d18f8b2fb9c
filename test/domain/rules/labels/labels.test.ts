// The labels that the policy asks for are there.
import { expect, test } from 'vitest';
import type { Finding } from '../../../../src/domain/finding.ts';
import {
  known,
  REVISION_LABEL,
  SOURCE_LABEL,
  type ConfigFacts,
  type Fact,
} from '../../../../src/domain/image/image-facts.ts';
import type { Level } from '../../../../src/domain/policy/policy.ts';
import { labels } from '../../../../src/domain/rules/labels/labels.ts';
import { config, facts, IMAGE, judge, platform, ruleContext, seenUnread, unread } from '../../build.ts';

const required = [SOURCE_LABEL, 'team', REVISION_LABEL, 'tier'];
const of = (seen: Readonly<Record<string, string>>): Fact<ConfigFacts> => known(config({ labels: seen }));

const ROWS: readonly (readonly [string, Fact<ConfigFacts>, Level, string, Finding['seen']])[] = [
  ['all of them pass', of({ team: 'core', tier: '1' }), 'fail', 'pass', { code: 'all-set' }],
  [
    'a missing one fails at level fail',
    of({ team: 'core' }),
    'fail',
    'fail',
    { code: 'labels-missing', labels: ['tier'] },
  ],
  ['missing ones warn at level warn', of({}), 'warn', 'warn', { code: 'labels-missing', labels: ['team', 'tier'] }],
  [
    'an empty one is missing',
    of({ team: '', tier: '1' }),
    'warn',
    'warn',
    { code: 'labels-missing', labels: ['team'] },
  ],
  ['an unknown config is unknown', unread('HTTP 404'), 'warn', 'unknown', seenUnread('HTTP 404')],
];

test.each(ROWS)('%s', (_name, configFact, level, outcome, seen) => {
  const image = facts({ platforms: [platform({ config: configFact })] });
  expect(judge(labels, image, ruleContext({ labels: { level, required } }))).toEqual([
    { rule: 'labels', image: IMAGE, platform: 'linux/amd64', outcome, seen, wanted: { labels: ['team', 'tier'] } },
  ]);
});

test('a property that every object has is not a label', () => {
  const image = facts({ platforms: [platform({ config: of({}) })] });
  const [finding] = judge(labels, image, ruleContext({ labels: { level: 'fail', required: ['constructor'] } }));
  expect(finding?.outcome).toBe('fail');
});

test('at level off there is no finding, nor if only source and revision are required', () => {
  const image = facts({ platforms: [platform({ config: of({}) })] });
  expect(judge(labels, image, ruleContext({ labels: { level: 'off', required } }))).toEqual([]);
  expect(judge(labels, image, ruleContext())).toEqual([]);
});
