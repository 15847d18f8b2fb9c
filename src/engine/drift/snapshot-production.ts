// Reads production: what its tags hold, and whether its image and the rollback targets still exist.
import type { Difference, WatchedImage } from '../../domain/promotion/drift.ts';
import type { OtherTarget } from '../../domain/promotion/failure.ts';
import { defaultTargets, originOf, targetName } from '../../domain/promotion/history.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { formatNumber, promotedAt, type Promotion } from '../../domain/promotion/promotion.ts';
import type { TargetOrigin } from '../../domain/promotion/target-origin.ts';
import type { Tag } from '../../domain/image/reference.ts';
import type { PinnedImage } from '../../domain/image/tag-plan.ts';
import { collectMissingManifests, type MissingManifest } from '../../facts/manifests.ts';
import { listHeld } from '../../store/promotions/history.ts';
import { listPromotionsChangedSince } from '../../store/promotions/promotions.ts';
import type { Services } from '../core/services.ts';
import type { Subject } from './subject.ts';

/** How many rollback targets are read. */
const TARGETS = 3;

export type ProductionSnapshot = {
  readonly differences: readonly Difference[];
  /** The newest complete rollback target. */
  readonly other: OtherTarget;
};

/** OutsideError if the registry does not answer. */
export async function snapshotProduction(services: Services, { last, tags }: Subject): Promise<ProductionSnapshot> {
  const { registry } = services;
  const targets = (
    await Promise.all(last.images.map((image) => listTargets(services, last, { image, floating: tags })))
  ).flat();
  const production = last.images.map(({ repository, digest }): WatchedImage => {
    return { role: 'production', name: formatNumber(last.number), repository, digest };
  });
  const images = [...production, ...targets.map(({ image }) => image)];
  const floating = last.images.flatMap(({ repository, digest: wanted }) =>
    tags.map((tag) => ({ kind: 'moved', repository, tag, wanted }) as const),
  );
  const [held, missing] = await Promise.all([
    Promise.all(floating.map(({ repository, tag }) => registry.findDigest(repository, tag))),
    Promise.all(images.map((image) => findMissing(services, image))),
  ]);
  const moved = floating
    .map((one, position) => ({ ...one, holds: held[position] ?? null }))
    .filter(({ holds, wanted }) => holds !== wanted);
  const gone = images.flatMap((image, position) =>
    (missing[position] ?? []).map((part) => ({ kind: 'missing', image, ...part }) as const),
  );
  const whole = targets.find((_, position) => missing[production.length + position]?.length === 0);
  const isReported = moved.length > 0 && (await isReportedAsMixed(services, last));
  return {
    differences: [...(isReported ? [] : moved), ...gone],
    other: whole === undefined ? { alternative: null } : otherTarget(whole),
  };
}

/** Null if the registry refuses for good: one image must not hide what the tags hold. */
async function findMissing(
  { registry, log }: Services,
  { name, repository, digest }: WatchedImage,
): Promise<readonly MissingManifest[] | null> {
  try {
    return await collectMissingManifests({ registry, repository }, digest);
  } catch (error) {
    if (!(error instanceof OutsideError) || error.retryable) throw error;
    log.warn({ err: error, image: name }, 'could not check whether an image is complete');
    return null;
  }
}

/** The targets of `/rollback`, newest first, wherever they were deployed to: only their completeness is checked. */
async function listTargets(
  { store }: Services,
  { repo, environment }: Promotion,
  {
    image: { repository, digest: current },
    floating,
  }: { readonly image: PinnedImage; readonly floating: readonly Tag[] },
): Promise<readonly Target[]> {
  const history = await listHeld(store.db, { repoId: repo.id, environment, repository });
  const today = { floating, deployedTo: null };
  return defaultTargets({ ...today, history, current })
    .slice(0, TARGETS)
    .map(({ digest }) => ({
      image: { role: 'target', name: targetName(history, digest), repository, digest },
      origin: originOf({ ...today, history, digest }),
    }));
}

type Target = { readonly image: WatchedImage; readonly origin: TargetOrigin };

function otherTarget({ image: { name: alternative }, origin }: Target): OtherTarget {
  if (origin.kind !== 'held') return { alternative };
  const { outcome, forced } = origin;
  return { alternative, alternativeOutcome: { outcome, forced } };
}

/** A later promotion left the tags disagreeing: its card and its own alert show that. */
async function isReportedAsMixed({ store }: Services, last: Promotion): Promise<boolean> {
  const since = promotedAt(last) ?? 0;
  const changed = await listPromotionsChangedSince(store.db, { repoId: last.repo.id, since });
  return changed.some(
    ({ environment, state }) =>
      environment === last.environment && state.kind === 'failed' && state.failure.production === 'mixed',
  );
}
