// The pass over all promotions that something may still happen to: each is compared with GitHub and the registry in its turn.
import { findDeadJobOf } from '../../store/queue/job-upkeep.ts';
import { addJob } from '../../store/queue/jobs.ts';
import { listLive } from '../../store/promotions/live-promotions.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import type { Services } from '../core/services.ts';

/** The pass comes again after ten minutes; so long before that, the last one has its turn. */
const SPREAD_MS = 8 * 60 * 1000;
/** What was promoted longer ago is no news to a deployer, as its webhooks would be none to GitHub. */
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
    // A bug that ended it will end it again, and one dead job tells as much as many.
    if ((await findDeadJobOf(store.db, { key: promotionId, kinds: ['reconcile-promotion'] })) !== null) continue;
    const at = now() + Math.floor((SPREAD_MS * position) / live.length);
    const job = jobs.ofEffect({ kind: 'reconcile-promotion', promotionId, at }, { repo, now: now() });
    await store.transaction((tx) => addJob(tx, { ...job, now: now() }));
  }
  return DONE;
}
