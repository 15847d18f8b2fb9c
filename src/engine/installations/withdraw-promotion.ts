// Ends a promotion after the App lost access, once it writes no tags.
import { decide } from '../../domain/decide.ts';
import { commitOf } from '../core/commit.ts';
import type { Job, JobDefinition, JobOutcome } from '../core/handler.ts';
import { byPromotion } from '../core/job-description.ts';
import type { Services } from '../core/services.ts';
import { loadContext, loadPromotion } from '../core/load.ts';

const RECHECK_AFTER_MS = 60_000;

export const withdrawPromotion: JobDefinition<'withdraw-promotion'> = {
  key: byPromotion,
  queue: 'none',
  traits: [],
  handle,
};

async function handle({ payload }: Job<'withdraw-promotion'>, services: Services): Promise<JobOutcome> {
  const { promotionId, because } = payload;
  const promotion = await loadPromotion(services, promotionId);
  // The registry lets us finish. If that ends in a new request for approval, there is nobody left to ask.
  if (promotion.state.kind === 'applying') {
    return { kind: 'again', at: services.now() + RECHECK_AFTER_MS, because: 'its tags are moving' };
  }
  const decision = decide(promotion, { kind: 'withdrawn', because }, await loadContext(services, promotion));
  return { kind: 'done', commit: commitOf(promotion, decision) };
}
