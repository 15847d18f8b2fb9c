// Which webhook deliveries were accepted: each once per hook target.
import type { Db, Tx } from './schema.ts';

export type DeliveryKey = {
  /** The hook that GitHub names as the target: its type and id. */
  readonly hookTarget: string;
  readonly deliveryId: string;
};

/** `seen`: it was accepted before, and whatever it leads to is stored already. */
export async function saveDelivery(tx: Tx, delivery: DeliveryKey & { readonly now: number }): Promise<'new' | 'seen'> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('deliveries')
    .values({ hook_target: delivery.hookTarget, delivery_id: delivery.deliveryId, received_at: delivery.now })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n ? 'new' : 'seen';
}

/** How many were removed. */
export async function deleteDeliveriesBefore(db: Db, before: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('deliveries')
    .where('received_at', '<', before)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
