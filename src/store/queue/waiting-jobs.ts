// Which waiting jobs may be claimed, found without a walk over the long backlog that may stand behind a busy lane.
import { sql, type RawBuilder } from 'kysely';
import type { Db } from '../database/schema.ts';

export type Wanted = {
  readonly now: number;
  /** Null: all. */
  readonly kinds: readonly string[] | null;
};

/**
 * Ids of jobs among which the first one that may be claimed is. `near`: the jobs that are due first, whatever they wait
 * for. `lanes`: one of each lane, for when all of those stand in lanes that are busy.
 */
export type Reach = 'near' | 'lanes';

/** More than the lanes that can be busy at once, in a few processes. */
const NEAR = sql.lit(64);
const SOME = sql.lit(50);

/** Of a waiting `job`: neither its lane nor its like is running, under a good lease or not. */
export const UNBLOCKED = sql<boolean>`NOT EXISTS (
  SELECT 1 FROM jobs AS busy
  WHERE busy.state = 'running' AND (busy.lane = job.lane OR (busy.kind = job.kind AND busy.key = job.key)))`;

/** True for an alias of the table whose kind is wanted. */
export function isOfKinds(alias: string, kinds: readonly string[] | null): RawBuilder<boolean> {
  return kinds === null ? sql`1 = 1` : sql`${sql.ref(`${alias}.kind`)} IN (${sql.join(kinds)})`;
}

/** What `reach` says, of the jobs that are due. */
export function dueIds(reach: Reach, { now, kinds }: Wanted): RawBuilder<number> {
  if (reach === 'near') {
    return sql`SELECT near.id FROM (
      SELECT id FROM jobs WHERE state IN ('queued', 'running') AND run_at <= ${now}
      ORDER BY run_at, id LIMIT ${NEAR}) AS near`;
  }
  return sql`
    SELECT (
      SELECT head.id FROM jobs AS head
      WHERE head.state = 'queued' AND head.lane = free.lane AND head.run_at <= ${now} AND ${isOfKinds('head', kinds)}
      ORDER BY head.run_at, head.id LIMIT 1)
    FROM (${FREE_LANES}) AS free
    UNION ALL SELECT lone.id FROM (
      SELECT job.id FROM jobs AS job
      WHERE job.state = 'queued' AND job.lane IS NULL AND job.run_at <= ${now} AND ${isOfKinds('job', kinds)}
        AND ${UNBLOCKED}
      ORDER BY job.run_at, job.id LIMIT ${SOME}) AS lone
    UNION ALL SELECT id FROM jobs WHERE state = 'running' AND leased_until <= ${now}`;
}

/** The time of the first waiting job that nothing blocks, due or not; null where there is none. */
export async function firstQueuedAt(db: Db, kinds: readonly string[] | null): Promise<number | null> {
  for (const reach of ['near', 'lanes'] as const) {
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
    .where(sql<boolean>`state = 'queued'`)
    .unionAll(
      db
        .selectFrom('jobs')
        .select('id')
        .where('kind', '=', kind)
        .where('key', '=', key)
        .where(sql<boolean>`state = 'running'`),
    );
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
      WHERE head.state = 'queued' AND head.lane = free.lane AND ${isOfKinds('head', kinds)}
      ORDER BY head.run_at, head.id LIMIT 1)
    FROM (${FREE_LANES}) AS free
    UNION ALL SELECT lone.id FROM (
      SELECT job.id FROM jobs AS job
      WHERE job.state = 'queued' AND job.lane IS NULL AND ${isOfKinds('job', kinds)} AND ${UNBLOCKED}
      ORDER BY job.run_at, job.id LIMIT ${SOME}) AS lone`;
}

/** The lanes in which jobs wait and none runs: from one to the next by the index, whatever stands in them. */
const FREE_LANES = sql`
  WITH RECURSIVE lanes (lane) AS (
    SELECT MIN(lane) FROM jobs WHERE state = 'queued' AND lane > ''
    UNION ALL
    SELECT (SELECT MIN(further.lane) FROM jobs AS further WHERE further.state = 'queued' AND further.lane > lanes.lane)
    FROM lanes WHERE lanes.lane IS NOT NULL)
  SELECT lanes.lane FROM lanes
  WHERE lanes.lane IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM jobs AS busy WHERE busy.state = 'running' AND busy.lane = lanes.lane)`;
