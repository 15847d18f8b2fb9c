// The clock was turned back: what was due by the old time stays due, and nothing is held longer than it ever would be.
import { SLOT_MEMORY_MS } from './idempotency-keys.ts';
import type { Db, Tx } from '../database/schema.ts';
import { OPEN, QUEUED, RUNNING } from './job-states.ts';

/** When the newest job that is not over came into the table; null where none is open. */
export async function findNewestOpenJobAt(db: Db): Promise<number | null> {
  const { newest } = await db
    .selectFrom('jobs')
    .select(({ fn }) => fn.max('created_at').as('newest'))
    .where(OPEN)
    .executeTakeFirstOrThrow();
  return newest;
}

/** Longer than any wait that is counted from now, such as for a limit's reset or for the next try. */
const LONGEST_WAIT_MS = 60 * 60 * 1000;

/**
 * `before` is the latest time that the old clock is known to have shown. Jobs that waited for a moment run at once: early
 * rather than late by the turn. Those of the kinds `timers` mean a date: not yet due, they wait for it by the new clock.
 * Doing it twice changes nothing.
 */
export async function rescheduleAfterClockChange(
  tx: Tx,
  {
    now,
    before,
    leaseMs,
    timers,
  }: {
    readonly now: number;
    readonly before: number;
    readonly leaseMs: number;
    readonly timers: readonly string[];
  },
): Promise<void> {
  await tx
    .updateTable('jobs')
    .set({ run_at: now })
    .where(QUEUED)
    .where('run_at', '>', now)
    .where('run_at', '<=', before + LONGEST_WAIT_MS)
    .where((row) => row.or([row('run_at', '<=', before), row('kind', 'not in', timers)]))
    .execute();
  await tx.updateTable('jobs').set({ created_at: now }).where(OPEN).where('created_at', '>', now).execute();
  await tx
    .updateTable('jobs')
    .set({ leased_until: now + leaseMs })
    .where(RUNNING)
    .where('leased_until', '>', now + leaseMs)
    .execute();
  await tx.updateTable('repos').set({ here_since: now }).where('here_since', '>', now).execute();
  await tx.updateTable('github_write_limits').set({ last_at: now }).where('last_at', '>', now).execute();
  await tx
    .updateTable('github_write_limits')
    .set({ hold_until: now + LONGEST_WAIT_MS })
    .where('hold_until', '>', now + LONGEST_WAIT_MS)
    .execute();
  // How long a tag has lagged is counted from its write.
  await tx.updateTable('tag_moves').set({ updated_at: now }).where('updated_at', '>', now).execute();
  await tx
    .deleteFrom('idempotency_keys')
    .where('until', '>', now + SLOT_MEMORY_MS)
    .execute();
  await tx.updateTable('github_writes').set({ at: now }).where('at', '>', now).execute();
}
