// Queries of the job table for operators and metrics: waiting jobs, dead jobs, and the removal of finished ones.
import { sql, type RawBuilder, type Selectable } from 'kysely';
import { DEAD, DONE, OPEN, QUEUED, RUNNING } from './job-states.ts';
import { putBack } from './jobs.ts';
import type { Db, JobState, Schema, Tx } from '../database/schema.ts';

export type JobCounts = {
  readonly [State in JobState]: number;
} & {
  /** How long the oldest due job has waited; null if none is due. */
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
  const { oldest, ...counts } = await db
    .selectNoFrom([
      countOf(QUEUED).as('queued'),
      countOf(RUNNING).as('running'),
      countOf(DONE).as('done'),
      countOf(DEAD).as('dead'),
      sql<number | null>`(
        SELECT run_at FROM jobs WHERE ${OPEN} AND ${QUEUED} AND run_at <= ${now}
        ORDER BY run_at LIMIT 1)`.as('oldest'),
    ])
    .executeTakeFirstOrThrow();
  return { ...counts, oldestDueAgeMs: oldest === null ? null : now - oldest };
}

/** The newest first. */
export async function listDeadJobs(db: Db, limit: number): Promise<readonly DeadJob[]> {
  const rows = await db
    .selectFrom('jobs')
    .select(['id', 'kind', 'key', 'attempts', 'last_error', 'created_at', 'finished_at'])
    .where(DEAD)
    .orderBy('finished_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(toDeadJob);
}

/** A dead job with its payload; null if there is no such dead job. */
export async function findDeadJob(db: Db, id: number): Promise<(DeadJob & { readonly payload: string }) | null> {
  const row = await db
    .selectFrom('jobs')
    .select(['id', 'kind', 'key', 'attempts', 'last_error', 'created_at', 'finished_at', 'payload'])
    .where('id', '=', id)
    .where(DEAD)
    .executeTakeFirst();
  return row === undefined ? null : { ...toDeadJob(row), payload: Buffer.from(row.payload).toString() };
}

/** The id of the newest dead job of these kinds with this key, or null. */
export async function findDeadJobOf(
  db: Db,
  { key, kinds }: { readonly key: string; readonly kinds: readonly string[] },
): Promise<number | null> {
  const { newest } = await db
    .selectFrom('jobs')
    .select(({ fn }) => fn.max('id').as('newest'))
    .where(DEAD)
    .where('key', '=', key)
    .where('kind', 'in', kinds)
    .executeTakeFirstOrThrow();
  return newest;
}

/** Queues a dead job again, with its attempts at zero. False if there is no such dead job. */
export async function retryDeadJob(
  tx: Tx,
  { id, now }: { readonly id: number; readonly now: number },
): Promise<boolean> {
  const job = await tx
    .selectFrom('jobs')
    .select(['id', 'kind', 'key', 'last_error'])
    .where('id', '=', id)
    .where(DEAD)
    .forUpdate()
    .executeTakeFirst();
  if (job === undefined) return false;
  const { kind, key, last_error: error } = job;
  await putBack(tx, { id, kind, key, attempts: 0, error, runAt: now, now });
  return true;
}

/** Removes a dead job. False if there is no such dead job. */
export async function dropJob(tx: Tx, id: number): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom('jobs').where('id', '=', id).where(DEAD).executeTakeFirstOrThrow();
  return numDeletedRows === 1n;
}

/** Removes jobs that were done before this time; dead ones stay. How many were removed. */
export async function deleteFinishedJobsBefore(db: Db, before: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('jobs')
    .where(DONE)
    .where('finished_at', '<', before)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

function countOf(state: RawBuilder<boolean>): RawBuilder<number> {
  return sql`(SELECT count(*) FROM jobs WHERE ${state})`;
}

type DeadRow = Pick<
  Selectable<Schema['jobs']>,
  'id' | 'kind' | 'key' | 'attempts' | 'last_error' | 'created_at' | 'finished_at'
>;

function toDeadJob({ id, kind, key, attempts, last_error, created_at, finished_at }: DeadRow): DeadJob {
  const parkedAt = finished_at ?? created_at;
  return { id, kind, key, attempts, error: last_error, createdAt: created_at, parkedAt };
}
