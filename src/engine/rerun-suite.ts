// GitHub's Re-run of a whole suite: every check of ours on the commit is examined again, each for itself.
import { listPromotionsShownOn } from '../store/github-marks.ts';
import { findStagingCheck } from '../store/staging-checks.ts';
import type { Intent } from './intent.ts';
import type { Handler } from './handler.ts';

export const rerunSuite: Handler<'re-run-suite'> = async ({ payload }, { store }) => {
  const { repo, commit, by } = payload;
  const shown = await listPromotionsShownOn(store.db, { repoId: repo.id, commit });
  const staged = await findStagingCheck(store.db, { repoId: repo.id, commit });
  const intents: readonly Intent[] = [
    ...shown.map(({ promotionId, checkRunId }) => {
      return { kind: 're-run', repo, checkRunId, externalId: promotionId, by } as const;
    }),
    ...(staged === null ? [] : [{ kind: 'staging-re-run', repo, commit, by } as const]),
  ];
  return { kind: 'handed-on', intents, told: [] };
};
