// How long a claim is held: it is renewed while its job runs, extended for a write outside, and given back at the end.
import { sql } from 'kysely';
import { lockClaimed, putBack, type Lease } from './jobs.ts';
import type { Db, Tx } from '../database/schema.ts';

/** Keeps a claim until `until` at least. False: it is lost. */
export async function renewLease(db: Db, { id, lease, until }: Lease & { readonly until: number }): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('jobs')
    .set({ leased_until: sql`CASE WHEN leased_until < ${until} THEN ${until} ELSE leased_until END` })
    .where('id', '=', id)
    .where('lease', '=', lease)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

/** Until when the claim holds: where that was before `least`, it is `until` now. Null: it is lost. */
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
 * Lets a job that did not end run again, whoever comes: at once, but what a lease holds beyond `leaseMs` is for writes that
 * are still on their way. The try counts. False: the claim is lost.
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
