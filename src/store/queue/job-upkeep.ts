// What operators and metrics ask of the job table: how much waits, what was given up, and the removal of what is over.
import type { Selectable } from 'kysely';
import { putBack } from './jobs.ts';
import type { Db, JobState, Schema, Tx } from '../database/schema.ts';

export type JobCounts = {
  readonly [State in JobState]: number;
} & {
  /** How long the job that has been due longest has waited; null when none is due. */
  readonly oldestDueAgeMs: number | null;
};

export type DeadJob = {
  readonly id: number;
  readonly kind: string;
  readonly key: string | null;
  readonly attempts: number;
  readonly error: string | null;
  readonly createdAt: number;
  readonly parkedAt: number;
};

export async function countJobs(db: Db, now: number): Promise<JobCounts> {
  const rows = await db
    .selectFrom('jobs')
    .select(({ fn }) => ['state', fn.countAll<number>().as('count')])
    .groupBy('state')
    .execute();
  const { oldest } = await db
    .selectFrom('jobs')
    .select(({ fn }) => fn.min('run_at').as('oldest'))
    .where('state', '=', 'queued')
    .where('run_at', '<=', now)
    .executeTakeFirstOrThrow();
  const countOf = (state: JobState): number => rows.find((row) => row.state === state)?.count ?? 0;
  return {
    queued: countOf('queued'),
    running: countOf('running'),
    done: countOf('done'),
    dead: countOf('dead'),
    oldestDueAgeMs: oldest === null ? null : now - oldest,
  };
}

/** The newest first. */
export async function listDeadJobs(db: Db, limit: number): Promise<readonly DeadJob[]> {
  const rows = await db
    .selectFrom('jobs')
    .select(['id', 'kind', 'key', 'attempts', 'last_error', 'created_at', 'finished_at'])
    .where('state', '=', 'dead')
    .orderBy('finished_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(toDeadJob);
}

/** A dead job with what it was to do; null where there is no such dead job. */
export async function findDeadJob(db: Db, id: number): Promise<(DeadJob & { readonly payload: string }) | null> {
  const row = await db
    .selectFrom('jobs')
    .select(['id', 'kind', 'key', 'attempts', 'last_error', 'created_at', 'finished_at', 'payload'])
    .where('id', '=', id)
    .where('state', '=', 'dead')
    .executeTakeFirst();
  return row === undefined ? null : { ...toDeadJob(row), payload: Buffer.from(row.payload).toString() };
}

/** The id of the newest dead job of these kinds with this key, or null. */
export async function findDeadJobOf(
  db: Db,
  { key, kinds }: { readonly key: string; readonly kinds: readonly string[] },
): Promise<number | null> {
  const row = await db
    .selectFrom('jobs')
    .select('id')
    .where('state', '=', 'dead')
    .where('key', '=', key)
    .where('kind', 'in', kinds)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** Lets a dead job run again, its tries counted anew. False where there is no such dead job. */
export async function retryDeadJob(
  tx: Tx,
  { id, now }: { readonly id: number; readonly now: number },
): Promise<boolean> {
  const job = await tx
    .selectFrom('jobs')
    .select(['id', 'kind', 'key', 'last_error'])
    .where('id', '=', id)
    .where('state', '=', 'dead')
    .forUpdate()
    .executeTakeFirst();
  if (job === undefined) return false;
  const { kind, key, last_error: error } = job;
  await putBack(tx, { id, kind, key, attempts: 0, error, runAt: now, now });
  return true;
}

/** Removes a dead job. False where there is no such dead job. */
export async function dropJob(tx: Tx, id: number): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('jobs')
    .where('id', '=', id)
    .where('state', '=', 'dead')
    .executeTakeFirstOrThrow();
  return numDeletedRows === 1n;
}

/** Removes jobs that were done before this time; dead ones stay. How many were removed. */
export async function deleteFinishedJobsBefore(db: Db, before: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('jobs')
    .where('state', '=', 'done')
    .where('finished_at', '<', before)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

type DeadRow = Pick<
  Selectable<Schema['jobs']>,
  'id' | 'kind' | 'key' | 'attempts' | 'last_error' | 'created_at' | 'finished_at'
>;

function toDeadJob({ id, kind, key, attempts, last_error, created_at, finished_at }: DeadRow): DeadJob {
  const parkedAt = finished_at ?? created_at;
  return { id, kind, key, attempts, error: last_error, createdAt: created_at, parkedAt };
}
