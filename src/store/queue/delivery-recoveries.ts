// Stores up to when all deliveries of a hook were received, and when that was last checked.
import type { Db } from '../database/schema.ts';

export type DeliveryRecovery = {
  /** By GitHub's clock: everything that was delivered until then is received. */
  readonly recoveredTo: number;
  /** When the last delivery recovery finished; null before the first. */
  readonly completeAt: number | null;
};

export async function findDeliveryRecovery(db: Db, hookTarget: string): Promise<DeliveryRecovery | null> {
  const row = await db
    .selectFrom('delivery_recoveries')
    .select(['recovered_to', 'complete_at'])
    .where('hook_target', '=', hookTarget)
    .executeTakeFirst();
  return row === undefined ? null : { recoveredTo: row.recovered_to, completeAt: row.complete_at };
}

/** `completeAt` null: the recovery continues, and the end of the previous one stays. */
export async function saveDeliveryRecovery(
  db: Db,
  { hookTarget, recoveredTo, completeAt }: DeliveryRecovery & { readonly hookTarget: string },
): Promise<void> {
  const place = { recovered_to: recoveredTo, ...(completeAt === null ? {} : { complete_at: completeAt }) };
  await db
    .insertInto('delivery_recoveries')
    .values({ hook_target: hookTarget, recovered_to: recoveredTo, complete_at: completeAt })
    .onConflict((conflict) => conflict.column('hook_target').doUpdateSet(place))
    .execute();
}

/** When the last delivery recovery of any hook finished, or, before that, when the database was created. */
export async function findLastRecoveryAt(db: Db): Promise<number> {
  const { last } = await db
    .selectFrom('delivery_recoveries')
    .select(({ fn }) => fn.max('complete_at').as('last'))
    .executeTakeFirstOrThrow();
  return last ?? (await findDatabaseMadeAt(db));
}

/** Earlier deliveries are not missed: nobody answered them, or another database did. */
export async function findDatabaseMadeAt(db: Db): Promise<number> {
  const { made } = await db
    .selectFrom('migrations')
    .select(({ fn }) => fn.min('applied_at').as('made'))
    .executeTakeFirstOrThrow();
  if (made === null) throw new Error('the database has no migrations');
  return made;
}
