// Renews, extends and returns the lease of a claimed job.
import { sql } from 'kysely';
import { lockClaimed, putBack, type Lease } from './jobs.ts';
import type { Db, Tx } from '../database/schema.ts';

/** Extends a claim to at least `until`. False: it is lost. */
export async function renewLease(db: Db, { id, lease, until }: Lease & { readonly until: number }): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('jobs')
    .set({ leased_until: sql`CASE WHEN leased_until < ${until} THEN ${until} ELSE leased_until END` })
    .where('id', '=', id)
    .where('lease', '=', lease)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

/** The end of the claim, extended to `until` if it was before `least`. Null: it is lost. */
export async function extendLease(
  tx: Tx,
  { id, lease, least, until }: Lease & { readonly least: number; readonly until: number },
): Promise<number | null> {
  const claimed = await lockClaimed(tx, { id, lease });
  if (claimed === null) return null;
  const held = claimed.leased_until ?? 0;
  if (held >= least) return held;
  return (await renewLease(tx, { id, lease, until })) ? until : null;
}

/**
 * Returns an unfinished job to the queue. Another process can take it at once, but a lease that is longer than `leaseMs`
 * first waits for writes that may still be on their way. The try counts. False: the claim is lost.
 */
export async function handBackJob(
  tx: Tx,
  { id, lease, leaseMs, now }: Lease & { readonly leaseMs: number; readonly now: number },
): Promise<boolean> {
  const claimed = await lockClaimed(tx, { id, lease });
  if (claimed === null) return false;
  const runAt = Math.max(now, (claimed.leased_until ?? now) - leaseMs);
  const { kind, key, attempts } = claimed;
  await putBack(tx, { id, kind, key, attempts, error: null, runAt, now });
  return true;
}
