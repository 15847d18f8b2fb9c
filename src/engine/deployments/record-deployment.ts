// Records a deployment by somebody else to an environment of the policy, and shows it on the card if it does not match.
import { decide } from '../../domain/decide.ts';
import { deployedByOthersEntry } from '../../domain/decide/deployment.ts';
import { goesTo, type Deployment } from '../../domain/promotion/deployment.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import { findDeploymentOwner } from '../../store/promotions/deployments.ts';
import { findLastPromoted } from '../../store/promotions/promotions.ts';
import { commitOf } from '../core/commit.ts';
import type { Sender } from '../core/intent.ts';
import { DONE, type IntentDefinition, type Job, type JobOutcome } from '../core/handler.ts';
import { listDeployed } from './list-deployed.ts';
import { loadContext, loadPolicy } from '../core/load.ts';
import type { Services } from '../core/services.ts';

export const recordDeployment: IntentDefinition<'deployment'> = {
  key: null,
  queue: 'repo',
  traits: [],
  handle,
  unserved: async () => DONE,
};

async function handle({ payload }: Job<'deployment'>, services: Services): Promise<JobOutcome> {
  const { repo, deployment, by } = payload;
  const { db } = services.store;
  if (await isOurs(services, payload)) return DONE;
  const environment = await findEnvironmentOf(services, payload);
  if (environment === null) return DONE;
  const last = await findLastPromoted(db, { repoId: repo.id, environment });
  const person = { id: by.id, login: by.login };
  if (last === null) {
    const entry = deployedByOthersEntry({ deployment, by: person, now: services.now(), promotion: null });
    return { kind: 'done', commit: { repo, audit: [entry] } };
  }
  const promotion = { ...last, repo };
  const event = { kind: 'deployed-by-others', deployment, by: person } as const;
  const decision = decide(promotion, event, await loadContext(services, promotion));
  return { kind: 'done', commit: commitOf(promotion, decision) };
}

type Told = { readonly repo: Repo; readonly deployment: Deployment; readonly by: Sender };

/** Our own deployments arrive too, often before their id is stored. */
async function isOurs({ identity, store }: Services, { repo, deployment, by }: Told): Promise<boolean> {
  if (by.kind === 'bot' && by.login === `${(await identity.learn()).slug}[bot]`) return true;
  return (await findDeploymentOwner(store.db, { repoId: repo.id, githubId: deployment.id })) !== null;
}

/** The policy's environment that deploys there; if the policy can't be read, as it was when the tags moved. */
async function findEnvironmentOf(services: Services, { repo, deployment }: Told): Promise<string | null> {
  const loaded = await loadPolicy(services, repo);
  if (loaded.kind === 'policy') {
    const { environments } = loaded.policy;
    return environments.find((one) => goesTo(deployment, one.deployment.environment))?.name ?? null;
  }
  const latest = await listDeployed(services, repo.id);
  return latest.find(({ deployedTo }) => goesTo(deployment, deployedTo))?.promotion.environment ?? null;
}
