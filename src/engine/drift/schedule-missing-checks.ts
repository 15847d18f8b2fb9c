// Schedules a drift check for each environment that lacks one: its job was dropped, or the policy had turned checks off.
import { listUnwatchedEnvironments } from '../../store/drifts.ts';
import { addJob } from '../../store/queue/jobs.ts';
import { findRepo } from '../../store/repos.ts';
import type { Services } from '../core/services.ts';

export async function scheduleMissingDriftChecks({ store, jobs, now }: Services): Promise<void> {
  const at = now();
  for (const { repoId, environment } of await listUnwatchedEnvironments(store.db, 'check-drift')) {
    const repo = await findRepo(store.db, repoId);
    if (repo === null) continue;
    const effect = { kind: 'check-drift', repoId, environment, at, unconfirmed: null } as const;
    await store.transaction((tx) => addJob(tx, { ...jobs.ofEffect(effect, { repo, now: at }), now: at, origin: null }));
  }
}
