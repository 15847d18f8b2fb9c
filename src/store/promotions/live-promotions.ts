// Finds the promotions that can still change, in all repositories that the App can access.
import { sql } from 'kysely';
import type { Promotion } from '../../domain/promotion/promotion.ts';
import { readPromotion } from './promotion-document.ts';
import type { Db } from '../database/schema.ts';

/** The open ones, and in each environment the one that it holds, where that is so since `heldSince` or later; oldest first. */
export async function listLive(db: Db, heldSince: number): Promise<readonly Promotion[]> {
  const rows = await db
    .selectFrom('promotions as one')
    .innerJoin('repos', 'repos.id', 'one.repo_id')
    .select('one.document')
    .where('repos.left_at', 'is', null)
    // Not one condition with OR: each half has an index of its own.
    .where(
      sql<boolean>`one.id IN (
        SELECT id FROM promotions WHERE is_open = 1
        UNION ALL
        SELECT held.id FROM promotions AS held WHERE held.held_since >= ${heldSince} AND NOT EXISTS (
          SELECT 1 FROM promotions AS later
          WHERE later.repo_id = held.repo_id AND later.environment = held.environment
            AND later.held_since > held.held_since))`,
    )
    .orderBy('one.created_at')
    .orderBy('one.id')
    .execute();
  return rows.map(({ document }) => readPromotion(document));
}
