// Who brought each policy file of a repository to its default branch: cards and the audit trail name them.
import type { PolicyChange } from '../domain/policy/policy-change.ts';
import type { Db, Tx } from './database/schema.ts';

/** The newest push of a file counts. */
export async function savePolicyChange(tx: Tx, repoId: number, { blob, by, source, at }: PolicyChange): Promise<void> {
  const change = { actor_id: by.id, actor_login: by.login, source, at };
  await tx
    .insertInto('policy_changes')
    .values({ repo_id: repoId, blob, ...change })
    .onConflict((conflict) => conflict.columns(['repo_id', 'blob']).doUpdateSet(change))
    .execute();
}

/** Null where nobody told who it was. */
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
