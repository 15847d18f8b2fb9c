// Stores which floating tags the environments of a repository ever moved: an operator's floor follows the tags.
import { parseTag } from '../domain/image/reference.ts';
import type { EnvironmentTag } from '../domain/policy/floors.ts';
import type { Db, Tx } from './database/schema.ts';
import { readStored } from './database/stored.ts';

/** A few: those that the policy files of the repository ever named. */
export async function listEnvironmentTags(db: Db, repoId: number): Promise<readonly EnvironmentTag[]> {
  const rows = await db
    .selectFrom('environment_tags')
    .select(['environment', 'tag'])
    .where('repo_id', '=', repoId)
    .execute();
  return rows.map(({ environment, tag }) => ({ environment, tag: readStored(parseTag, tag) }));
}

/** Stored with the decision to move them. */
export async function saveEnvironmentTags(
  tx: Tx,
  {
    repoId,
    environment,
    tags,
  }: { readonly repoId: number; readonly environment: string; readonly tags: readonly string[] },
): Promise<void> {
  if (tags.length === 0) return;
  await tx
    .insertInto('environment_tags')
    .values(tags.map((tag) => ({ repo_id: repoId, environment, tag })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
