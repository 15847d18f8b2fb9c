// Every part of every runnable platform must be there.
import { expect, test } from 'vitest';
import type { Finding } from '../../../src/domain/finding.ts';
import { known } from '../../../src/domain/image/image-facts.ts';
import { completeness } from '../../../src/domain/rules/completeness.ts';
import { digest, facts, IMAGE, judge, seenUnread, unread, type FactsChange } from '../build.ts';

const layer = { part: 'layer', digest: digest('layer'), platform: 'linux/arm64' } as const;
const config = { part: 'config', digest: digest('config'), platform: 'linux/amd64' } as const;

const ROWS: readonly (readonly [string, FactsChange, string, Finding['seen']])[] = [
  [
    'an image whose parts are all there passes',
    {},
    'pass',
    { code: 'complete', platforms: ['linux/amd64', 'linux/arm64'] },
  ],
  [
    'one missing layer fails and is named',
    { missingParts: known([layer]) },
    'fail',
    { code: 'parts-missing', parts: [layer], total: 1 },
  ],
  [
    'all missing parts are named',
    { missingParts: known([layer, config]) },
    'fail',
    { code: 'parts-missing', parts: [layer, config], total: 2 },
  ],
  ['an index of attestations alone runs nothing', { platforms: [] }, 'fail', { code: 'no-platform' }],
  ['what could not be read is unknown', { missingParts: unread('timed out') }, 'unknown', seenUnread('timed out')],
  [
    'unknown wins over no platforms',
    { platforms: [], missingParts: unread('HTTP 502') },
    'unknown',
    seenUnread('HTTP 502'),
  ],
];

test.each(ROWS)('%s', (_name, change, outcome, seen) => {
  const final = outcome === 'pass' ? {} : { final: true };
  expect(judge(completeness, facts(change))).toEqual([
    { rule: 'completeness', image: IMAGE, platform: null, outcome, seen, wanted: {}, ...final },
  ]);
});

test('the alternative of a rollback is named', () => {
  const alternative = { promotion: 2, environment: 'canary' };
  const image = facts({ missingParts: known([layer]), alternative: known(alternative) });
  expect(judge(completeness, image)).toMatchObject([{ seen: { code: 'parts-missing', alternative } }]);
});

test('of many missing parts, the first are stored, with their number', () => {
  const missingParts = known(Array.from({ length: 2500 }, () => layer));
  const [finding] = judge(completeness, facts({ missingParts }));
  expect(finding?.seen).toMatchObject({ code: 'parts-missing', total: 2500 });
  expect(JSON.stringify(finding).length).toBeLessThan(5000);
});
