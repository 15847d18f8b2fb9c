// Expires a promotion that nobody approved in time.
import { decide } from '../../domain/decide.ts';
import { commitOf } from '../core/commit.ts';
import type { Job, JobDefinition, JobOutcome } from '../core/handler.ts';
import { byPromotion } from '../core/job-description.ts';
import type { Services } from '../core/services.ts';
import { loadContext, loadPromotion } from '../core/load.ts';

export const expirePromotion: JobDefinition<'expire-promotion'> = {
  key: byPromotion,
  queue: 'none',
  traits: ['waits-for-date'],
  handle,
};

async function handle({ payload }: Job<'expire-promotion'>, services: Services): Promise<JobOutcome> {
  const promotion = await loadPromotion(services, payload.promotionId);
  const decision = decide(promotion, { kind: 'time-passed' }, await loadContext(services, promotion));
  return { kind: 'done', commit: commitOf(promotion, decision) };
}
