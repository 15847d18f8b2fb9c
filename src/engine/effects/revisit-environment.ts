// The lane is free, or production moved: each open promotion of the environment is looked at again, oldest first.
import { decide, type PromotionEvent } from '../../domain/decide.ts';
import { OutsideError } from '../../domain/outside-error.ts';
import { movesProduction, promotedAt, type Promotion } from '../../domain/promotion.ts';
import { findLastPromoted, listOpenPromotions } from '../../store/promotions.ts';
import { findRepo } from '../../store/repos.ts';
import { commitOf } from '../commit.ts';
import { comparePolicy, type PolicyComparison } from '../compare-policy.ts';
import { DONE, type Handler, type JobOutcome } from '../handler.ts';
import { loadContext, loadPromotion } from '../load.ts';
import { readProductionOf } from '../read-production.ts';
import type { Services } from '../services.ts';

export const revisitEnvironment: Handler<'revisit-environment'> = async ({ payload }, { store }) => {
  const { repoId, environment } = payload;
  const repo = await findRepo(store.db, repoId);
  if (repo === null) throw new Error(`repository ${repoId} is not in the database`);
  const open = await listOpenPromotions(store.db, { repoId, environment });
  const effects = open.filter(isWaiting).map(({ id }) => ({ kind: 'revisit-promotion', promotionId: id }) as const);
  return effects.length === 0 ? DONE : { kind: 'done', commit: { repo, effects } };
};

/** While the policy file can't be read, nothing is promoted: whoever waits looks at it again, should no push tell. */
const LOOK_AGAIN_AFTER_MS = 10 * 60 * 1000;

/**
 * Ends it if a later request reached production, has it examined again under another policy than it was planned under,
 * else plans it again over what production holds now.
 */
export const revisitPromotion: Handler<'revisit-promotion'> = async ({ payload }, services) => {
  const promotion = await loadPromotion(services, payload.promotionId);
  // Half-written tags are for the apply job alone to judge: it knows the journal.
  if (promotion.state.kind === 'applying') return DONE;
  const { repo, environment } = promotion;
  const last = await findLastPromoted(services.store.db, { repoId: repo.id, environment });
  const overtaken = last !== null && overtakes(last, promotion);
  if (overtaken) return decided(services, promotion, { kind: 'overtaken', by: last.number });
  if (!isWaiting(promotion)) return DONE;
  const today = await lookAtPolicy(services, promotion);
  switch (today.kind) {
    case 'changed':
      return decided(services, promotion, { kind: 'policy-changed' });
    case 'barred':
      return { kind: 'again', at: services.now() + LOOK_AGAIN_AFTER_MS, because: today.because };
    case 'same': {
      const production = await readProductionOf(services, promotion);
      return decided(services, promotion, { kind: 'production-read', production });
    }
  }
};

async function decided(services: Services, promotion: Promotion, event: PromotionEvent): Promise<JobOutcome> {
  const decision = decide(promotion, event, await loadContext(services, promotion));
  return { kind: 'done', commit: commitOf(promotion, decision) };
}

/** A GitHub that refuses for good may be asked again as well: somebody may give the App its rights back. */
async function lookAtPolicy(
  services: Services,
  promotion: Promotion,
): Promise<Pick<PolicyComparison, 'kind'> & { readonly because: string }> {
  try {
    const today = await comparePolicy(services, promotion);
    return { kind: today.kind, because: today.kind === 'same' ? '' : `the policy says ${today.refusal.code}` };
  } catch (error) {
    if (!(error instanceof OutsideError) || error.retryable) throw error;
    return { kind: 'barred', because: error.message };
  }
}

/** Approved or to be approved: nothing of it is being done. */
export function isWaiting({ state }: Promotion): boolean {
  return state.kind === 'awaiting-approval' || state.kind === 'scheduled';
}

/** A rollback is news for those who wait, and no answer to them; a version alone is not even news. */
function overtakes(last: Promotion, { number, createdAt }: Promotion): boolean {
  if (last.kind === 'rollback' || !movesProduction(last)) return false;
  return last.number > number && (promotedAt(last) ?? 0) >= createdAt;
}
