// A trail that is whole as a chain may still say what can't have been: each row names what the rows before it rule out.
import { expect, test } from 'vitest';
import { findReplayProblem } from '../../../src/domain/audit/replay.ts';

type Entry = {
  readonly kind: string;
  readonly promotion: number | null;
  readonly actor: { readonly id: number } | null;
  readonly details: Readonly<Record<string, unknown>>;
};

const ADA = { id: 1 };
const BOB = { id: 2 };
const MIA = { id: 3 };
const RULE = { approvals: 1, selfApproval: false };

function row(kind: string, details: Entry['details'] = {}, actor: Entry['actor'] = null): Entry {
  return { kind, promotion: 1, actor, details };
}

const REQUESTED = row('requested', {}, ADA);
const APPROVED = row('reviewed', { verdict: 'approve', subject: 's' }, BOB);
const REJECTED = row('reviewed', { verdict: 'reject', subject: 's' }, MIA);
const APPLYING = row('applying', { subject: 's', approvedBy: [BOB], required: [RULE] });
const UNCOUNTED_APPLYING = row('applying', { subject: 's' });
const PROMOTED = row('promoted');
const GOOD = [REQUESTED, APPROVED, APPLYING, PROMOTED];

function second(entries: readonly Entry[]): readonly Entry[] {
  return entries.map((entry) => ({ ...entry, promotion: 2 }));
}

function problemIn(entries: readonly Entry[]): ReturnType<typeof findReplayProblem> {
  return findReplayProblem(
    entries.map((entry, at) => ({
      repoId: 1,
      seq: at + 1,
      previousHash: '',
      entry: JSON.stringify({ at: 0, ...entry }),
      hash: '',
    })),
  );
}

test.each<readonly [string, readonly Entry[]]>([
  ['approved and promoted', GOOD],
  ['rejected', [REQUESTED, APPROVED, REJECTED]],
  ['rejected, and asked for again as another promotion', [REQUESTED, REJECTED, ...second(GOOD)]],
  ['planned again while it was writing', [REQUESTED, APPROVED, APPLYING, row('replanned'), APPLYING, PROMOTED]],
  ['examined again before anybody approved', [REQUESTED, row('examined'), row('re-run'), ...GOOD.slice(1)]],
  ['a row of no promotion', [{ ...row('drift-found'), promotion: null }, ...GOOD]],
  ['a report after it was promoted', [...GOOD, row('deployed')]],
])('is intact: %s', (_name, entries) => {
  expect(problemIn(entries)).toBeNull();
});

test.each<readonly [string, readonly Entry[], number, string]>([
  ['nobody approved', [REQUESTED, APPLYING, PROMOTED], 2, 'unapproved'],
  [
    'what was asked for is missing, though rows before had it',
    [...GOOD, ...second([REQUESTED, UNCOUNTED_APPLYING, PROMOTED])],
    6,
    'unapproved',
  ],
  [
    'what was asked for can’t be read, though rows before had it',
    [...GOOD, ...second([REQUESTED, APPROVED, row('applying', { ...APPLYING.details, required: 'none' }), PROMOTED])],
    7,
    'unapproved',
  ],
  [
    'what was asked for is an empty list, which no policy makes',
    [REQUESTED, row('applying', { ...APPLYING.details, required: [] }), PROMOTED],
    2,
    'unapproved',
  ],
  ['somebody rejected it after the approval', [REQUESTED, APPROVED, REJECTED, APPLYING, PROMOTED], 4, 'ended'],
  ['somebody rejected it first', [REQUESTED, REJECTED, APPROVED, APPLYING], 4, 'ended'],
  [
    'a rejection without the subject counts as well',
    [REQUESTED, APPROVED, row('reviewed', { verdict: 'reject' }, MIA), APPLYING],
    4,
    'ended',
  ],
  ['it was cancelled', [REQUESTED, APPROVED, row('cancelled', {}, ADA), APPLYING], 4, 'ended'],
  ['it had expired', [REQUESTED, APPROVED, row('expired'), APPLYING], 4, 'ended'],
  ['a newer one had ended it', [REQUESTED, APPROVED, row('superseded'), APPLYING], 4, 'ended'],
  ['it had failed', [REQUESTED, APPROVED, APPLYING, row('failed'), PROMOTED], 5, 'ended'],
  ['it was promoted twice', [...GOOD, APPLYING, PROMOTED], 5, 'ended'],
  ['it was planned again, and not released again', [...GOOD.slice(0, 3), row('replanned'), PROMOTED], 5, 'unplanned'],
  ['its tags were going back', [...GOOD.slice(0, 3), row('undoing'), PROMOTED], 5, 'unplanned'],
  ['nobody had asked for it', [APPROVED, APPLYING], 2, 'unrequested'],
  [
    'another person is written in as the requester, and the requester approves',
    [
      REQUESTED,
      row('requested', {}, BOB),
      { ...APPROVED, actor: ADA },
      row('applying', { ...APPLYING.details, approvedBy: [ADA] }),
    ],
    2,
    'unrequested',
  ],
])('is no more intact: %s', (_name, entries, seq, problem) => {
  expect(problemIn(entries)).toEqual({ seq, problem });
});
