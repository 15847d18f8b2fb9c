// Finds the promotion that created a GitHub deployment, and those that a deployment by others may be for.
import type { Promotion } from '../../domain/promotion/promotion.ts';
import { readPromotion } from './promotion-document.ts';
import { findLastPromoted } from './promotions.ts';
import type { Db } from '../database/schema.ts';

/** The id of the promotion that created the deployment, or null if it is not ours. */
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

/** What the environment holds and held before, newest first. */
export async function listNewestPromoted(
  db: Db,
  args: { readonly repoId: number; readonly environment: string; readonly limit: number },
): Promise<readonly Promotion[]> {
  const rows = await db
    .selectFrom('promotions')
    .select('document')
    .where('repo_id', '=', args.repoId)
    .where('environment', '=', args.environment)
    .where('held_since', 'is not', null)
    .orderBy('held_since', 'desc')
    .orderBy('number', 'desc')
    .limit(args.limit)
    .execute();
  return rows.map(({ document }) => readPromotion(document));
}

/** The promotion that the environment held at that time. */
export async function findPromotedBy(
  db: Db,
  args: { readonly repoId: number; readonly environment: string; readonly at: number },
): Promise<Promotion | null> {
  const row = await db
    .selectFrom('promotions')
    .select('document')
    .where('repo_id', '=', args.repoId)
    .where('environment', '=', args.environment)
    .where('held_since', '<=', args.at)
    .orderBy('held_since', 'desc')
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : readPromotion(row.document);
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
