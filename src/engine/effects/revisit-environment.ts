// The lane is free, or production moved: each open promotion of the environment is looked at again, oldest first.
import { decide } from '../../domain/decide.ts';
import { promotedAt, type Promotion } from '../../domain/promotion.ts';
import { findLastPromoted, listOpenPromotions } from '../../store/promotions.ts';
import { findRepo } from '../../store/repos.ts';
import { commitOf } from '../commit.ts';
import { DONE, type Handler } from '../handler.ts';
import { loadContext, loadPromotion } from '../load.ts';
import { readProductionOf } from '../read-production.ts';

export const revisitEnvironment: Handler<'revisit-environment'> = async ({ payload }, { store }) => {
  const { repoId, environment } = payload;
  const repo = await findRepo(store.db, repoId);
  if (repo === null) throw new Error(`repository ${repoId} is not in the database`);
  const open = await listOpenPromotions(store.db, { repoId, environment });
  const waiting = open.filter(({ state }) => state.kind === 'awaiting-approval' || state.kind === 'scheduled');
  const effects = waiting.map(({ id }) => ({ kind: 'revisit-promotion', promotionId: id }) as const);
  return effects.length === 0 ? DONE : { kind: 'done', commit: { repo, effects } };
};

/** Ends it if a later request reached production, else plans it again over what production holds now. */
export const revisitPromotion: Handler<'revisit-promotion'> = async ({ payload }, services) => {
  const promotion = await loadPromotion(services, payload.promotionId);
  // Half-written tags are for the apply job alone to judge: it knows the journal.
  if (promotion.state.kind === 'applying') return DONE;
  const context = await loadContext(services, promotion);
  const { repo, environment } = promotion;
  const last = await findLastPromoted(services.store.db, { repoId: repo.id, environment });
  const overtaken = last !== null && last.number > promotion.number && wasPromotedAfter(last, promotion);
  const decision = overtaken
    ? decide(promotion, { kind: 'overtaken', by: last.number }, context)
    : decide(promotion, { kind: 'production-read', production: await readProductionOf(services, promotion) }, context);
  return { kind: 'done', commit: commitOf(promotion, decision) };
};

function wasPromotedAfter(last: Promotion, { createdAt }: Promotion): boolean {
  return (promotedAt(last) ?? 0) >= createdAt;
}
