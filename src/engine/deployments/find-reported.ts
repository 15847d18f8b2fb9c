// Finds the promotion that a deployment status is for: one that an environment holds or held before.
import {
  environmentsOf,
  findEarlierFollower,
  findFollower,
  type DeployedPromotion,
  type Deployment,
  type EarlierPromotion,
} from '../../domain/promotion/deployment.ts';
import { promotedAt, type Promotion } from '../../domain/promotion/promotion.ts';
import { findDeploymentOwner, listNewestPromoted } from '../../store/promotions/deployments.ts';
import { findPromotion } from '../../store/promotions/promotions.ts';
import type { Services } from '../core/services.ts';
import { listDeployed } from './list-deployed.ts';

/** `replacedBy`: the promotion that its environment holds, where that is another one. */
export type ReportedPromotion = { readonly promotion: Promotion; readonly replacedBy: Promotion | null };

export async function findReported(
  services: Services,
  about: { readonly repoId: number; readonly deployment: Deployment; readonly since: number },
): Promise<ReportedPromotion | null> {
  const { repoId, deployment, since } = about;
  const { db } = services.store;
  const owner = await findDeploymentOwner(db, { repoId, githubId: deployment.id });
  const latest = await listDeployed(services, repoId);
  if (owner !== null) {
    // A deployment that an older promotion created belongs to it, even if a rollback brought its image back since.
    const promotion = await findPromotion(db, owner);
    return promotion === null ? null : withReplacement(promotion, latest);
  }
  const current = findFollower({ latest, deployment, since });
  if (current !== null) return { promotion: current, replacedBy: null };
  const earlier = await Promise.all(environmentsOf(deployment, latest).map((one) => listEarlier(services, one)));
  const promotion = findEarlierFollower({ earlier: earlier.flat(), deployment, since });
  return promotion === null ? null : withReplacement(promotion, latest);
}

function withReplacement(promotion: Promotion, latest: readonly DeployedPromotion[]): ReportedPromotion {
  const held = latest.find((one) => one.promotion.environment === promotion.environment)?.promotion ?? null;
  return { promotion, replacedBy: held?.id === promotion.id ? null : held };
}

/** Reports on older promotions don't matter for any target that people choose. */
const PROMOTIONS_READ = 50;

async function listEarlier(
  { store }: Services,
  { promotion: last, deployedTo }: DeployedPromotion,
): Promise<readonly EarlierPromotion[]> {
  const { repo, environment } = last;
  const newest = await listNewestPromoted(store.db, { repoId: repo.id, environment, limit: PROMOTIONS_READ });
  return newest.slice(1).map((promotion, index) => {
    const next = newest[index];
    return { promotion, deployedTo, until: (next === undefined ? null : promotedAt(next)) ?? Infinity };
  });
}
