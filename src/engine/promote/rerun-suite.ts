// GitHub's Re-run of a whole suite: every check of ours on the commit is examined again, each for itself.
import { versionOfExternalId } from '../../domain/promotion/git-tag.ts';
import { listExternalIds } from '../../github/checks/check-runs.ts';
import { VERSION_CHECK_NAME } from '../../messages/check-run/check-run.ts';
import { listPromotionsShownOn } from '../../store/promotions/github-marks.ts';
import { findStagingCheck } from '../../store/staging-checks.ts';
import type { Intent } from '../core/intent.ts';
import type { IntentDefinition, Job, JobOutcome } from '../core/handler.ts';
import type { Services } from '../core/services.ts';

export const rerunSuite: IntentDefinition<'re-run-suite'> = {
  key: null,
  queue: 'repo',
  traits: [],
  handle,
  unserved: 'proceeds',
};

async function handle({ payload }: Job<'re-run-suite'>, { store, github }: Services): Promise<JobOutcome> {
  const { repo, commit, by } = payload;
  const shown = await listPromotionsShownOn(store.db, { repoId: repo.id, commit });
  const staged = await findStagingCheck(store.db, { repoId: repo.id, commit });
  // Answers to pushed git tags exist on GitHub only.
  const client = github.forRepo(repo);
  const answers = await listExternalIds({ client, repo: repo.name, commit, name: VERSION_CHECK_NAME });
  const versions = answers.map(versionOfExternalId).filter((tag) => tag !== null);
  const intents: readonly Intent[] = [
    ...shown.map(({ promotionId, checkRunId }) => {
      return { kind: 're-run', repo, checkRunId, externalId: promotionId, by } as const;
    }),
    ...(staged === null ? [] : [{ kind: 'staging-re-run', repo, commit, by } as const]),
    ...versions.map((tag) => ({ kind: 'git-tag', repo, tag, by, because: 're-run' }) as const),
  ];
  return { kind: 'handed-on', intents, told: [] };
}
