// GitHub's Re-run on the check of a staging commit: finds and examines its image again.
import { reaches } from '../../domain/actor.ts';
import type { StagingCheck } from '../../domain/promotion/staging-check.ts';
import { findStagingCheck } from '../../store/staging-checks.ts';
import { DONE, type IntentDefinition, type Job, type JobOutcome } from '../core/handler.ts';
import type { Services } from '../core/services.ts';
import { loadActor } from '../core/load.ts';

export const rerunStaging: IntentDefinition<'staging-re-run'> = {
  key: null,
  queue: 'repo',
  traits: [],
  handle,
  unserved: showAgain,
};

async function handle(job: Job<'staging-re-run'>, services: Services): Promise<JobOutcome> {
  const check = await findOurs(job, services);
  if (check === null) return DONE;
  const { role } = await loadActor(services, job.payload);
  if (!reaches(role, 'write')) return showAgain(job, services);
  const { repoId, commit, state } = check;
  if (state.kind === 'examined') services.images.forget({ repository: state.image, digest: state.digest });
  const key = { repoId, commit };
  const effects = [{ kind: 'watch-staging', ...key }] as const;
  return {
    kind: 'done',
    commit: { repo: job.payload.repo, stagingChecks: [{ kind: 'open', ...key }], effects },
  };
}

/** GitHub shows a re-run check as queued. Whatever was decided, it must show the current state again. */
async function showAgain(job: Job<'staging-re-run'>, services: Services): Promise<JobOutcome> {
  const check = await findOurs(job, services);
  if (check === null) return DONE;
  const { repoId, commit } = check;
  return {
    kind: 'done',
    commit: { repo: job.payload.repo, effects: [{ kind: 'update-staging-check', repoId, commit }] },
  };
}

async function findOurs({ payload }: Job<'staging-re-run'>, { store, log }: Services): Promise<StagingCheck | null> {
  const { repo, commit } = payload;
  const check = await findStagingCheck(store.db, { repoId: repo.id, commit });
  if (check === null)
    log.warn({ repo: repo.name, commit }, 'ignored a re-run: the check run belongs to no staging commit');
  return check;
}
