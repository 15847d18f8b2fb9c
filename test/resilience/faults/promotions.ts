// All promotions of a release's repository, oldest first.
import type { Promotion } from '../../../src/domain/promotion/promotion.ts';
import { findPromotionByNumber } from '../../../src/store/promotions/promotions.ts';
import type { Release } from '../../scenarios/release.ts';

export async function listPromotions({ world, repo }: Release): Promise<readonly Promotion[]> {
  const promotions: Promotion[] = [];
  for (let number = 1; ; number += 1) {
    const found = await findPromotionByNumber(world.app.store.db, { repoId: repo.id, number });
    if (found === null) return promotions;
    promotions.push(found);
  }
}
