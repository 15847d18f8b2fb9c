// GitHub's Re-run on the check of a staging commit: its image is looked for and examined again.
import { reaches } from '../../domain/actor.ts';
import { findStagingCheck } from '../../store/staging-checks.ts';
import { findForeignOwner } from '../people/allowed-owners.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import type { Services } from '../core/services.ts';
import { loadActor } from '../core/load.ts';

export const rerunStaging: JobDefinition<'staging-re-run'> = {
  key: null,
  queue: 'repo',
  traits: [],
  handle,
};

async function handle({ payload }: Job<'staging-re-run'>, services: Services): Promise<JobOutcome> {
  const { repo, commit } = payload;
  const key = { repoId: repo.id, commit };
  const check = await findStagingCheck(services.store.db, key);
  if (check === null) {
    services.log.warn({ repo: repo.name, commit }, 'a re-run of a check of no staging commit of ours');
    return DONE;
  }
  if ((await findForeignOwner(services, repo)) === null) {
    const { role } = await loadActor(services, payload);
    if (reaches(role, 'write')) {
      const { state } = check;
      if (state.kind === 'examined') services.images.forget({ repository: state.image, digest: state.digest });
      const effects = [{ kind: 'watch-staging', ...key }] as const;
      return { kind: 'done', commit: { repo, stagingChecks: [{ kind: 'open', ...key }], effects } };
    }
  }
  // GitHub shows a re-run check as queued: whatever was decided, it must show today's truth again.
  return { kind: 'done', commit: { repo, effects: [{ kind: 'update-staging-check', ...key }] } };
}
