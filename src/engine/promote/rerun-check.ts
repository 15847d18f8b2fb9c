// GitHub's Re-run button: the same digest is examined again.
import { decide } from '../../domain/decide.ts';
import { findPromotion } from '../../store/promotions/promotions.ts';
import { findForeignOwner } from '../people/allowed-owners.ts';
import { commitOf } from '../core/commit.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import type { Services } from '../core/services.ts';
import { loadActor, loadContext } from '../core/load.ts';

export const rerunCheck: JobDefinition<'re-run'> = {
  key: null,
  queue: 'repo',
  traits: [],
  handle,
};

async function handle({ payload }: Job<'re-run'>, services: Services): Promise<JobOutcome> {
  const { repo, externalId, checkRunId } = payload;
  const stored = await findPromotion(services.store.db, externalId);
  if (stored === null || stored.repo.id !== repo.id) {
    services.log.warn({ repo: repo.name, checkRun: checkRunId }, 'a re-run of a check run of no promotion of ours');
    return DONE;
  }
  const promotion = { ...stored, repo };
  if ((await findForeignOwner(services, repo)) === null) {
    const by = await loadActor(services, payload);
    const decision = decide(promotion, { kind: 'rerequested', by }, await loadContext(services, promotion));
    if (decision.kind === 'accepted') return { kind: 'done', commit: commitOf(promotion, decision) };
  }
  // GitHub shows a re-run check as queued: whatever was decided, it must show today's truth again.
  return { kind: 'done', commit: { repo, effects: [{ kind: 'update-check-run', promotionId: promotion.id }] } };
}
