// Detects a clock that was set back, and reschedules: what was due by the old time stays due, and nothing waits longer than planned.
import { sql } from 'kysely';
import { SLOT_MEMORY_MS } from './idempotency-keys.ts';
import type { Store } from '../database/database.ts';
import type { Db, Tx } from '../database/schema.ts';
import { OPEN, QUEUED, RUNNING } from './job-states.ts';

/** Usual adjustments of a clock are smaller, and so are differences between two processes. */
const TOLERANCE_MS = 1000;
/** How much the clocks of machines that share a database may differ. */
const MACHINES_DIFFER_BY_MS = 20_000;
/** Longer than any wait that is counted from now, such as for a rate limit's reset or for the next try. */
const LONGEST_WAIT_MS = 60 * 60 * 1000;

/** How far a process's clock was set back since it showed `before`, in ms; 0: it was not. */
export function clockSetback({ before, now }: { readonly before: number; readonly now: number }): number {
  return setbackOver(TOLERANCE_MS, before - now);
}

/**
 * The same for a process that starts, by the jobs that are open. It reads the jobs before its own clock: what another
 * process stores meanwhile does not come from the future.
 */
export async function findClockSetback(store: Pick<Store, 'db' | 'databaseTime'>, now: () => number): Promise<number> {
  const newest = await readNewestTimes(store);
  const at = now();
  if (newest === null) return 0;
  const { createdAt, database } = newest;
  if (database === null) return clockSetback({ before: createdAt, now: at });
  // Machines need not agree with each other: what counts is how far each is ahead of the database, unless that one's
  // own clock was set back.
  const isDatabaseSetBack = clockSetback({ before: database.insertedAt, now: database.now }) > 0;
  const setback = isDatabaseSetBack ? createdAt - at : database.processAheadMs - (at - database.now);
  return setbackOver(MACHINES_DIFFER_BY_MS, setback);
}

/**
 * `before` is the latest time that the old clock is known to have shown. Jobs that waited for a moment run at once: early
 * rather than late by the setback. Those of the kinds `timers` mean a date: not yet due, they wait for it by the new clock.
 * Doing it twice changes nothing.
 */
export async function rescheduleAfterClockChange(
  store: Pick<Store, 'transaction' | 'databaseTime'>,
  change: {
    readonly now: number;
    readonly before: number;
    readonly leaseMs: number;
    readonly timers: readonly string[];
  },
): Promise<void> {
  const { now } = change;
  await store.transaction(async (tx) => {
    await rescheduleJobs(tx, change);
    await tx.updateTable('jobs').set({ created_at: now }).where(OPEN).where('created_at', '>', now).execute();
    if (store.databaseTime !== null) await restateInsertedAt(tx, { now, databaseTime: store.databaseTime });
    await shortenHolds(tx, now);
  });
}

type NewestTimes = {
  readonly createdAt: number;
  /** Null if the database has no clock of its own. */
  readonly database: { readonly insertedAt: number; readonly processAheadMs: number; readonly now: number } | null;
};

/** The latest times of open jobs; null if there are none. */
async function readNewestTimes({
  db,
  databaseTime,
}: {
  readonly db: Db;
  readonly databaseTime: string | null;
}): Promise<NewestTimes | null> {
  const { created, inserted, ahead, now } = await db
    .selectFrom('jobs')
    .select(({ fn }) => [fn.max('created_at').as('created'), fn.max('inserted_at').as('inserted')])
    .select(sql<number | null>`max(created_at - inserted_at)`.as('ahead'))
    .select(sql<number | null>`${sql.raw(databaseTime ?? 'NULL')}`.as('now'))
    .where(OPEN)
    .executeTakeFirstOrThrow();
  if (created === null) return null;
  const hasDatabaseTimes = inserted !== null && ahead !== null && now !== null;
  return {
    createdAt: created,
    database: hasDatabaseTimes ? { insertedAt: inserted, processAheadMs: ahead, now } : null,
  };
}

async function rescheduleJobs(
  tx: Tx,
  { now, before, leaseMs, timers }: Parameters<typeof rescheduleAfterClockChange>[1],
): Promise<void> {
  await tx
    .updateTable('jobs')
    .set({ run_at: now })
    .where(QUEUED)
    .where('run_at', '>', now)
    .where('run_at', '<=', before + LONGEST_WAIT_MS)
    .where((row) => row.or([row('run_at', '<=', before), row('kind', 'not in', timers)]))
    .execute();
  await tx
    .updateTable('jobs')
    .set({ leased_until: now + leaseMs })
    .where(RUNNING)
    .where('leased_until', '>', now + leaseMs)
    .execute();
}

/** Stamps the jobs as if this process had stored them now, so that the next process finds nothing to reschedule. */
async function restateInsertedAt(
  tx: Tx,
  { now, databaseTime }: { readonly now: number; readonly databaseTime: string },
): Promise<void> {
  const databaseNow = sql<number>`${sql.raw(databaseTime)}`;
  await tx
    .updateTable('jobs')
    .set({ inserted_at: sql<number>`created_at - ${now} + ${databaseNow}` })
    .where(OPEN)
    .where(sql<boolean>`(created_at - inserted_at > ${now} - ${databaseNow} OR inserted_at > ${databaseNow})`)
    .execute();
}

async function shortenHolds(tx: Tx, now: number): Promise<void> {
  await tx.updateTable('repos').set({ here_since: now }).where('here_since', '>', now).execute();
  await tx.updateTable('github_write_limits').set({ last_at: now }).where('last_at', '>', now).execute();
  await tx
    .updateTable('github_write_limits')
    .set({ hold_until: now + LONGEST_WAIT_MS })
    .where('hold_until', '>', now + LONGEST_WAIT_MS)
    .execute();
  // The lag of a tag is counted from its write.
  await tx.updateTable('tag_moves').set({ updated_at: now }).where('updated_at', '>', now).execute();
  await tx
    .deleteFrom('idempotency_keys')
    .where('until', '>', now + SLOT_MEMORY_MS)
    .execute();
  await tx.updateTable('github_writes').set({ at: now }).where('at', '>', now).execute();
}

function setbackOver(toleranceMs: number, ms: number): number {
  return ms > toleranceMs ? ms : 0;
}
