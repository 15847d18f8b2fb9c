// One row per repository on GitHub: what it is called today, its next promotion number, and the head of its audit chain.
import { GENESIS_HASH, type AuditHead } from '../domain/audit.ts';
import type { Repo } from '../domain/promotion.ts';
import { parseRepoName } from '../domain/reference.ts';
import type { Db, Tx } from './schema.ts';
import { readStored } from './stored.ts';

/** Stores today's name and installation of a repository; the first time, its numbering and its empty audit chain. */
export async function saveRepo(tx: Tx, repo: Repo, now: number): Promise<void> {
  const today = { name: repo.name, installation_id: repo.installationId, updated_at: now };
  await tx
    .insertInto('repos')
    .values({ id: repo.id, ...today, next_promotion: 1, audit_seq: 0, audit_hash: GENESIS_HASH })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(today))
    .execute();
}

export async function findRepo(db: Db, id: number): Promise<Repo | null> {
  const row = await db
    .selectFrom('repos')
    .select(['id', 'name', 'installation_id'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return null;
  return { id: row.id, name: readStored(parseRepoName, row.name), installationId: row.installation_id };
}

/**
 * Holds the repository until the transaction ends, so that its decisions come one after the other, and gives the audit
 * head (null while the chain is empty). First in every commit: a lock that is taken later can deadlock. A repository
 * that was never saved is a bug.
 */
export async function lockRepo(tx: Tx, id: number): Promise<AuditHead | null> {
  const row = await tx
    .selectFrom('repos')
    .select(['audit_seq', 'audit_hash'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) throw new Error(`repository ${id} is not in the database`);
  return row.audit_seq === 0 ? null : { seq: row.audit_seq, hash: row.audit_hash };
}

/** The number that the repository's next promotion will have, if nobody takes it before. */
export async function peekPromotionNumber(db: Db, repoId: number): Promise<number> {
  const row = await db.selectFrom('repos').select('next_promotion').where('id', '=', repoId).executeTakeFirst();
  return row?.next_promotion ?? 1;
}

/** 1, 2, 3, … per repository; a transaction that is rolled back gives its number back. */
export async function takePromotionNumber(tx: Tx, repoId: number): Promise<number> {
  const { next_promotion: next } = await tx
    .updateTable('repos')
    .set((eb) => ({ next_promotion: eb('next_promotion', '+', 1) }))
    .where('id', '=', repoId)
    .returning('next_promotion')
    .executeTakeFirstOrThrow();
  return next - 1;
}
