// Checks whether the requested tag has moved since: the card says so, and the pinned digest stays.
import { sourceSeen, type Promotion } from '../../domain/promotion/promotion.ts';
import type { Digest } from '../../domain/image/reference.ts';
import { askOptional } from './ask-optional.ts';
import type { Services } from '../core/services.ts';

/** What the source tag holds now; null if there is none or the registry does not answer. */
export async function readSource(
  services: Services,
  { repo, source: { tag }, images: [image] }: Promotion,
): Promise<Digest | null> {
  if (tag === null || image === undefined) return null;
  return askOptional(services, {
    ask: () => services.registry.findDigest(image.repository, tag),
    fallback: null,
    message: 'the registry did not tell what the source tag holds now',
    about: { repo: repo.name },
  });
}

/**
 * The promotion at an approval: its card then shows what the source tag holds now. A tag that names a commit is
 * meant to stay; reading it when the image is examined is enough.
 */
export async function withSource(services: Services, promotion: Promotion): Promise<Promotion> {
  const { state, source, images } = promotion;
  if (state.kind !== 'awaiting-approval' || images.some(({ commitTag }) => commitTag === source.tag)) return promotion;
  return sourceSeen(promotion, await readSource(services, promotion));
}
