// Lists the last promotion of each environment of a repository, with the GitHub environment that it is deployed to.
import type { DeployedPromotion } from '../../domain/promotion/deployment.ts';
import { listLastPromoted } from '../../store/promotions/deployments.ts';
import { loadPlannedPolicy } from '../core/load.ts';
import type { Services } from '../core/services.ts';

/** If the policy of its plan is no longer readable, GitHub's environment has the same name, as by default. */
export async function listDeployed(services: Services, repoId: number): Promise<readonly DeployedPromotion[]> {
  const latest = await listLastPromoted(services.store.db, repoId);
  return Promise.all(
    latest.map(async (promotion) => {
      const policy = await loadPlannedPolicy(services, promotion);
      return { promotion, deployedTo: policy?.deployment.environment ?? promotion.environment };
    }),
  );
}
