// Applies a deployment status to the promotion whose image is deployed, even if the environment holds another one by now.
import { decide } from '../../domain/decide.ts';
import { wayBackEffects } from '../../domain/decide/deployment.ts';
import { isCountedReporter } from '../../domain/promotion/reporter.ts';
import { commitOf } from '../core/commit.ts';
import { DONE, type Job, type IntentDefinition, type JobOutcome } from '../core/handler.ts';
import type { Services } from '../core/services.ts';
import { findReported } from './find-reported.ts';
import { loadReporters } from './load-reporters.ts';
import { loadContext } from '../core/load.ts';

export const followDeployment: IntentDefinition<'deployment-status'> = {
  key: null,
  queue: 'repo',
  traits: [],
  handle,
  unserved: 'proceeds',
};

async function handle({ payload }: Job<'deployment-status'>, services: Services): Promise<JobOutcome> {
  const { repo, deployment, status, since, url, by: reporter = null } = payload;
  const reported = await findReported(services, { repoId: repo.id, deployment, since });
  if (reported === null) {
    const fields = { repo: repo.name, deployment: deployment.id, environment: deployment.environment };
    services.log.info(fields, 'ignored a deployment status: it belongs to no promotion');
    return DONE;
  }
  const { replacedBy } = reported;
  const promotion = { ...reported.promotion, repo };
  if (reporter === null) return DONE;
  const by = { id: reporter.id, login: reporter.login };
  const reporters = await loadReporters(services, promotion);
  const event = isCountedReporter(reporter, { creatorId: deployment.creatorId ?? null, reporters })
    ? ({ kind: 'deployment-status', status, since, url, by, isCurrent: replacedBy === null } as const)
    : ({ kind: 'uncounted-status', report: { by, status, at: since } } as const);
  const decision = decide(promotion, event, await loadContext(services, promotion));
  const commit = commitOf(promotion, decision);
  if (commit === null) return DONE;
  return { kind: 'done', commit: { ...commit, effects: [...(commit.effects ?? []), ...wayBackEffects(replacedBy)] } };
}
