// Stores who brought each policy file of a repository to its default branch: cards and the audit trail name them.
import type { PolicyChange } from '../domain/policy/policy-change.ts';
import type { Db, Tx } from './database/schema.ts';

/** The newest push of a file counts, and from now on it is the file that came last. */
export async function savePolicyChange(tx: Tx, repoId: number, { blob, by, source, at }: PolicyChange): Promise<void> {
  const last = await findLastArrival(tx, repoId);
  const change = { actor_id: by.id, actor_login: by.login, source, at, arrival: (last?.arrival ?? 0) + 1 };
  await tx
    .insertInto('policy_changes')
    .values({ repo_id: repoId, blob, ...change })
    .onConflict((conflict) => conflict.columns(['repo_id', 'blob']).doUpdateSet(change))
    .execute();
}

/** Null if unknown. */
export async function findPolicyChange(db: Db, repoId: number, blob: string): Promise<PolicyChange | null> {
  const row = await db
    .selectFrom('policy_changes')
    .selectAll()
    .where('repo_id', '=', repoId)
    .where('blob', '=', blob)
    .executeTakeFirst();
  if (row === undefined) return null;
  return { blob, by: { id: row.actor_id, login: row.actor_login }, source: row.source, at: row.at };
}

/**
 * Who brought the current file to the default branch. Null if another known file came after it: then an unknown person
 * brought this one back.
 */
export async function findLatestPolicyChange(db: Db, repoId: number, blob: string): Promise<PolicyChange | null> {
  const last = await findLastArrival(db, repoId);
  return last?.blob === blob ? findPolicyChange(db, repoId, blob) : null;
}

async function findLastArrival(
  db: Db,
  repoId: number,
): Promise<{ readonly blob: string; readonly arrival: number } | null> {
  const row = await db
    .selectFrom('policy_changes')
    .select(['blob', 'arrival'])
    .where('repo_id', '=', repoId)
    .orderBy('arrival', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}
