// How the target of a rollback is known today: what our journal tells of the environment that it is to go to.
import { originOf } from '../../domain/promotion/history.ts';
import type { Promotion } from '../../domain/promotion/promotion.ts';
import type { Tag } from '../../domain/image/reference.ts';
import type { TargetOrigin } from '../../domain/promotion/target-origin.ts';
import { listHeld } from '../../store/promotions/history.ts';
import type { Services } from './services.ts';

/** `floating`: the tags that the environment has. Null: it is no rollback. */
export async function loadTargetOrigin(
  { store }: Pick<Services, 'store'>,
  { promotion, floating }: { readonly promotion: Promotion; readonly floating: readonly Tag[] },
): Promise<TargetOrigin | null> {
  const [image] = promotion.images;
  if (promotion.kind !== 'rollback' || image === undefined) return null;
  const { repo, environment } = promotion;
  const { repository, digest } = image;
  const history = await listHeld(store.db, { repoId: repo.id, environment, repository });
  return originOf({ history, digest, floating });
}
