// Collects what the rules read of each image of a promotion: first its commit, then the rest.
import type { ExaminedImage } from '../../domain/decide.ts';
import { commitOf, type FacetName } from '../../domain/image/image-facts.ts';
import type { EnvironmentPolicy, Policy } from '../../domain/policy/policy.ts';
import type { Promotion } from '../../domain/promotion/promotion.ts';
import type { PinnedImage, TagState } from '../../domain/image/tag-plan.ts';
import { bringsNewImage, ruledKindOf } from '../../domain/promotion/target-origin.ts';
import { facetsFor } from '../../domain/validation.ts';
import { createCollection, type FactCollection } from '../../facts/collect.ts';
import type { Services } from '../core/services.ts';
import { factSourcesOf } from './fact-sources.ts';
import { readProduction } from './read-production.ts';
import { findCommitTag, sourcePrefixes } from './resolve-source.ts';

/** One image: what was pinned, and the facts collected so far. */
export type ImageCollection = { readonly image: PinnedImage; readonly collection: FactCollection };

export type ExaminationPlace = {
  readonly promotion: Promotion;
  readonly policy: Policy;
  /** The promotion's environment in the policy. */
  readonly environment: EnvironmentPolicy;
};

/** Images of production are old, and parts may have been deleted. A Re-run reads everything again. */
export function startCollections(services: Services, place: ExaminationPlace): readonly ImageCollection[] {
  const { promotion, policy, environment } = place;
  const { repo, source, images, versionTag } = promotion;
  return images.map((image) => {
    const { repository, digest } = image;
    if (wantsFreshFacts(promotion)) services.images.forget({ repository, digest });
    const subject = {
      repository,
      digest,
      tag: source.tag,
      versionTag,
      repo: repo.name,
      branches: branchesOf(place),
      stagingReporters: policy.staging.reporters,
      environments: [environment],
      content: policy.validation.content,
    };
    return { image, collection: createCollection(subject, factSourcesOf(services, { repo, repository })) };
  });
}

/** The facts that the rules of this kind of promotion read, and what the tags hold that its plan depends on. */
export async function examineImage(
  services: Services,
  place: ExaminationPlace,
  { image, collection }: ImageCollection,
): Promise<{ readonly examined: ExaminedImage; readonly production: readonly TagState[] }> {
  const { promotion, policy, environment } = place;
  const { kind, repo, versionTag } = promotion;
  const ruledKind = ruledKindOf(promotion);
  // The lineage is known by now, and with it the commit. A rollback also names another possible target.
  const also: readonly FacetName[] = [
    'lineage',
    ...(kind === 'rollback' ? (['alternative'] as const) : []),
    // Whoever approves an image sees what it changes; a rollback to a held one waits for nothing more.
    ...(bringsNewImage(promotion) ? (['changes', 'sameCode'] as const) : []),
  ];
  const lineage = collection.collect(['lineage']);
  const [facts, commitTag] = await Promise.all([
    collection.collect([...facetsFor(ruledKind, policy), ...also]),
    lineage.then((identified) => commitTagOf(services, place, { image, commit: commitOf(identified) })),
  ]);
  const pinned = { ...image, commit: commitOf(facts), commitTag };
  const production = await readProduction(services, { repoId: repo.id, environment, image: pinned, versionTag });
  const { alternative } = facts;
  if (alternative.kind === 'unknown' && alternative.reason.code === 'outside-error') {
    const { error } = alternative.reason;
    services.log.warn({ ...error, repo: repo.name }, 'could not search for a complete image of the commit');
  }
  return { examined: { facts, commitTag }, production };
}

/** A rollback adds no permanent tag: its image has one. */
async function commitTagOf(
  { registry }: Services,
  { promotion, policy }: ExaminationPlace,
  { image, commit }: { readonly image: PinnedImage; readonly commit: PinnedImage['commit'] },
): Promise<PinnedImage['commitTag']> {
  if (promotion.kind === 'rollback') return null;
  const { repository, digest } = image;
  return findCommitTag(
    { registry, image: repository, prefixes: sourcePrefixes(policy, promotion) },
    { tag: promotion.source.tag, digest, commit },
  );
}

function wantsFreshFacts({ kind, state }: Promotion): boolean {
  return kind !== 'promotion' || (state.kind === 'examining' && state.again);
}

/** In the order of requests. A hotfix comes from its own branch and needs force; production may have held one. */
function branchesOf({ promotion, policy, environment }: ExaminationPlace): readonly string[] {
  const { staging, hotfix } = policy;
  const takesHotfix = promotion.force || !bringsNewImage(promotion);
  return [staging.branch, environment.branch, ...(takesHotfix ? [hotfix.branch] : [])];
}
