// Retries every hour to move back what a failed promotion left, until it works or a newer promotion succeeds.
import { decide } from '../../domain/decide.ts';
import { RESTORE_EVERY_MS } from '../../domain/decide/outcome.ts';
import { promotedAt } from '../../domain/promotion/promotion.ts';
import { findLastPromoted } from '../../store/promotions/promotions.ts';
import { readOutcomes } from './outcomes.ts';
import { undoTags } from './undo-tags.ts';
import { commitOf } from '../core/commit.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import { byPromotion } from '../core/job-description.ts';
import type { Services } from '../core/services.ts';
import { loadContext, loadPromotion } from '../core/load.ts';

export const restoreProduction: JobDefinition<'restore-production'> = {
  key: byPromotion,
  queue: 'apply',
  traits: ['asks-registry', 'repeats'],
  handle,
};

async function handle(job: Job<'restore-production'>, services: Services): Promise<JobOutcome> {
  const promotion = await loadPromotion(services, job.payload.promotionId);
  const { state, repo, environment } = promotion;
  if (state.kind !== 'failed' || state.failure.production !== 'mixed') return DONE;
  const last = await findLastPromoted(services.store.db, { repoId: repo.id, environment });
  if (last !== null && (promotedAt(last) ?? 0) > promotion.updatedAt) return DONE;
  const at = services.now() + RESTORE_EVERY_MS;
  const context = await loadContext(services, promotion);
  // A newer promotion is moving the tags, planned over what they hold now.
  if (context.environmentBusy) return { kind: 'again', at, because: 'a newer promotion is moving the tags' };
  const application = { services, job, promotion };
  const { production, refused } = await undoTags(application);
  if (refused !== null) return { kind: 'again', at, because: `production is still mixed: ${refused.detail}` };
  if (production === 'mixed') return DONE;
  const event = { kind: 'restored', tags: await readOutcomes(application) } as const;
  const decision = decide(promotion, event, await loadContext(services, promotion));
  return { kind: 'done', commit: commitOf(promotion, decision) };
}
