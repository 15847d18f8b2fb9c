// Stores one row per repository: its current name, its next promotion number, and the head of its audit chain.
import { GENESIS_HASH, type AuditHead } from '../domain/audit/audit.ts';
import type { Repo } from '../domain/promotion/promotion.ts';
import { parseRepoName } from '../domain/image/reference.ts';
import type { Db, Tx } from './database/schema.ts';
import { readStored } from './database/stored.ts';
import { saveRepoName } from './repo-names.ts';

/**
 * Stores the current name and installation of a repository; the first time, also its numbering and its empty audit
 * chain. The App has access there: returns when that was marked as lost, or null.
 */
export async function saveRepo(tx: Tx, repo: Repo, now: number): Promise<number | null> {
  const before = await findLeftAt(tx, repo.id);
  const today = { name: repo.name, installation_id: repo.installationId, left_at: null, updated_at: now };
  await tx
    .insertInto('repos')
    .values({ id: repo.id, ...today, here_since: now, next_promotion: 1, audit_seq: 0, audit_hash: GENESIS_HASH })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({ ...today, ...(before === null ? {} : { here_since: now }) }),
    )
    .execute();
  await saveRepoName(tx, { repoId: repo.id, name: repo.name, now });
  return before;
}

/** When the App lost access to a repository; null if it has access or the repository is unknown. */
export async function findLeftAt(db: Db, id: number): Promise<number | null> {
  const row = await db.selectFrom('repos').select('left_at').where('id', '=', id).executeTakeFirst();
  return row?.left_at ?? null;
}

/** Since when the App has had access there without a break, as far as deliveries showed. A repository that was never saved is a bug. */
export async function findHereSince(db: Db, id: number): Promise<number> {
  const row = await db.selectFrom('repos').select('here_since').where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw new Error(`repository ${id} is not in the database`);
  return row.here_since;
}

/** The App lost access there. The first time counts. */
export async function markLeft(tx: Tx, id: number, now: number): Promise<void> {
  await tx.updateTable('repos').set({ left_at: now }).where('id', '=', id).where('left_at', 'is', null).execute();
}

/** Every repository whose last delivery came from this installation. */
export async function listReposOfInstallation(db: Db, installationId: number): Promise<readonly Repo[]> {
  const rows = await db
    .selectFrom('repos')
    .select(['id', 'name', 'installation_id'])
    .where('installation_id', '=', installationId)
    .orderBy('id')
    .execute();
  return rows.map(toRepo);
}

/** Repositories with a promotion that the App can access, by name. */
export async function listPromotingRepos(db: Db): Promise<readonly Repo[]> {
  const rows = await db
    .selectFrom('repos')
    .select(['id', 'name', 'installation_id'])
    .where('next_promotion', '>', 1)
    .where('left_at', 'is', null)
    .orderBy('name')
    .execute();
  return rows.map(toRepo);
}

export async function findRepo(db: Db, id: number): Promise<Repo | null> {
  const row = await db
    .selectFrom('repos')
    .select(['id', 'name', 'installation_id'])
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : toRepo(row);
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

/** The number of the repository's next promotion, unless another one takes it first. */
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

function toRepo(row: { readonly id: number; readonly name: string; readonly installation_id: number }): Repo {
  return { id: row.id, name: readStored(parseRepoName, row.name), installationId: row.installation_id };
}
