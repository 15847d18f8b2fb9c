// Compares one promotion with GitHub and the registry, and adds the jobs that correct it.
import { OutsideError } from '../../net/outside-error.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import { byPromotion } from '../core/job-description.ts';
import { loadPromotion } from '../core/load.ts';
import type { Services } from '../core/services.ts';
import { comparePromotion } from './compare.ts';

export const reconcilePromotion: JobDefinition<'reconcile-promotion'> = {
  key: byPromotion,
  queue: 'none',
  traits: ['asks-registry', 'repeats'],
  handle,
};

async function handle({ payload }: Job<'reconcile-promotion'>, services: Services): Promise<JobOutcome> {
  const { log, metrics } = services;
  const promotion = await loadPromotion(services, payload.promotionId);
  const fields = { repo: promotion.repo.name, promotion: promotion.number };
  try {
    const { differences, commit } = await comparePromotion(services, promotion);
    if (differences.length > 0) log.warn({ ...fields, differences }, 'reconciled differences');
    for (const difference of differences) metrics.countDifference(difference);
    return { kind: 'done', commit };
  } catch (error) {
    // If GitHub or the registry does not answer, the next pass tries again. If the App was removed, other jobs end it.
    if (!(error instanceof OutsideError) || error.code === 'github-not-installed') throw error;
    log.info({ ...fields, problem: error.message }, 'could not reconcile a promotion now');
    return DONE;
  }
}
