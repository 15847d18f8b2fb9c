// Gathers what the environments of a repository hold and held, and what waits or runs there, from the database alone.
import type { ImageRepository } from '../../domain/image/reference.ts';
import type { Drift } from '../../domain/promotion/drift.ts';
import { isLeft, type Holding } from '../../domain/promotion/history.ts';
import { targetIn, type Promotion } from '../../domain/promotion/promotion.ts';
import type { PromotionView } from '../../messages/promotion-view.ts';
import { listOpenDrifts } from '../../store/drifts.ts';
import { listLastPromoted, listNewestPromoted } from '../../store/promotions/deployments.ts';
import { listHeld } from '../../store/promotions/history.ts';
import { listMixed, listOpenPromotions } from '../../store/promotions/promotions.ts';
import { findRepo } from '../../store/repos.ts';
import type { Db } from '../../store/database/schema.ts';
import { loadView, type ViewServices } from './load-view.ts';

export type RepoOverview = {
  /** By name. */
  readonly environments: readonly EnvironmentOverview[];
  /** Oldest first. */
  readonly open: readonly PromotionView[];
};

export type EnvironmentOverview = {
  readonly environment: string;
  /** What brought it what it holds; null before the first promotion. */
  readonly holds: Promotion | null;
  /** Those that are not over. */
  readonly drifts: readonly Drift[];
  /** A later promotion that failed, and left some tags on the new image and some on the old one. */
  readonly mixed: Promotion | null;
};

/** Environments that were never requested are not known. */
export async function loadOverview(services: ViewServices, repoId: number): Promise<RepoOverview> {
  const { db } = services.store;
  const [last, open, mixed, repo] = await Promise.all([
    listLastPromoted(db, repoId),
    listOpenPromotions(db, { repoId }),
    listMixed(db),
    findRepo(db, repoId),
  ]);
  const failed = mixed.filter((promotion) => promotion.repo.id === repoId);
  const names = new Set([...last, ...open, ...failed].map(({ environment }) => environment));
  const environments = [...names].toSorted().map(async (environment) => ({
    environment,
    holds: last.find((promotion) => promotion.environment === environment) ?? null,
    drifts: await listOpenDrifts(db, { repoId, environment }),
    mixed: failed.findLast((promotion) => promotion.environment === environment) ?? null,
  }));
  const views = open.map((promotion) => loadView(services, { ...promotion, repo: repo ?? promotion.repo }));
  return { environments: await Promise.all(environments), open: await Promise.all(views) };
}

export type EnvironmentHistory = {
  readonly environment: string;
  /** How many there are. */
  readonly total: number;
  /** Newest first, as many as were asked for. */
  readonly held: readonly HeldImage[];
};

export type HeldImage = {
  readonly repository: ImageRepository;
  readonly holding: Holding;
  /** Null for what the environment held before its first promotion. */
  readonly promotion: Promotion | null;
  readonly isCurrent: boolean;
  /** A rollback left it, and it was not promoted since. */
  readonly isRolledBack: boolean;
};

/** Of every environment that something was promoted to, by name. */
export async function loadHistories(
  db: Db,
  { repoId, limit }: { readonly repoId: number; readonly limit: number },
): Promise<readonly EnvironmentHistory[]> {
  const last = await listLastPromoted(db, repoId);
  const histories: EnvironmentHistory[] = [];
  for (const current of last) histories.push(await loadHistory(db, { current, limit }));
  return histories;
}

async function loadHistory(
  db: Db,
  { current, limit }: { readonly current: Promotion; readonly limit: number },
): Promise<EnvironmentHistory> {
  const { repo, environment } = current;
  const key = { repoId: repo.id, environment };
  const promotions = await listNewestPromoted(db, { ...key, limit: Number.MAX_SAFE_INTEGER });
  const byNumber = new Map(promotions.map((promotion) => [promotion.number, promotion]));
  // A repository that was renamed had an image of another name before.
  const repositories = new Set(promotions.flatMap(({ images }) => images.map(({ repository }) => repository)));
  const held: HeldImage[] = [];
  for (const repository of repositories) {
    const history = await listHeld(db, { ...key, repository });
    const now = targetIn(current, repository);
    for (const holding of history) {
      const isBaseline = holding.kind === 'baseline';
      held.push({
        repository,
        holding,
        promotion: isBaseline ? null : (byNumber.get(holding.promotion) ?? null),
        isCurrent: !isBaseline && holding.promotion === current.number,
        isRolledBack: holding.digest !== now && isLeft(history, holding.digest),
      });
    }
  }
  // Stable: what was there before the first promotion has its time and number, and stands before it.
  const inOrder = held.toSorted(
    ({ holding: one }, { holding: other }) => one.at - other.at || one.promotion - other.promotion,
  );
  return { environment, total: inOrder.length, held: inOrder.toReversed().slice(0, limit) };
}
