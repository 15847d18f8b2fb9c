// The words of each state: the title of check runs and cards, the clause of sentences, and the symbol of both.
import { expect, test } from 'vitest';
import type { Promotion, PromotionState } from '../../../src/domain/promotion/promotion.ts';
import { STATE_CLAUSES, STATE_SYMBOLS, stateTitle } from '../../../src/messages/card/state.ts';
import { badYaml, failure } from '../../domain/problem.ts';
import { AT, finding, IMAGE, must, NEW, sizeFinding, tagOf, UNREAD, viewOf } from '../sample-view.ts';

const JO = { id: 2, login: 'jo' };
const NEWS = { at: AT, since: AT, url: null };
const V1 = tagOf('v1.2.3');
const VERSION: Promotion['moves'] = [{ kind: 'permanent', repository: IMAGE, tag: V1, baseline: null, digest: NEW }];
const QUEUED = { kind: 'scheduled', cause: 'queue' } as const;

const STATES: readonly PromotionState[] = [
  {
    kind: 'waiting-for-image',
    repository: IMAGE,
    commit: must(viewOf().promotion.images[0]?.commit ?? null),
    tags: [tagOf('staging-abc1234')],
    until: AT,
  },
  { kind: 'examining', again: false },
  { kind: 'examining', again: true },
  { kind: 'awaiting-approval' },
  QUEUED,
  { kind: 'applying', since: AT, undoing: null },
  { kind: 'applying', since: AT, undoing: failure().problem },
  { kind: 'promoted', at: AT },
  { kind: 'deploying', ...NEWS },
  { kind: 'deployed', ...NEWS },
  { kind: 'deployment-failed', ...NEWS },
  { kind: 'checks-failed' },
  { kind: 'rejected', by: JO, reason: null },
  { kind: 'failed', failure: failure({ production: 'untouched' }) },
  { kind: 'failed', failure: failure({ production: 'restored' }) },
  { kind: 'failed', failure: failure({ production: 'mixed' }) },
  { kind: 'cancelled', by: JO, because: 'person' },
  { kind: 'cancelled', by: null, because: 'person' },
  { kind: 'cancelled', by: null, because: 'installation-gone' },
  { kind: 'cancelled', by: null, because: 'repository-gone' },
  { kind: 'cancelled', by: null, because: 'repository-archived' },
  { kind: 'superseded', by: { kind: 'promotion', number: 13 } },
  { kind: 'superseded', by: { kind: 'production' } },
  { kind: 'expired' },
];

test('every state has a symbol and a title', () => {
  const titles = STATES.map((state) => `${STATE_SYMBOLS[state.kind]} ${state.kind}: ${stateTitle(viewOf({ state }))}`);
  expect(titles.join('\n')).toMatchSnapshot();
  expect(new Set(STATES.map(({ kind }) => kind))).toEqual(new Set(Object.keys(STATE_SYMBOLS)));
});

test('every state has a clause', () => {
  const clauses = Object.entries(STATE_CLAUSES).map(([state, clause]) => `${state}: P12 ${clause}`);
  expect(clauses.join('\n')).toMatchSnapshot();
});

const FAILS = sizeFinding('linux/amd64', 3e9, 'fail');
const UNKNOWN = finding({ rule: 'revision', outcome: 'unknown', seen: UNREAD, wanted: {} });

test.each<[string, Partial<Promotion>, number | null]>([
  ['behind another promotion', { state: QUEUED }, 11],
  ['behind a file that can’t be read', { state: QUEUED, policyProblems: [badYaml('no')] }, 11],
  ['of rules, of which one fails', { state: { kind: 'checks-failed' }, findings: [FAILS] }, null],
  [
    'of rules, each counted once for all platforms',
    { state: { kind: 'checks-failed' }, findings: [FAILS, sizeFinding('linux/arm64', 3e9, 'fail'), UNKNOWN] },
    null,
  ],
  ['of one rule that force overrides', { findings: [{ ...FAILS, overridden: true }] }, null],
  [
    'of two rules that force overrides',
    {
      findings: [
        { ...FAILS, overridden: true },
        { ...UNKNOWN, overridden: true },
      ],
    },
    null,
  ],
  ['of a rollback', { kind: 'rollback', state: { kind: 'promoted', at: AT } }, null],
  ['of a rollback that is deployed', { kind: 'rollback', state: { kind: 'deployed', ...NEWS } }, null],
  ['of a version', { kind: 'version', versionTag: V1, moves: VERSION, state: { kind: 'promoted', at: AT } }, null],
  [
    'of a failure in another environment',
    { environment: 'canary', state: { kind: 'failed', failure: failure({ production: 'restored' }) } },
    null,
  ],
  ['of a wait that came to nothing', { state: { kind: 'expired' }, images: [] }, null],
])('the title %s', (_, promotion, blockedBy) => {
  expect(stateTitle(viewOf(promotion, { blockedBy }))).toMatchSnapshot();
});
