// Stores the names that repositories have had: a name can pass from one to another, an id can't.
import { sql } from 'kysely';
import type { RepoNameHistory } from '../domain/image/image-access.ts';
import type { Db, Tx } from './database/schema.ts';

/** Stores the current name of a repository. */
export async function saveRepoName(
  tx: Tx,
  { repoId, name, now }: { readonly repoId: number; readonly name: string; readonly now: number },
): Promise<void> {
  await tx
    .insertInto('repo_names')
    .values({ repo_id: repoId, name: name.toLowerCase(), since: now })
    .onConflict((conflict) => conflict.columns(['repo_id', 'name']).doNothing())
    .execute();
}

/**
 * Stores the name that a repository had until now. Two can't have one name at a time, so it had the name before any
 * later holder, and gets an earlier time.
 */
export async function saveFormerName(
  tx: Tx,
  { repoId, name }: { readonly repoId: number; readonly name: string },
): Promise<void> {
  await saveRepoName(tx, { repoId, name, now: 0 });
}

/** All names that a repository has had, as far as deliveries showed them. */
export async function listRepoNames(db: Db, repoId: number): Promise<readonly RepoNameHistory[]> {
  const rows = await db
    .selectFrom('repo_names as own')
    .select(['own.name', 'own.since'])
    .select(
      sql<number>`(SELECT COUNT(*) FROM repo_names AS other
        WHERE other.name = own.name AND other.repo_id <> own.repo_id)`.as('others'),
    )
    .select(
      sql<number>`(SELECT COUNT(*) FROM repo_names AS other WHERE other.name = own.name
        AND (other.since < own.since OR (other.since = own.since AND other.repo_id < own.repo_id)))`.as('earlier'),
    )
    .where('own.repo_id', '=', repoId)
    .orderBy('own.name')
    .execute();
  return rows.map(({ name, others, earlier }) => ({
    name,
    isFirst: earlier === 0,
    isOnly: others === 0,
  }));
}
