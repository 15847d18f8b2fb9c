// What an environment held, one digest after another, as our own journal tells it.
import { reportOf, type History, type Holding } from '../../domain/promotion/history.ts';
import { approversOf } from '../../domain/promotion/approval.ts';
import { movesProduction, promotedAt, targetIn, type Promotion } from '../../domain/promotion/promotion.ts';
import { parseDigest, parseTag, type Digest, type ImageRepository, type Tag } from '../../domain/image/reference.ts';
import { findPromotedBy } from './deployments.ts';
import { readPromotion } from './promotion-document.ts';
import type { Db } from '../database/schema.ts';
import { listEnvironmentTags } from '../environment-tags.ts';
import { readStored } from '../database/stored.ts';

/**
 * What the environment held with images of this repository, oldest first: what its first promotion took the place of, and
 * every promotion and rollback that reached it.
 */
export async function listHeld(
  db: Db,
  args: { readonly repoId: number; readonly environment: string; readonly repository: ImageRepository },
): Promise<History> {
  const { repository } = args;
  const rows = await db
    .selectFrom('promotions as promotion')
    .leftJoin('github_marks as deployment', (join) =>
      join.onRef('deployment.promotion_id', '=', 'promotion.id').on('deployment.kind', '=', 'deployment'),
    )
    .select(['promotion.document', 'promotion.promoted_at', 'deployment.target as deployed_to'])
    .where('promotion.repo_id', '=', args.repoId)
    .where('promotion.environment', '=', args.environment)
    .where('promotion.promoted_at', 'is not', null)
    .orderBy('promotion.promoted_at')
    .orderBy('promotion.number')
    .execute();
  const reached = rows
    .map((row) => ({
      promotion: readPromotion(row.document),
      at: row.promoted_at ?? 0,
      deployedTo: row.deployed_to,
    }))
    // A version that was added to the current image moved nothing.
    .filter(({ promotion }) => movesProduction(promotion))
    .flatMap((one) => {
      const digest = targetIn(one.promotion, repository);
      return digest === null ? [] : [{ ...one, digest }];
    });
  const [first] = reached;
  if (first === undefined) return [];
  const baseline = await findBaseline(db, args, first);
  const held = reached.map(holdingOf);
  const tags = await listTagsOf(db, args);
  return [...(baseline === null ? [] : [baseline]), ...held].map((holding) => ({
    ...holding,
    tags: tags.get(holding.digest) ?? [],
  }));
}

/** A promotion that reached the environment, when, and the environment of GitHub's that it was deployed to. */
type Reached = {
  readonly promotion: Promotion;
  readonly digest: Digest;
  readonly at: number;
  readonly deployedTo: string | null;
};

function holdingOf({ promotion, digest, at, deployedTo }: Reached): Holding {
  const { number, kind, requester: by, force: forced, baseline, images } = promotion;
  const image = images.find((one) => one.digest === digest);
  return {
    digest,
    kind: kind === 'rollback' ? 'rollback' : 'promotion',
    promotion: number,
    at,
    by,
    approvedBy: approversOf(promotion),
    commit: image?.commit ?? null,
    summary: image?.summary ?? null,
    forced,
    floating: baseline.map(({ tag }) => tag),
    deployedTo,
    report: reportOf(promotion),
    tags: [],
  };
}

/**
 * What the environment held before its first promotion. Where another environment of the repository moved these tags before
 * (it was renamed, or gave its tags away), only what that one put there counts: anything else came by hand.
 */
async function findBaseline(
  db: Db,
  args: { readonly repoId: number; readonly environment: string; readonly repository: ImageRepository },
  first: Reached,
): Promise<Holding | null> {
  const { repoId, environment, repository } = args;
  const baseline = baselineOf(first, repository);
  if (baseline === null) return null;
  const moved = await listEnvironmentTags(db, repoId);
  const others = moved.filter((one) => one.environment !== environment && baseline.floating.includes(one.tag));
  const names = [...new Set(others.map((one) => one.environment))];
  const before = await Promise.all(
    names.map((name) => findPromotedBy(db, { repoId, environment: name, at: first.at })),
  );
  const last = before
    .filter((promotion) => promotion !== null)
    .toSorted((one, other) => (promotedAt(one) ?? 0) - (promotedAt(other) ?? 0))
    .at(-1);
  if (last === undefined) return baseline;
  const moves = new Set(last.baseline.filter((one) => one.repository === repository).map(({ tag }) => tag));
  const isOurs = targetIn(last, repository) === baseline.digest && baseline.floating.every((tag) => moves.has(tag));
  return isOurs ? { ...baseline, report: reportOf(last) } : null;
}

/** What the first promotion took the place of: the digest of the first floating tag, under all that held nothing else. */
function baselineOf({ promotion, at, deployedTo }: Reached, repository: ImageRepository): Holding | null {
  const { number, requester: by } = promotion;
  const before = promotion.baseline.filter((one) => one.repository === repository);
  const digest = before.find((one) => one.digest !== null)?.digest ?? null;
  if (digest === null) return null;
  const floating = before.filter((one) => one.digest === null || one.digest === digest).map(({ tag }) => tag);
  const about = { promotion: number, at, by, forced: false, floating, deployedTo, report: null, tags: [] };
  return { digest, kind: 'baseline', approvedBy: [], commit: null, summary: null, ...about };
}

/**
 * Kept, version and rollback tags that we wrote, by digest, in the order of writing: they are never moved. Of all digests:
 * a list of those that are asked for would outgrow what a statement may carry, after years.
 */
async function listTagsOf(
  db: Db,
  args: { readonly repoId: number; readonly repository: ImageRepository },
): Promise<ReadonlyMap<Digest, readonly Tag[]>> {
  const rows = await db
    .selectFrom('tag_moves as move')
    .innerJoin('promotions as promotion', 'promotion.id', 'move.promotion_id')
    .select(['move.tag', 'move.target'])
    .where('promotion.repo_id', '=', args.repoId)
    .where('move.repository', '=', args.repository)
    .where('move.kind', '!=', 'floating')
    .where('move.state', 'in', ['written', 'confirmed'])
    .orderBy('promotion.number')
    .orderBy('move.position')
    .execute();
  const tags = Map.groupBy(rows, ({ target }) => readStored(parseDigest, target));
  return new Map(
    [...tags].map(([digest, written]) => [digest, [...new Set(written.map(({ tag }) => readStored(parseTag, tag)))]]),
  );
}
