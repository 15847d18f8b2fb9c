// Replays a trail: before tags move, enough people must have approved exactly what moves.
import { z } from 'zod';
import type { AuditRow } from './audit.ts';

export type ReplayProblem = {
  readonly seq: number;
  readonly problem: ReplayProblemCode;
};

type ReplayProblemCode =
  /** Tags are moved without the approvals that the entry requires, or the entry does not say what it requires. */
  | 'unapproved'
  /** Promoted, although the latest plan had not started to move tags. */
  | 'unplanned'
  /** Tags are moved, or it is promoted, after it was rejected or ended in another way. */
  | 'ended'
  /** Nobody had requested it, or it was requested twice. */
  | 'unrequested';

const Person = z.object({ id: z.int() });
const Entry = z.object({
  kind: z.string(),
  promotion: z.int().nullable(),
  actor: Person.nullable(),
  details: z.looseObject({}),
});
const Approved = z.object({ verdict: z.literal('approve'), subject: z.string() });
const Rejected = z.object({ verdict: z.literal('reject') });
/** There is always a current policy, and so at least one rule. */
const Applying = z.object({
  subject: z.string(),
  approvedBy: z.array(Person),
  required: z.array(z.object({ approvals: z.int(), selfApproval: z.boolean() })).min(1),
});

/** What the rows of one promotion have said so far. */
type Life = {
  readonly isRequested: boolean;
  readonly requester: number | null;
  /** The subjects that each person approved. */
  readonly approved: ReadonlyMap<number, ReadonlySet<string>>;
  readonly isApplying: boolean;
  readonly hasEnded: boolean;
};

const UNBORN: Life = {
  isRequested: false,
  requester: null,
  approved: new Map(),
  isApplying: false,
  hasEnded: false,
};

/** After these, no tag may move for the promotion. */
const ENDS: readonly string[] = ['promoted', 'failed', 'cancelled', 'expired', 'superseded'];
/** After these, tags may move only if the promotion is released again. */
const STOPS: readonly string[] = ['replanned', 'examined', 'undoing'];

/** The first row that says more than the rows before it allow, or null. Rows come in order, from seq 1. */
export function findReplayProblem(rows: readonly AuditRow[]): ReplayProblem | null {
  const lives = new Map<number, Life>();
  for (const { seq, entry: text } of rows) {
    const entry = Entry.parse(JSON.parse(text));
    if (entry.promotion === null) continue;
    const life = lives.get(entry.promotion) ?? UNBORN;
    const problem = judge(entry, life);
    if (problem !== null) return { seq, problem };
    lives.set(entry.promotion, next(entry, life));
  }
  return null;
}

function judge({ kind, details }: z.infer<typeof Entry>, life: Life): ReplayProblem['problem'] | null {
  if (kind === 'requested') return life.isRequested ? 'unrequested' : null;
  if (kind !== 'applying' && kind !== 'promoted') return null;
  if (!life.isRequested) return 'unrequested';
  if (life.hasEnded) return 'ended';
  if (kind === 'promoted') return life.isApplying ? null : 'unplanned';
  const applying = Applying.safeParse(details);
  return applying.success && isApproved(applying.data, life) ? null : 'unapproved';
}

/** Enough people approved just this subject, under each of the rules. */
function isApproved({ subject, approvedBy, required }: z.infer<typeof Applying>, life: Life): boolean {
  const people = [...new Set(approvedBy.map(({ id }) => id))].filter(
    (id) => life.approved.get(id)?.has(subject) === true,
  );
  return required.every(
    ({ approvals, selfApproval }) => people.filter((id) => selfApproval || id !== life.requester).length >= approvals,
  );
}

function next({ kind, actor, details }: z.infer<typeof Entry>, life: Life): Life {
  if (kind === 'requested') return { ...life, isRequested: true, requester: actor?.id ?? null };
  if (kind === 'applying') return { ...life, isApplying: true };
  if (STOPS.includes(kind)) return { ...life, isApplying: false };
  if (ENDS.includes(kind)) return { ...life, hasEnded: true };
  if (kind !== 'reviewed') return life;
  if (Rejected.safeParse(details).success) return { ...life, hasEnded: true };
  const review = Approved.safeParse(details);
  if (!review.success || actor === null) return life;
  const subjects = new Set([...(life.approved.get(actor.id) ?? []), review.data.subject]);
  return { ...life, approved: new Map([...life.approved, [actor.id, subjects]]) };
}
