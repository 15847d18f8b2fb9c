// Whether an image that an environment held can still be pulled, and which other one can where it can't.
import { defaultTargets, promotionOf } from '../../domain/promotion/history.ts';
import type { Alternative } from '../../domain/image/image-facts.ts';
import { OutsideError } from '../../net/outside-error.ts';
import type { Incompleteness } from '../../domain/promotion/failure.ts';
import { formatNumber, imageOf, type Promotion } from '../../domain/promotion/promotion.ts';
import type { Digest, ImageRepository, Tag } from '../../domain/image/reference.ts';
import { collectMissing } from '../../facts/completeness.ts';
import { collectContents } from '../../facts/contents.ts';
import { listHeld } from '../../store/promotions/history.ts';
import type { Services } from '../core/services.ts';

const MAX_CANDIDATES = 5;

/** Why it can't be pulled, or null. OutsideError where the registry does not tell. */
export async function findIncompleteness(
  { registry }: Services,
  image: { readonly repository: ImageRepository; readonly digest: Digest },
): Promise<Incompleteness | null> {
  const { repository, digest } = image;
  try {
    const contents = await collectContents({ registry, repository }, digest);
    if (contents.platforms.length === 0) return { kind: 'no-platform' };
    const [first, ...others] = await collectMissing({ registry, repository }, contents);
    return first === undefined ? null : { kind: 'parts-missing', first, more: others.length };
  } catch (error) {
    if (error instanceof OutsideError && error.code === 'manifest-unknown') return { kind: 'manifest-missing' };
    throw error;
  }
}

/**
 * What could be gone back to instead: the newest of what the environment held before that is complete; the five newest are
 * looked at. `tags` are its floating ones. A courtesy: what the registry does not show is not recommended.
 */
export async function findAlternative(
  services: Services,
  { promotion, tags }: { readonly promotion: Promotion; readonly tags: readonly Tag[] },
): Promise<Alternative | null> {
  const { repo, environment } = promotion;
  const { repository, digest: target } = imageOf(promotion);
  const [floating] = tags;
  try {
    const current = floating === undefined ? null : await services.registry.findDigest(repository, floating);
    const history = await listHeld(services.store.db, { repoId: repo.id, environment, repository });
    const others = defaultTargets({ history, current }).filter(({ digest }) => digest !== target);
    for (const { digest, promotion: newest } of others.slice(0, MAX_CANDIDATES)) {
      if ((await findIncompleteness(services, { repository, digest })) !== null) continue;
      return { promotion: promotionOf(history, digest) ?? newest, environment };
    }
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    services.log.warn({ err: error, repo: repo.name }, 'whether there is a complete alternative could not be read');
  }
  return null;
}

/** The same as people call it, such as `P2`. */
export async function findAlternativeName(
  services: Services,
  about: Parameters<typeof findAlternative>[1],
): Promise<string | null> {
  const alternative = await findAlternative(services, about);
  return alternative === null ? null : formatNumber(alternative.promotion);
}
