// A deployment status: the promotion whose tags are being deployed follows it.
import { decide } from '../../domain/decide.ts';
import { findFollower } from '../../domain/promotion/deployment.ts';
import { isCountedReporter } from '../../domain/promotion/reporter.ts';
import { findDeploymentOwner } from '../../store/promotions/deployments.ts';
import { commitOf } from '../core/commit.ts';
import { DONE, type Job, type IntentDefinition, type JobOutcome } from '../core/handler.ts';
import type { Services } from '../core/services.ts';
import { listDeployed } from './list-deployed.ts';
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
  const { db } = services.store;
  const owner = await findDeploymentOwner(db, { repoId: repo.id, githubId: deployment.id });
  const latest = await listDeployed(services, repo.id);
  const follower = findFollower({ latest, deployment, owner, since });
  if (follower === null) {
    const fields = { repo: repo.name, deployment: deployment.id, environment: deployment.environment };
    services.log.info(fields, 'a status of a deployment that no promotion waits for');
    return DONE;
  }
  const promotion = { ...follower, repo };
  if (reporter === null) return DONE;
  const by = { id: reporter.id, login: reporter.login };
  const reporters = await loadReporters(services, promotion);
  const event = isCountedReporter(reporter, { creatorId: deployment.creatorId ?? null, reporters })
    ? ({ kind: 'deployment-status', status, since, url, by } as const)
    : ({ kind: 'uncounted-status', report: { by, status, at: since } } as const);
  const decision = decide(promotion, event, await loadContext(services, promotion));
  return { kind: 'done', commit: commitOf(promotion, decision) };
}
