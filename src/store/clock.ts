// The clock was turned back: what was due by the old time stays due, and nothing is held longer than it ever would be.
import { sql } from 'kysely';
import type { Db, Tx } from './schema.ts';

/** When the newest job that is not over came into the table; null where none is open. */
export async function findNewestOpenJobAt(db: Db): Promise<number | null> {
  const { newest } = await db
    .selectFrom('jobs')
    .select(({ fn }) => fn.max('created_at').as('newest'))
    .where(sql<boolean>`state IN ('queued', 'running')`)
    .executeTakeFirstOrThrow();
  return newest;
}

/**
 * `before` is the latest time that the old clock is known to have shown. Jobs that wait for a later time wait on: they
 * run late by the turn, never early. Doing it twice changes nothing.
 */
export async function turnBack(
  tx: Tx,
  { now, before, leaseMs }: { readonly now: number; readonly before: number; readonly leaseMs: number },
): Promise<void> {
  await tx
    .updateTable('jobs')
    .set({ run_at: now })
    .where(sql<boolean>`state = 'queued'`)
    .where('run_at', '>', now)
    .where('run_at', '<=', before)
    .execute();
  await tx
    .updateTable('jobs')
    .set({ leased_until: now + leaseMs })
    .where(sql<boolean>`state = 'running'`)
    .where('leased_until', '>', now + leaseMs)
    .execute();
  await tx.updateTable('github_pace').set({ last_at: now }).where('last_at', '>', now).execute();
  await tx.updateTable('github_writes').set({ at: now }).where('at', '>', now).execute();
}
