// Stores the token that `/setup` requires: its hash and its expiry. A new one replaces the previous one.
import type { Db } from './database/schema.ts';

export type SetupToken = { readonly hash: string; readonly expiresAt: number };

const ONLY_ROW = 1;

export async function saveSetupToken(db: Db, { hash, expiresAt }: SetupToken): Promise<void> {
  await db
    .insertInto('setup_tokens')
    .values({ id: ONLY_ROW, hash, expires_at: expiresAt })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ hash, expires_at: expiresAt }))
    .execute();
}

export async function findSetupToken(db: Db): Promise<SetupToken | null> {
  const row = await db.selectFrom('setup_tokens').selectAll().where('id', '=', ONLY_ROW).executeTakeFirst();
  return row === undefined ? null : { hash: row.hash, expiresAt: row.expires_at };
}

/** Marks it as used. False: another one replaced it, or somebody else used it. */
export async function deleteSetupToken(db: Db, hash: string): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('setup_tokens').where('hash', '=', hash).executeTakeFirstOrThrow();
  return numDeletedRows === 1n;
}
