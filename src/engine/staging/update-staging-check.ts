// Updates the check run of a staging commit to the current state; opens it if there is none.
import { promotedAt } from '../../domain/promotion/promotion.ts';
import { stagingExternalId, type StagingCheck } from '../../domain/promotion/staging-check.ts';
import { publishCheckRun } from '../../github/checks/check-runs.ts';
import { renderStagingCheck, type StagingCheckView } from '../../messages/check-run/staging-check.ts';
import { findLastPromoted } from '../../store/promotions/promotions.ts';
import { findRepo } from '../../store/repos.ts';
import { findStagingCheck } from '../../store/staging-checks.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import type { Services } from '../core/services.ts';
import { readNote } from '../promote/note-on-staging.ts';

export const updateStagingCheck: JobDefinition<'update-staging-check'> = {
  key: ({ repoId, commit }) => `${repoId}/${commit}`,
  queue: 'notice',
  traits: ['shows-state', 'needs-commit'],
  handle,
};

async function handle(job: Job<'update-staging-check'>, services: Services): Promise<JobOutcome> {
  const { repoId, commit } = job.payload;
  const check = await findStagingCheck(services.store.db, { repoId, commit });
  const repo = await findRepo(services.store.db, repoId);
  if (repo === null) throw new Error(`repository ${repoId} is not in the database`);
  // Started again meanwhile: the next search updates it.
  if (check === null || check.state.kind === 'unseen') return DONE;
  const githubUrl = `https://${services.settings.githubHost}`;
  const { state } = check;
  const heldBy = await findHolding(services, check);
  const shown = { check, state, note: readNote(check), heldBy, repo: repo.name, githubUrl };
  const { conclusion, ...texts } = renderStagingCheck(shown);
  const status =
    conclusion === null ? ({ status: 'in_progress' } as const) : ({ status: 'completed', conclusion } as const);
  const checkRunId = await publishCheckRun({
    client: services.github.forRepo(repo),
    repo: repo.name,
    content: { ...texts, ...status, headSha: commit, externalId: stagingExternalId(commit) },
    existing: check.checkRunId === null ? null : { id: check.checkRunId },
    mayExist: job.attempts > 1,
  });
  if (checkRunId === check.checkRunId) return DONE;
  return { kind: 'done', commit: { repo, stagingChecks: [{ kind: 'change', repoId, commit, checkRunId }] } };
}

/** Whether the environment of the check has its image now. */
async function findHolding({ store }: Services, { repoId, state }: StagingCheck): Promise<StagingCheckView['heldBy']> {
  const environment = state.kind === 'examined' ? state.defaultEnvironment : null;
  if (state.kind !== 'examined' || environment === null) return null;
  const last = await findLastPromoted(store.db, { repoId, environment });
  const at = last === null ? null : promotedAt(last);
  if (last === null || at === null || !last.images.some(({ digest }) => digest === state.digest)) return null;
  return { environment, promotion: last.number, at };
}
