// A deployment status: the promotion whose tags are being deployed follows it.
import { decide } from '../../domain/decide.ts';
import { findFollower } from '../../domain/promotion/deployment.ts';
import { findDeploymentOwner } from '../../store/promotions/deployments.ts';
import { commitOf } from '../core/commit.ts';
import { DONE, type Job, type IntentDefinition, type JobOutcome } from '../core/handler.ts';
import type { Services } from '../core/services.ts';
import { listDeployed } from './list-deployed.ts';
import { loadContext } from '../core/load.ts';

export const followDeployment: IntentDefinition<'deployment-status'> = {
  key: null,
  queue: 'repo',
  traits: [],
  handle,
  unserved: 'proceeds',
};

async function handle({ payload }: Job<'deployment-status'>, services: Services): Promise<JobOutcome> {
  const { repo, deployment, status, since, url } = payload;
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
  const event = { kind: 'deployment-status', status, since, url } as const;
  const decision = decide(promotion, event, await loadContext(services, promotion));
  return { kind: 'done', commit: commitOf(promotion, decision) };
}
