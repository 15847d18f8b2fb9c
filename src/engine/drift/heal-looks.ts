// Puts a look ahead of every environment that was promoted to and has none: its job was dropped, or the policy had turned it off.
import { listUnwatchedEnvironments } from '../../store/drifts.ts';
import { addJob } from '../../store/queue/jobs.ts';
import { findRepo } from '../../store/repos.ts';
import { jobOfEffect } from '../core/job.ts';
import type { Services } from '../core/services.ts';

export async function healLooks({ store, now }: Services): Promise<void> {
  const at = now();
  for (const { repoId, environment } of await listUnwatchedEnvironments(store.db, 'look-at-production')) {
    const repo = await findRepo(store.db, repoId);
    if (repo === null) continue;
    const effect = { kind: 'look-at-production', repoId, environment, at, suspected: null } as const;
    await store.transaction((tx) => addJob(tx, { ...jobOfEffect(effect, repo, at), now: at, origin: null }));
  }
}
