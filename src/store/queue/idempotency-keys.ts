// Stores what must happen at most once in a period, such as a reply to the same person in the same thread.
import type { Db, Tx } from '../database/schema.ts';

/**
 * How long a time slot is stored as used: longer than anything else here. So when the clock is set back, slots from the
 * future can be found and deleted.
 */
export const SLOT_MEMORY_MS = 48 * 60 * 60 * 1000;

/** True for the first use of the key; then false until `until` has passed. */
export async function claimIdempotencyKey(
  tx: Tx,
  { key, until, now }: { readonly key: string; readonly until: number; readonly now: number },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('idempotency_keys')
    .values({ key, until })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ until }).where('idempotency_keys.until', '<=', now))
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

/** How many were removed. */
export async function deleteExpiredIdempotencyKeys(db: Db, now: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('idempotency_keys')
    .where('until', '<=', now)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
