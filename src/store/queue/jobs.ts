// Adds, claims, finishes and parks jobs: inbox, outbox and timer are this one table.
import { sql, type RawBuilder, type Selectable } from 'kysely';
import { isUniqueViolation, unlessTaken } from '../database/database-errors.ts';
import type { Db, Schema, Tx } from '../database/schema.ts';
import { storableText } from '../database/stored.ts';
import { QUEUED, RUNNING } from './job-states.ts';
import { dueIds, firstQueuedAt, isOfKinds, UNBLOCKED, type Reach } from './waiting-jobs.ts';

export type NewJobRow = {
  readonly kind: string;
  /** At most one job of the same kind and key waits; null: as many as there are. */
  readonly key: string | null;
  /** At most one job of a queue key runs, the one that is due first; null: no queue key. */
  readonly queueKey: string | null;
  readonly payload: string | Uint8Array;
  readonly runAt: number;
  readonly now: number;
  /** Null or absent for scheduled work. */
  readonly origin?: Origin | null;
};

/** A claimed job. */
export type JobRow = {
  readonly id: number;
  readonly kind: string;
  readonly key: string | null;
  readonly queueKey: string | null;
  readonly payload: string;
  /** The payload as it was stored, for bytes that may not be UTF-8. */
  readonly payloadBytes: Uint8Array;
  readonly runAt: number;
  /** 1 on the first try. */
  readonly attempts: number;
  readonly lease: string;
  readonly leasedUntil: number;
  readonly createdAt: number;
  readonly origin: Origin | null;
};

/** The delivery that led to a job, and when it was stored. */
export type Origin = { readonly delivery: string; readonly at: number };

export type Claim = {
  readonly now: number;
  readonly lease: string;
  readonly leaseMs: number;
  readonly kinds?: readonly string[];
};

/** Identifies a claim: what is written under it counts only while nobody else has claimed the job. */
export type Lease = { readonly id: number; readonly lease: string };

const MAX_ERROR_LENGTH = 4000;

/** Adds a job. If one of the same kind and key waits already, that one stays, at the earlier of the two times. */
export async function addJob(tx: Tx, job: NewJobRow): Promise<void> {
  const { kind, key, queueKey, payload, runAt, now, origin = null } = job;
  await tx
    .insertInto('jobs')
    .values({
      kind,
      key,
      queue_key: queueKey,
      payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
      run_at: runAt,
      attempts: 0,
      ...originColumns(origin),
      state: 'queued',
      created_at: now,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['kind', 'key'])
        .where(QUEUED)
        // Updated even where nothing changes: that locks the row, so that it can't be claimed, and finished without
        // having seen what this transaction writes, before this transaction commits.
        .doUpdateSet({ run_at: earlierThanStored(sql`excluded.run_at`) }),
    )
    .execute();
}

/** Adds jobs without merging equal ones, in one statement; their ids grow in the order of the list. */
export async function addKeylessJobs(
  tx: Tx,
  {
    jobs,
    now,
  }: {
    readonly jobs: readonly Pick<NewJobRow, 'kind' | 'queueKey' | 'payload' | 'runAt' | 'origin'>[];
    readonly now: number;
  },
): Promise<void> {
  if (jobs.length === 0) return;
  const rows = jobs.map(({ kind, queueKey, payload, runAt, origin = null }) => ({
    kind,
    key: null,
    queue_key: queueKey,
    payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
    run_at: runAt,
    attempts: 0,
    ...originColumns(origin),
    state: 'queued' as const,
    created_at: now,
  }));
  await tx.insertInto('jobs').values(rows).execute();
}

/**
 * Claims the job that is due first, or null. A running job whose lease has expired is due too. Not claimed: jobs whose
 * queue key is busy, later jobs of the same queue key, and jobs whose kind and key is running.
 */
export async function claimJob(db: Db, claim: Claim): Promise<JobRow | null> {
  for (;;) {
    try {
      return await claimOnce(db, claim);
    } catch (error) {
      // Another process claimed in the same queue key at the same moment. As one of them always succeeds, this loop ends.
      if (!isUniqueViolation(error)) throw error;
    }
  }
}

/** True while the claim holds; then nobody can take it before the transaction ends. */
export async function holdsLease(tx: Tx, { id, lease }: Lease): Promise<boolean> {
  return (await lockClaimed(tx, { id, lease })) !== null;
}

/** False: the claim is lost, and nothing was stored. */
export async function finishJob(tx: Tx, { id, lease, now }: Lease & { readonly now: number }): Promise<boolean> {
  return endJob(tx, { id, lease, state: 'done', error: null, now });
}

/** Parks a job as dead, until somebody retries or drops it. False as for `finishJob`. */
export async function parkJob(
  tx: Tx,
  { id, lease, error, now }: Lease & { readonly error: string; readonly now: number },
): Promise<boolean> {
  return endJob(tx, { id, lease, state: 'dead', error, now });
}

/**
 * Lets a claimed job wait until `runAt`. If one of the same kind and key waits already, this one is done.
 * `countAttempt` false: the try is not counted, for waits that are not failures. False as for `finishJob`.
 */
export async function requeueJob(
  tx: Tx,
  job: Lease & {
    readonly runAt: number;
    readonly countAttempt: boolean;
    readonly error: string | null;
    readonly now: number;
  },
): Promise<boolean> {
  const { id, lease, runAt, countAttempt, error, now } = job;
  const claimed = await lockClaimed(tx, { id, lease });
  if (claimed === null) return false;
  const attempts = claimed.attempts - (countAttempt ? 0 : 1);
  await putBack(tx, { id, kind: claimed.kind, key: claimed.key, attempts, error, runAt, now });
  return true;
}

/** Makes a job wait again, or leaves the work to a waiting job of the same kind and key. */
export async function putBack(
  tx: Tx,
  job: Pick<Selectable<Schema['jobs']>, 'id' | 'kind' | 'key' | 'attempts'> & {
    readonly error: string | null;
    readonly runAt: number;
    readonly now: number;
  },
): Promise<void> {
  const { id, kind, key, attempts, error, runAt, now } = job;
  const last_error = error === null ? null : storableText(error, MAX_ERROR_LENGTH);
  const released = { lease: null, leased_until: null, last_error };
  const requeue = tx
    .updateTable('jobs')
    .set({ ...released, state: 'queued', run_at: runAt, attempts, finished_at: null })
    .where('id', '=', id);
  const like = tx
    .updateTable('jobs')
    .set({ run_at: earlierThanStored(sql`${runAt}`) })
    .where('kind', '=', kind)
    .where('key', '=', key)
    .where(QUEUED);
  for (;;) {
    const { numUpdatedRows } = await like.executeTakeFirstOrThrow();
    if (numUpdatedRows === 1n) {
      await tx
        .updateTable('jobs')
        .set({ ...released, state: 'done', finished_at: now })
        .where('id', '=', id)
        .execute();
      return;
    }
    // Another transaction may be adding the same kind and key; then the next round finds it.
    if ((await unlessTaken(tx, () => requeue.execute())).kind === 'written') return;
  }
}

/** The time when the next job (of these kinds) can be claimed; `now` if one can be already, null if none waits. */
export async function nextRunAt(
  db: Db,
  { now, kinds }: { readonly now: number; readonly kinds?: readonly string[] },
): Promise<number | null> {
  const queued = await firstQueuedAt(db, kinds ?? null);
  const { leased } = await db
    .selectFrom('jobs')
    .select(({ fn }) => fn.min('leased_until').as('leased'))
    .where(RUNNING)
    .$if(kinds !== undefined, (query) => query.where('kind', 'in', kinds ?? []))
    .executeTakeFirstOrThrow();
  const times = [queued, leased].filter((time) => time !== null);
  return times.length === 0 ? null : Math.max(now, Math.min(...times));
}

async function claimOnce(db: Db, { now, lease, leaseMs, ...claim }: Claim): Promise<JobRow | null> {
  const kinds = claim.kinds ?? null;
  const firstOfQueueKey = sql<boolean>`NOT EXISTS (
    SELECT 1 FROM jobs AS earlier
    WHERE earlier.state = 'queued' AND earlier.queue_key = job.queue_key AND earlier.run_at <= ${now}
      AND ${isOfKinds('earlier', kinds)}
      AND (earlier.run_at < job.run_at OR (earlier.run_at = job.run_at AND earlier.id < job.id)))`;
  const due = (reach: Reach): RawBuilder<number> =>
    sql`${db
      .selectFrom('jobs as job')
      .select('job.id')
      .where(sql<boolean>`job.id IN (${dueIds(reach, { now, kinds })})`)
      .where(
        sql<boolean>`(job.state = 'queued' AND job.run_at <= ${now} AND ${UNBLOCKED} AND ${firstOfQueueKey}
          OR job.state = 'running' AND job.leased_until <= ${now})`,
      )
      .where(isOfKinds('job', kinds))
      .orderBy('job.run_at')
      .orderBy('job.id')
      .limit(1)
      .forUpdate()
      .skipLocked()}`;
  const row = await db
    .updateTable('jobs')
    .set({ state: 'running', lease, leased_until: now + leaseMs, attempts: sql`attempts + 1` })
    .where(sql<boolean>`id = COALESCE(${due('near')}, ${due('queue-keys')})`)
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) return null;
  const { id, kind, key, queue_key: queueKey, attempts, origin, origin_at } = row;
  return {
    id,
    kind,
    key,
    queueKey,
    payload: Buffer.from(row.payload).toString(),
    payloadBytes: row.payload,
    runAt: row.run_at,
    attempts,
    lease,
    leasedUntil: now + leaseMs,
    createdAt: row.created_at,
    origin: origin === null || origin_at === null ? null : { delivery: origin, at: origin_at },
  };
}

function originColumns(origin: Origin | null): Pick<Selectable<Schema['jobs']>, 'origin' | 'origin_at'> {
  return { origin: origin?.delivery ?? null, origin_at: origin?.at ?? null };
}

/** The row while the claim holds; then nobody can take it before the transaction ends. */
export async function lockClaimed(tx: Tx, { id, lease }: Lease): Promise<Selectable<Schema['jobs']> | null> {
  const row = await tx
    .selectFrom('jobs')
    .selectAll()
    .where('id', '=', id)
    .where('lease', '=', lease)
    .forUpdate()
    .executeTakeFirst();
  return row ?? null;
}

async function endJob(
  tx: Tx,
  end: Lease & { readonly state: 'done' | 'dead'; readonly error: string | null; readonly now: number },
): Promise<boolean> {
  const last_error = end.error === null ? {} : { last_error: storableText(end.error, MAX_ERROR_LENGTH) };
  const { numUpdatedRows } = await tx
    .updateTable('jobs')
    .set({ state: end.state, lease: null, leased_until: null, finished_at: end.now, ...last_error })
    .where('id', '=', end.id)
    .where('lease', '=', end.lease)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

function earlierThanStored(runAt: RawBuilder<unknown>): RawBuilder<number> {
  return sql`CASE WHEN ${runAt} < jobs.run_at THEN ${runAt} ELSE jobs.run_at END`;
}
