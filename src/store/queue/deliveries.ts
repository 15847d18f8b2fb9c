// Stores which webhook deliveries were accepted, each once per hook target.
import type { Db, Tx } from '../database/schema.ts';

export type DeliveryKey = {
  /** The hook that GitHub names as the target: its type and id. */
  readonly hookTarget: string;
  readonly deliveryId: string;
};

/**
 * In the order of the deliveries. `seen`: it was accepted before, or stands earlier in the list, and whatever it leads to
 * is stored already.
 */
export async function saveDeliveries(
  tx: Tx,
  { deliveries, now }: { readonly deliveries: readonly DeliveryKey[]; readonly now: number },
): Promise<readonly ('new' | 'seen')[]> {
  if (deliveries.length === 0) return [];
  const inserted = await tx
    .insertInto('deliveries')
    .values(
      deliveries.map(({ hookTarget, deliveryId }) => ({
        hook_target: hookTarget,
        delivery_id: deliveryId,
        received_at: now,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning(['hook_target', 'delivery_id'])
    .execute();
  const fresh = new Set(inserted.map(({ hook_target, delivery_id }) => `${hook_target} ${delivery_id}`));
  return deliveries.map(({ hookTarget, deliveryId }) => (fresh.delete(`${hookTarget} ${deliveryId}`) ? 'new' : 'seen'));
}

/** Those of the ids that were accepted. */
export async function listAccepted(
  db: Db,
  { hookTarget, deliveryIds }: { readonly hookTarget: string; readonly deliveryIds: readonly string[] },
): Promise<ReadonlySet<string>> {
  if (deliveryIds.length === 0) return new Set();
  const rows = await db
    .selectFrom('deliveries')
    .select('delivery_id')
    .where('hook_target', '=', hookTarget)
    .where('delivery_id', 'in', deliveryIds)
    .execute();
  return new Set(rows.map(({ delivery_id }) => delivery_id));
}

/** How many were removed. */
export async function deleteDeliveriesBefore(db: Db, before: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('deliveries')
    .where('received_at', '<', before)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
