// Which promotion made a GitHub deployment, and which ones a deployment by others may be about.
import type { Promotion } from '../../domain/promotion/promotion.ts';
import { findLastPromoted } from './promotions.ts';
import type { Db } from '../database/schema.ts';

/** The id of the promotion that made the deployment, or null where it is none of ours. */
export async function findDeploymentOwner(
  db: Db,
  { repoId, githubId }: { readonly repoId: number; readonly githubId: number },
): Promise<string | null> {
  const row = await db
    .selectFrom('github_marks')
    .innerJoin('promotions', 'promotions.id', 'github_marks.promotion_id')
    .select('promotions.id')
    .where('github_marks.kind', '=', 'deployment')
    .where('github_marks.github_id', '=', githubId)
    .where('promotions.repo_id', '=', repoId)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** For each environment of the repository, the promotion that reached it last; by the environment's name. */
export async function listLastPromoted(db: Db, repoId: number): Promise<readonly Promotion[]> {
  const environments = await db
    .selectFrom('promotions')
    .select('environment')
    .distinct()
    .where('repo_id', '=', repoId)
    .where('held_since', 'is not', null)
    .orderBy('environment')
    .execute();
  const last = await Promise.all(environments.map(({ environment }) => findLastPromoted(db, { repoId, environment })));
  return last.filter((promotion) => promotion !== null);
}
