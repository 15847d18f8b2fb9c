// Stores the policy files of promotions, once per git blob id.
import type { Db, Tx } from './database/schema.ts';

export type PolicyFile = { readonly blob: string; readonly text: string };

/** An existing text is written again: it is the same, unless somebody changed the row. */
export async function savePolicyFile(tx: Tx, { blob, text }: PolicyFile, now: number): Promise<void> {
  await tx
    .insertInto('policies')
    .values({ blob, text, first_seen: now })
    .onConflict((conflict) => conflict.column('blob').doUpdateSet({ text }))
    .execute();
}

export async function findPolicyFile(db: Db, blob: string): Promise<PolicyFile | null> {
  const row = await db.selectFrom('policies').select('text').where('blob', '=', blob).executeTakeFirst();
  return row === undefined ? null : { blob, text: row.text };
}
