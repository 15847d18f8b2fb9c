// For each environment of a repository, the promotion that reached it last, with the environment of GitHub's that it is deployed to.
import type { DeployedPromotion } from '../../domain/promotion/deployment.ts';
import { listLastPromoted } from '../../store/promotions/deployments.ts';
import { loadPlannedPolicy } from '../core/load.ts';
import type { Services } from '../core/services.ts';

/** Where the policy of its plan can't be read any more, the environment has the same name on GitHub, as it has by default. */
export async function listDeployed(services: Services, repoId: number): Promise<readonly DeployedPromotion[]> {
  const latest = await listLastPromoted(services.store.db, repoId);
  return Promise.all(
    latest.map(async (promotion) => {
      const policy = await loadPlannedPolicy(services, promotion);
      return { promotion, deployedTo: policy?.deployment.environment ?? promotion.environment };
    }),
  );
}
