// What each kind of job declares besides its handler, and how work becomes a row of the job table.
import type { Effect } from '../../domain/effect.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import type { IntentOfJob, JobKind, PayloadOf, Tick } from './job.ts';
import { isWriteClass, writeQueueKey, type WriteClass } from '../../store/queue/write-class.ts';

export type JobDescription<Kind extends JobKind> = {
  /** At most one row of this kind with the same key waits. Null: each is a row of its own. */
  readonly key: ((payload: PayloadOf<Kind>) => string) | null;
  /** Rows of one queue run one at a time, in the order of their due times. */
  readonly queue: Queue;
  readonly traits: readonly Trait[];
};

export type JobDescriptions = { readonly [Kind in JobKind]: JobDescription<Kind> };

/** A write class: the writes to GitHub of an installation in that class, which are spaced and limited. */
export type Queue = WriteClass | keyof typeof QUEUES;

export type Trait =
  /** Sends many requests to a registry, and so hangs for minutes if it does not answer. */
  | 'asks-registry'
  /** A promotion waits for it: while it is dead, the promotion is stuck. Its key is the promotion's id. */
  | 'moves-promotion'
  /** Waits for a date; all others wait only briefly. */
  | 'waits-for-date'
  /** It repeats by the clock, unless the App was removed. Tags that are being written are written to the end. */
  | 'repeats'
  /** A person waits for what it decides. */
  | 'decides-for-person'
  /** What it shows may be outdated if the process was paused. */
  | 'shows-state'
  /** Writes in a thread. Skipped if the thread is locked or deleted, or full and not continued. */
  | 'needs-thread'
  /** Writes on a commit. Skipped if GitHub takes no texts in the repository. */
  | 'needs-commit';

/** A row to add to the job table. */
export type NewJob = {
  readonly kind: JobKind;
  readonly key: string | null;
  readonly queueKey: string | null;
  readonly payload: string;
  readonly runAt: number;
};

/** Passed in the services: only the table of job kinds, in a higher folder, has all of them. */
export type JobRows = {
  readonly ofIntent: (intent: IntentOfJob, now: number) => NewJob;
  readonly ofEffect: (effect: Effect, about: { readonly repo: Repo; readonly now: number }) => NewJob;
  readonly ofTick: (tick: Tick, now: number) => NewJob;
  readonly kindsWith: (trait: Trait) => readonly JobKind[];
};

export function createJobRows(descriptions: JobDescriptions): JobRows {
  return {
    ofIntent: (intent, now) => rowOf(descriptions, intent, { ...whereOf(intent), runAt: now }),
    ofEffect: (effect, { repo, now }) => {
      const where = { repoId: repo.id, installationId: repo.installationId };
      return rowOf(descriptions, effect, { ...where, runAt: 'at' in effect ? effect.at : now });
    },
    ofTick: (tick, now) => rowOf(descriptions, tick, { repoId: null, installationId: null, runAt: now }),
    kindsWith: (trait) => listKinds(descriptions).filter((kind) => descriptions[kind].traits.includes(trait)),
  };
}

/** True for a kind of job that this process can carry out. */
export function isKnownKind(table: { readonly [Kind in JobKind]: unknown }, kind: string): kind is JobKind {
  return Object.hasOwn(table, kind);
}

export function listKinds(table: { readonly [Kind in JobKind]: unknown }): readonly JobKind[] {
  return Object.keys(table).filter((kind) => isKnownKind(table, kind));
}

/** The key of jobs that a promotion has once. */
export function byPromotion({ promotionId }: { readonly promotionId: string }): string {
  return promotionId;
}

/** One command of a comment waits or runs at a time. */
export function byComment({ repoId, commentId }: { readonly repoId: number; readonly commentId: number }): string {
  return `${repoId}/${commentId}`;
}

type Where = { readonly repoId: number | null; readonly installationId: number | null };

const QUEUES = {
  none: () => null,
  /** The queue of a repository's intents, in order of arrival. */
  repo: ({ repoId }) => keyOf('repo:', repoId),
  installation: ({ installationId }) => keyOf('installation:', installationId),
  /** The tags of a repository's images. */
  apply: ({ repoId }) => keyOf('apply:', repoId),
  /** One at a time: a registry that hangs must not take the slots of jobs that move tags. */
  drift: () => 'drift',
} as const satisfies Readonly<Record<string, (where: Where) => string | null>>;

function queueKeyOf(queue: Queue, where: Where): string | null {
  if (!isWriteClass(queue)) return QUEUES[queue](where);
  if (where.installationId === null) throw new Error(`a write of the class ${queue} has no installation`);
  return writeQueueKey(queue, where.installationId);
}

function keyOf(prefix: string, id: number | null): string {
  if (id === null) throw new Error(`a job without a repository or an installation has no queue ${prefix}`);
  return `${prefix}${id}`;
}

function whereOf(intent: IntentOfJob): Where {
  if ('repo' in intent) return { repoId: intent.repo.id, installationId: intent.repo.installationId };
  return { repoId: 'repoId' in intent ? intent.repoId : null, installationId: intent.installationId };
}

function rowOf<Kind extends JobKind>(
  descriptions: JobDescriptions,
  payload: PayloadOf<Kind>,
  { runAt, ...where }: Where & { readonly runAt: number },
): NewJob {
  const { kind } = payload;
  const { key, queue } = descriptions[kind];
  return {
    kind,
    key: key === null ? null : key(payload),
    queueKey: queueKeyOf(queue, where),
    payload: JSON.stringify(payload),
    runAt,
  };
}
