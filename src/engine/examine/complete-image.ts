// Finds another image that a rollback could go back to, if its target can't be pulled.
import type { OtherTarget } from '../../domain/promotion/failure.ts';
import { formatNumber, type Promotion } from '../../domain/promotion/promotion.ts';
import type { Tag } from '../../domain/image/reference.ts';
import { findAlternative } from '../../facts/find-alternative.ts';
import { listHeld } from '../../store/promotions/history.ts';
import { askOptional } from './ask-optional.ts';
import type { Services } from '../core/services.ts';

/** `tags` are the floating ones of its environment. Optional: what the registry does not show is not suggested. */
export async function findOtherTarget(
  services: Services,
  question: { readonly promotion: Promotion; readonly tags: readonly Tag[] },
): Promise<OtherTarget> {
  return askOptional(services, {
    ask: () => searchAlternative(services, question),
    fallback: { alternative: null },
    message: 'could not search for a complete image of the commit',
    about: { repo: question.promotion.repo.name },
  });
}

async function searchAlternative(
  { registry, store }: Services,
  { promotion, tags }: { readonly promotion: Promotion; readonly tags: readonly Tag[] },
): Promise<OtherTarget> {
  const { repo, environment: name } = promotion;
  for (const image of promotion.images) {
    const { repository } = image;
    const history = await listHeld(store.db, { repoId: repo.id, environment: name, repository });
    const found = await findAlternative({ registry, history }, { ...image, environment: { name, tags } });
    if (found === null) continue;
    const { promotion: number, outcome, forced = false } = found;
    return {
      alternative: formatNumber(number),
      ...(outcome === undefined ? {} : { alternativeOutcome: { outcome, forced } }),
    };
  }
  return { alternative: null };
}
