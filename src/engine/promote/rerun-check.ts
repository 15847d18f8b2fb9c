// GitHub's Re-run button: the same digest is examined again.
import { decide } from '../../domain/decide.ts';
import type { Promotion } from '../../domain/promotion/promotion.ts';
import { findPromotion } from '../../store/promotions/promotions.ts';
import { commitOf } from '../core/commit.ts';
import { DONE, type IntentDefinition, type Job, type JobOutcome } from '../core/handler.ts';
import type { Services } from '../core/services.ts';
import { loadActor, loadContext } from '../core/load.ts';

export const rerunCheck: IntentDefinition<'re-run'> = {
  key: null,
  queue: 'repo',
  traits: [],
  handle,
  unserved: showAgain,
};

async function handle(job: Job<'re-run'>, services: Services): Promise<JobOutcome> {
  const promotion = await findOurs(job, services);
  if (promotion === null) return DONE;
  const by = await loadActor(services, job.payload);
  const decision = decide(promotion, { kind: 'rerequested', by }, await loadContext(services, promotion));
  return decision.kind === 'accepted'
    ? { kind: 'done', commit: commitOf(promotion, decision) }
    : showAgain(job, services);
}

/** GitHub shows a re-run check as queued. Whatever was decided, it must show the current state again. */
async function showAgain(job: Job<'re-run'>, services: Services): Promise<JobOutcome> {
  const promotion = await findOurs(job, services);
  if (promotion === null) return DONE;
  const { repo, id } = promotion;
  return { kind: 'done', commit: { repo, effects: [{ kind: 'update-check-run', promotionId: id }] } };
}

async function findOurs({ payload }: Job<'re-run'>, { store, log }: Services): Promise<Promotion | null> {
  const { repo, externalId, checkRunId } = payload;
  const stored = await findPromotion(store.db, externalId);
  if (stored !== null && stored.repo.id === repo.id) return { ...stored, repo };
  log.warn({ repo: repo.name, checkRun: checkRunId }, 'ignored a re-run: the check run belongs to no promotion');
  return null;
}
