// Finds waiting jobs that may be claimed, without reading the long backlog of a busy queue key.
import { sql, type RawBuilder } from 'kysely';
import type { Db } from '../database/schema.ts';
import { QUEUED, RUNNING } from './job-states.ts';

export type Wanted = {
  readonly now: number;
  /** Null: all. */
  readonly kinds: readonly string[] | null;
};

/**
 * Ids of jobs among which the first one that may be claimed is. `near`: the jobs that are due first, whatever they wait
 * for. `queue-keys`: one of each queue key, for when all of those stand in queue keys that are busy.
 */
export type Reach = 'near' | 'queue-keys';

/** More than the queue keys that can be busy at once in a few processes. */
const NEAR = sql.lit(64);
const SOME = sql.lit(50);

/** For a waiting `job`: no job of its queue key, or of its kind and key, is running, whether its lease is valid or not. */
export const UNBLOCKED = sql<boolean>`NOT EXISTS (
  SELECT 1 FROM jobs AS busy
  WHERE busy.state = 'running' AND (busy.queue_key = job.queue_key OR (busy.kind = job.kind AND busy.key = job.key)))`;

/** True for a row of one of the requested kinds. */
export function isOfKinds(alias: string, kinds: readonly string[] | null): RawBuilder<boolean> {
  return kinds === null ? sql`1 = 1` : sql`${sql.ref(`${alias}.kind`)} IN (${sql.join(kinds)})`;
}

/** The due jobs that `reach` selects. */
export function dueIds(reach: Reach, { now, kinds }: Wanted): RawBuilder<number> {
  if (reach === 'near') {
    return sql`SELECT near.id FROM (
      SELECT id FROM jobs WHERE state IN ('queued', 'running') AND run_at <= ${now}
      ORDER BY run_at, id LIMIT ${NEAR}) AS near`;
  }
  return sql`
    SELECT (
      SELECT head.id FROM jobs AS head
      WHERE head.state = 'queued' AND head.queue_key = free.queue_key AND head.run_at <= ${now} AND ${isOfKinds('head', kinds)}
      ORDER BY head.run_at, head.id LIMIT 1)
    FROM (${FREE_QUEUE_KEYS}) AS free
    UNION ALL SELECT lone.id FROM (
      SELECT job.id FROM jobs AS job
      WHERE job.state = 'queued' AND job.queue_key IS NULL AND job.run_at <= ${now} AND ${isOfKinds('job', kinds)}
        AND ${UNBLOCKED}
      ORDER BY job.run_at, job.id LIMIT ${SOME}) AS lone
    UNION ALL SELECT id FROM jobs WHERE state = 'running' AND leased_until <= ${now}`;
}

/** The time of the first waiting job that nothing blocks, due or not; null without one. */
export async function firstQueuedAt(db: Db, kinds: readonly string[] | null): Promise<number | null> {
  for (const reach of ['near', 'queue-keys'] as const) {
    const row = await db
      .selectFrom('jobs as job')
      .select('job.run_at')
      .where(sql<boolean>`job.state = 'queued'`)
      .where(sql<boolean>`job.id IN (${queuedIds(reach, kinds)})`)
      .where(UNBLOCKED)
      .where(isOfKinds('job', kinds))
      .orderBy('job.run_at')
      .limit(1)
      .executeTakeFirst();
    if (row !== undefined) return row.run_at;
  }
  return null;
}

/** True while such a job waits or runs. */
export async function isJobOpen(
  db: Db,
  { kind, key }: { readonly kind: string; readonly key: string },
): Promise<boolean> {
  const open = db
    .selectFrom('jobs')
    .select('id')
    .where('kind', '=', kind)
    .where('key', '=', key)
    .where(QUEUED)
    .unionAll(db.selectFrom('jobs').select('id').where('kind', '=', kind).where('key', '=', key).where(RUNNING));
  return (await open.execute()).length > 0;
}

function queuedIds(reach: Reach, kinds: readonly string[] | null): RawBuilder<number> {
  if (reach === 'near') {
    return sql`SELECT near.id FROM (
      SELECT id FROM jobs WHERE state IN ('queued', 'running') ORDER BY run_at, id LIMIT ${NEAR}) AS near`;
  }
  return sql`
    SELECT (
      SELECT head.id FROM jobs AS head
      WHERE head.state = 'queued' AND head.queue_key = free.queue_key AND ${isOfKinds('head', kinds)}
      ORDER BY head.run_at, head.id LIMIT 1)
    FROM (${FREE_QUEUE_KEYS}) AS free
    UNION ALL SELECT lone.id FROM (
      SELECT job.id FROM jobs AS job
      WHERE job.state = 'queued' AND job.queue_key IS NULL AND ${isOfKinds('job', kinds)} AND ${UNBLOCKED}
      ORDER BY job.run_at, job.id LIMIT ${SOME}) AS lone`;
}

/** The queue keys in which jobs wait and none runs, read one after the other by the index, however long each is. */
const FREE_QUEUE_KEYS = sql`
  WITH RECURSIVE waiting_keys (queue_key) AS (
    SELECT MIN(queue_key) FROM jobs WHERE state = 'queued' AND queue_key > ''
    UNION ALL
    SELECT (SELECT MIN(further.queue_key) FROM jobs AS further WHERE further.state = 'queued' AND further.queue_key > waiting_keys.queue_key)
    FROM waiting_keys WHERE waiting_keys.queue_key IS NOT NULL)
  SELECT waiting_keys.queue_key FROM waiting_keys
  WHERE waiting_keys.queue_key IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM jobs AS busy WHERE busy.state = 'running' AND busy.queue_key = waiting_keys.queue_key)`;
