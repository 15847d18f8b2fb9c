// Stores where a promotion is on GitHub: the ids of its card, check run, notice and deployment.
import { sql } from 'kysely';
import type { Db, MarkKind, Tx } from '../database/schema.ts';

export type GitHubMark = {
  readonly promotionId: string;
  readonly kind: MarkKind;
  /** The id of the comment, check run or deployment. */
  readonly githubId: number;
  /** What it belongs to: the commit of a check run, the issue of a card, the environment of a deployment. */
  readonly target: string;
};

/** One mark of a kind per promotion: a new check run replaces the previous one. */
export async function saveMark(tx: Tx, mark: GitHubMark, now: number): Promise<void> {
  const { promotionId, kind, githubId, target } = mark;
  const values = { github_id: githubId, target, updated_at: now };
  await tx
    .insertInto('github_marks')
    .values({ promotion_id: promotionId, kind, ...values })
    .onConflict((conflict) => conflict.columns(['promotion_id', 'kind']).doUpdateSet(values))
    .execute();
}

export async function findMark(
  db: Db,
  { promotionId, kind }: { readonly promotionId: string; readonly kind: MarkKind },
): Promise<GitHubMark | null> {
  const marks = await listMarks(db, promotionId);
  return marks.find((mark) => mark.kind === kind) ?? null;
}

export async function listMarks(db: Db, promotionId: string): Promise<readonly GitHubMark[]> {
  const rows = await db
    .selectFrom('github_marks')
    .select(['kind', 'github_id', 'target'])
    .where('promotion_id', '=', promotionId)
    .orderBy('kind')
    .execute();
  return rows.map((row) => ({ promotionId, kind: row.kind, githubId: row.github_id, target: row.target }));
}

/** The promotions whose check run is on this commit, oldest first. */
export async function listPromotionsShownOn(
  db: Db,
  { repoId, commit }: { readonly repoId: number; readonly commit: string },
): Promise<readonly { readonly promotionId: string; readonly checkRunId: number }[]> {
  const rows = await db
    .selectFrom('github_marks as mark')
    .innerJoin('promotions as promotion', 'promotion.id', 'mark.promotion_id')
    .select(['mark.promotion_id', 'mark.github_id'])
    .where(sql<boolean>`mark.kind = 'check-run'`)
    .where('mark.target', '=', commit)
    .where('promotion.repo_id', '=', repoId)
    .orderBy('promotion.number')
    .execute();
  return rows.map((row) => ({ promotionId: row.promotion_id, checkRunId: row.github_id }));
}

/** The newest check runs of a repository's promotions, newest first. */
export async function listCheckRuns(
  db: Db,
  { repoId, limit }: { readonly repoId: number; readonly limit: number },
): Promise<readonly { readonly number: number; readonly checkRunId: number }[]> {
  const rows = await db
    .selectFrom('github_marks as mark')
    .innerJoin('promotions as promotion', 'promotion.id', 'mark.promotion_id')
    .select(['promotion.number', 'mark.github_id'])
    .where('mark.kind', '=', 'check-run')
    .where('promotion.repo_id', '=', repoId)
    .orderBy('promotion.number', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ number, github_id: checkRunId }) => ({ number, checkRunId }));
}
