// Finds the newest other image that an environment held before and that can still be pulled.
import { defaultTargets, originOf, type History } from '../domain/promotion/history.ts';
import type { Alternative } from '../domain/image/image-facts.ts';
import type { Digest, ImageRepository, Tag } from '../domain/image/reference.ts';
import type { RegistryClient } from '../registry/client.ts';
import { findIncompleteness } from './find-incompleteness.ts';

const MAX_CANDIDATES = 5;

/** Reads the five newest. Null if none of them is complete; OutsideError if the registry does not answer. */
export async function findAlternative(
  { registry, history }: { readonly registry: RegistryClient; readonly history: History },
  about: {
    readonly repository: ImageRepository;
    /** The incomplete target. */
    readonly digest: Digest;
    readonly environment: { readonly name: string; readonly tags: readonly Tag[] };
  },
): Promise<Alternative | null> {
  const { repository, digest: target, environment } = about;
  const [floating] = environment.tags;
  const current = floating === undefined ? null : await registry.findDigest(repository, floating);
  // A name to try: `/rollback` itself checks where it was deployed to.
  const today = { floating: environment.tags, deployedTo: null };
  const others = defaultTargets({ ...today, history, current })
    .filter(({ digest }) => digest !== target)
    .slice(0, MAX_CANDIDATES);
  for (const { digest } of others) {
    const origin = originOf({ ...today, history, digest });
    // The image before the first promotion has no number.
    if (origin.kind !== 'held' || (await findIncompleteness({ registry, repository }, digest)) !== null) continue;
    const { promotion, outcome, forced } = origin;
    return { promotion, environment: environment.name, outcome, forced };
  }
  return null;
}
