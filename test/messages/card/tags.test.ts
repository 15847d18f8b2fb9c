// The tags of a promotion: what will move over what, how far it is, and what they held in the end.
import { expect, test } from 'vitest';
import type { Promotion, TagOutcome } from '../../../src/domain/promotion/promotion.ts';
import { renderTags } from '../../../src/messages/card/tags.ts';
import { failure } from '../../domain/problem.ts';
import { AT, FOREIGN, MOVED, NEW, OLD, outcome, viewOf } from '../sample-view.ts';

const DETAIL = { findings: 200, reviews: 50, tags: 100, textLength: 500 };
const HALF_WAY = MOVED.map((moved) => (moved.kind === 'floating' ? { ...moved, holds: moved.from } : moved));
const FIRST: Promotion['moves'] = viewOf().promotion.moves.flatMap((move) =>
  move.kind === 'floating' ? [{ ...move, baseline: null }] : [],
);
const NOT_WHOLE = [outcome('rollback-20261124-064000-release', { kind: 'rollback', from: null, holds: null })];
const HELD = [
  outcome('main', { kind: 'floating', from: OLD, holds: OLD }),
  outcome('latest', { kind: 'floating', from: OLD, holds: FOREIGN }),
  outcome('stable', { kind: 'floating', from: null, holds: NEW }),
  outcome('edge', { kind: 'floating', from: null, holds: null }),
];
const FAILED: Promotion['state'] = { kind: 'failed', failure: failure({ production: 'mixed', tags: HELD }) };
const PROMOTED = { kind: 'promoted', at: AT } as const;

test.each<[string, Partial<Promotion>, readonly TagOutcome[]]>([
  ['to be moved', {}, []],
  ['to be moved by a first promotion', { moves: FIRST }, []],
  ['that are moving', { state: { kind: 'applying', since: AT, undoing: null } }, HALF_WAY],
  ['moved', { state: PROMOTED }, MOVED],
  ['moved, as planned, where no journal is left', { state: PROMOTED }, []],
  ['of which one was not made', { state: PROMOTED }, NOT_WHOLE],
  ['after a failure', { state: FAILED }, []],
])('tags %s', (_, promotion, outcomes) => {
  expect(renderTags(viewOf(promotion, { outcomes }), DETAIL)).toMatchSnapshot();
});

test('are cut if there are too many, and the rest is counted', () => {
  expect(renderTags(viewOf(), { ...DETAIL, tags: 1 })).toMatchSnapshot();
});

test.each<Promotion['state']>([{ kind: 'examining', again: false }, { kind: 'checks-failed' }, { kind: 'expired' }])(
  'are not told in state $kind',
  (state) => {
    expect(renderTags(viewOf({ state }), DETAIL)).toBe('');
  },
);
