// Loads what became of images in an environment, for lists and refusals that name them.
import { imageOutcomeOf, type ImageOutcome } from '../../domain/promotion/history.ts';
import type { EnvironmentPolicy } from '../../domain/policy/policy.ts';
import type { Digest, ImageRepository } from '../../domain/image/reference.ts';
import { imagesNamedIn, type Refusal } from '../../domain/refusal.ts';
import { listHeld } from '../../store/promotions/history.ts';
import type { Services } from '../core/services.ts';

export type OutcomePlace = {
  readonly repoId: number;
  readonly environment: Pick<EnvironmentPolicy, 'name' | 'tags'>;
  readonly image: ImageRepository;
};

/** The outcome of each digest; null for one that the environment never held. */
export async function loadOutcomes(
  { registry, store }: Pick<Services, 'registry' | 'store'>,
  { repoId, environment: { name: environment, tags }, image: repository }: OutcomePlace,
): Promise<(digest: Digest) => ImageOutcome | null> {
  const [floating] = tags;
  const [history, current] = await Promise.all([
    listHeld(store.db, { repoId, environment, repository }),
    floating === undefined ? null : registry.findDigest(repository, floating),
  ]);
  return (digest) => imageOutcomeOf({ history, digest, current, environment });
}

/** The refusal with the outcomes of the images that it names. */
export async function withOutcomes<Refused extends Refusal>(
  services: Pick<Services, 'registry' | 'store'>,
  place: OutcomePlace,
  refusal: Refused,
): Promise<Refused> {
  const digests = new Set(imagesNamedIn(refusal));
  if (digests.size === 0) return refusal;
  const outcomeOf = await loadOutcomes(services, place);
  const outcomes = [...digests].flatMap((digest) => {
    const outcome = outcomeOf(digest);
    return outcome === null ? [] : [{ ...outcome, digest }];
  });
  return outcomes.length === 0 ? refusal : { ...refusal, outcomes };
}
