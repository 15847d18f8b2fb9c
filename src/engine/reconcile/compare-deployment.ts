// Compares a promoted promotion with the statuses of its deployment, and retries to create that deployment.
import { decide } from '../../domain/decide.ts';
import { wayBackEffects } from '../../domain/decide/deployment.ts';
import { parseDeploymentState } from '../../domain/promotion/deployment.ts';
import { promotedAt, type Promotion } from '../../domain/promotion/promotion.ts';
import { isCountedReporter } from '../../domain/promotion/reporter.ts';
import { listDeploymentNews } from '../../github/deployments/deployment-statuses.ts';
import { findMark } from '../../store/promotions/github-marks.ts';
import { findLastPromoted } from '../../store/promotions/promotions.ts';
import { loadContext } from '../core/load.ts';
import { loadReporters } from '../deployments/load-reporters.ts';
import type { Services } from '../core/services.ts';
import type { ReconcileResult } from './found.ts';

/** For what the environment held before, only results count. */
export async function compareDeployment(services: Services, promotion: Promotion): Promise<readonly ReconcileResult[]> {
  const { id, repo, environment } = promotion;
  const { db } = services.store;
  if (promotedAt(promotion) === null) return [];
  const mark = await findMark(db, { promotionId: id, kind: 'deployment' });
  const last = await findLastPromoted(db, { repoId: repo.id, environment });
  if (mark === null) return [];
  const isCurrent = last?.id === id;
  const client = services.github.forRepo(repo);
  const listed = await listDeploymentNews({ client, repo: repo.name, deployment: mark.githubId });
  if (listed.length === 0) return [];
  const reporters = await loadReporters(services, promotion);
  const [newest] = listed.flatMap(({ state, since, url, by: reporter }) => {
    // Our own App made this deployment, and reports nothing.
    if (!isCountedReporter(reporter, { creatorId: null, reporters })) return [];
    const by = { id: reporter.id, login: reporter.login };
    const status = parseDeploymentState(state);
    if (status === null || (status === 'deploying' && !isCurrent)) return [];
    return [{ kind: 'deployment-status', status, since, url, by, isCurrent } as const];
  });
  if (newest === undefined) return [];
  const decision = decide(promotion, newest, await loadContext(services, promotion));
  // A repeated status only has another time.
  const isNews = decision.kind === 'accepted' && decision.effects.length > 0;
  return isNews ? [{ difference: 'deployment', effects: isCurrent ? [] : wayBackEffects(last), decision }] : [];
}

/** GitHub refused the deployment. It may accept it now, unless a later promotion came. */
export async function retryDeployment(services: Services, promotion: Promotion): Promise<readonly ReconcileResult[]> {
  const { id, repo, environment, notice } = promotion;
  if (notice?.kind !== 'no-deployment') return [];
  const last = await findLastPromoted(services.store.db, { repoId: repo.id, environment });
  if (last?.id !== id) return [];
  const decision = decide(promotion, { kind: 'deployment-retried' }, await loadContext(services, promotion));
  return decision.kind === 'accepted' ? [{ difference: 'deployment', effects: [], decision }] : [];
}
