// At most 100 layers, as many as the config lists.
import { expect, test } from 'vitest';
import type { Finding } from '../../../src/domain/finding.ts';
import { known, type PlatformFacts } from '../../../src/domain/image/image-facts.ts';
import type { Level } from '../../../src/domain/policy/policy.ts';
import { layers } from '../../../src/domain/rules/layers.ts';
import { config, facts, IMAGE, judge, platform, ruleContext, seenUnread, unread } from '../build.ts';

function counts(layerCount: number, diffIds: number, historyLayers: number | null): Partial<PlatformFacts> {
  return { layerCount: known(layerCount), config: known(config({ diffIds, historyLayers })) };
}

const ROWS: readonly (readonly [string, Partial<PlatformFacts>, Level, string, Finding['seen']])[] = [
  ['layers, diff ids and history that agree pass', counts(12, 12, 12), 'fail', 'pass', { code: 'layers', layers: 12 }],
  ['exactly 100 layers pass', counts(100, 100, 100), 'fail', 'pass', { code: 'layers', layers: 100 }],
  ['101 layers fail', counts(101, 101, 101), 'fail', 'fail', { code: 'layers', layers: 101 }],
  ['a single layer passes', counts(1, 1, 1), 'fail', 'pass', { code: 'layers', layers: 1 }],
  ['an image without a history passes', counts(12, 12, null), 'fail', 'pass', { code: 'layers', layers: 12 }],
  [
    'a longer history warns',
    counts(12, 12, 13),
    'fail',
    'warn',
    { code: 'history-differs', layers: 12, historyLayers: 13 },
  ],
  [
    'a shorter history warns',
    counts(12, 12, 0),
    'fail',
    'warn',
    { code: 'history-differs', layers: 12, historyLayers: 0 },
  ],
  ['other diff ids fail', counts(12, 11, 12), 'fail', 'fail', { code: 'diff-ids-differ', layers: 12, diffIds: 11 }],
  ['at level warn it warns', counts(101, 101, 101), 'warn', 'warn', { code: 'layers', layers: 101 }],
  ['an unknown count is unknown', { layerCount: unread('HTTP 404') }, 'warn', 'unknown', seenUnread('HTTP 404')],
  ['an unknown config is unknown', { config: unread('not JSON') }, 'warn', 'unknown', seenUnread('not JSON')],
];

test.each(ROWS)('%s', (_name, change, level, outcome, seen) => {
  const findings = judge(
    layers,
    facts({ platforms: [platform(change)] }),
    ruleContext({ layers: { level, max: 100 } }),
  );
  const wanted = { max: 100 };
  expect(findings).toEqual([{ rule: 'layers', image: IMAGE, platform: 'linux/amd64', outcome, seen, wanted }]);
});

test('at level off there is no finding', () => {
  expect(judge(layers, facts(), ruleContext({ layers: { level: 'off', max: 1 } }))).toEqual([]);
});
