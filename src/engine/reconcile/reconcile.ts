// The pass over all promotions that can still change: schedules the comparison of each with GitHub and the registry.
import { findDeadJobOf } from '../../store/queue/job-upkeep.ts';
import { addJob } from '../../store/queue/jobs.ts';
import { listLive } from '../../store/promotions/live-promotions.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import type { Services } from '../core/services.ts';

/** The jobs are spread over this time, within the ten minutes to the next pass. */
const SPREAD_MS = 8 * 60 * 1000;
/** Older promotions are not compared, as GitHub does not keep their webhooks either. */
const RECENT_MS = 72 * 60 * 60 * 1000;

export const reconcile: JobDefinition<'reconcile'> = {
  key: ({ kind }) => kind,
  queue: 'none',
  traits: [],
  handle,
};

async function handle(_job: Job<'reconcile'>, { store, jobs, now }: Services): Promise<JobOutcome> {
  const live = await listLive(store.db, now() - RECENT_MS);
  for (const [position, { id: promotionId, repo }] of live.entries()) {
    // A bug that made it dead would do so again, and one dead job is enough to report it.
    if ((await findDeadJobOf(store.db, { key: promotionId, kinds: ['reconcile-promotion'] })) !== null) continue;
    const at = now() + Math.floor((SPREAD_MS * position) / live.length);
    const job = jobs.ofEffect({ kind: 'reconcile-promotion', promotionId, at }, { repo, now: now() });
    await store.transaction((tx) => addJob(tx, { ...job, now: now() }));
  }
  return DONE;
}
