// Replays what a trail means: before tags are moved, enough people approved just what is moved.
import { z } from 'zod';
import type { AuditRow } from './audit.ts';

export type ReplayProblem = {
  readonly seq: number;
  /** `unapproved`: tags moved without the approvals that the entry itself asks for. `unplanned`: promoted, and never applied. */
  readonly problem: 'unapproved' | 'unplanned';
};

const Person = z.object({ id: z.int() });
const Entry = z.object({
  kind: z.string(),
  promotion: z.int().nullable(),
  actor: Person.nullable(),
  details: z.looseObject({}),
});
const Reviewed = z.object({ verdict: z.enum(['approve', 'reject']), subject: z.string() });
/** Entries of versions before reviews were counted in the trail have no `required`: nothing can be said of those. */
const Applying = z.object({
  subject: z.string(),
  approvedBy: z.array(Person),
  required: z.array(z.object({ approvals: z.int(), selfApproval: z.boolean() })),
});

type Life = {
  readonly requester: number | null;
  /** The subjects that each person approved. */
  readonly approved: ReadonlyMap<number, ReadonlySet<string>>;
  readonly wasApplied: boolean;
};

const UNBORN: Life = { requester: null, approved: new Map(), wasApplied: false };

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
  if (kind === 'promoted') return life.wasApplied ? null : 'unplanned';
  const applying = kind === 'applying' ? Applying.safeParse(details) : null;
  if (applying === null || !applying.success) return null;
  const { subject, approvedBy, required } = applying.data;
  const people = [...new Set(approvedBy.map(({ id }) => id))].filter(
    (id) => life.approved.get(id)?.has(subject) === true,
  );
  const isMet = required.every(
    ({ approvals, selfApproval }) => people.filter((id) => selfApproval || id !== life.requester).length >= approvals,
  );
  return isMet ? null : 'unapproved';
}

function next({ kind, actor, details }: z.infer<typeof Entry>, life: Life): Life {
  if (kind === 'requested') return { ...life, requester: actor?.id ?? null };
  if (kind === 'applying') return { ...life, wasApplied: true };
  const review = kind === 'reviewed' ? Reviewed.safeParse(details) : null;
  if (review === null || !review.success || actor === null || review.data.verdict !== 'approve') return life;
  const subjects = new Set([...(life.approved.get(actor.id) ?? []), review.data.subject]);
  return { ...life, approved: new Map([...life.approved, [actor.id, subjects]]) };
}
