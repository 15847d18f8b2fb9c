// Finds promotions that wait for a missing job: neither waiting, nor running, nor dead.
import { deploymentEffects } from '../../domain/decide/deployment.ts';
import { expiryTimer } from '../../domain/decide/request.ts';
import type { Effect } from '../../domain/effect.ts';
import type { Promotion } from '../../domain/promotion/promotion.ts';
import { findMark } from '../../store/promotions/github-marks.ts';
import { findDeadJobOf } from '../../store/queue/job-upkeep.ts';
import { findLastPromoted } from '../../store/promotions/promotions.ts';
import { isJobOpen } from '../../store/queue/waiting-jobs.ts';
import { loadPlannedPolicy, loadPromotion } from '../core/load.ts';
import type { Services } from '../core/services.ts';
import { healedBy, type ReconcileResult } from './found.ts';

export async function findLostWork(services: Services, promotion: Promotion): Promise<readonly ReconcileResult[]> {
  const missing = await findMissing(services, promotion);
  if (missing.length === 0) return [];
  // A job that ended since the promotion was read has changed it. A job that is still missing is lost.
  const today = await findMissing(services, await loadPromotion(services, promotion.id));
  const lost = today.filter(({ kind }) => missing.some((one) => one.kind === kind));
  for (const { kind } of lost) {
    const fields = { promotion: promotion.number, repo: promotion.repo.name, lost: kind };
    services.log.error(fields, 'a promotion waits for a job that does not exist');
  }
  return lost.length === 0 ? [] : [healedBy('work', lost)];
}

async function findMissing(services: Services, promotion: Promotion): Promise<readonly Effect[]> {
  const missing: Effect[] = [];
  for (const effect of await listNeeded(services, promotion)) {
    if (!(await isUnderWay(services, { kind: effect.kind, key: promotion.id }))) missing.push(effect);
  }
  return missing;
}

/** True also for a dead job: people decide whether to retry it. */
export async function isUnderWay(
  { store }: Services,
  job: { readonly kind: Effect['kind']; readonly key: string },
): Promise<boolean> {
  if (await isJobOpen(store.db, job)) return true;
  return (await findDeadJobOf(store.db, { key: job.key, kinds: [job.kind] })) !== null;
}

/** The jobs that the promotion can't proceed without. */
async function listNeeded(services: Services, promotion: Promotion): Promise<readonly Effect[]> {
  const { id, state } = promotion;
  switch (state.kind) {
    case 'waiting-for-image':
      return [{ kind: 'poll-image', promotionId: id }];
    case 'examining':
      return [{ kind: 'collect-facts', promotionId: id }, expiryTimer(promotion, services.now())];
    case 'awaiting-approval':
    case 'scheduled':
      return [expiryTimer(promotion, services.now())];
    case 'applying':
      return [{ kind: 'apply-tag-plan', promotionId: id }];
    case 'promoted':
      return (await isDeployed(services, promotion))
        ? []
        : deploymentEffects(promotion, await loadPlannedPolicy(services, promotion));
    default:
      return [];
  }
}

/** Also true if it needs no deployment: GitHub refused one, or a later promotion came. */
async function isDeployed({ store }: Services, { id, repo, environment, notice }: Promotion): Promise<boolean> {
  if (notice?.kind === 'no-deployment') return true;
  if ((await findMark(store.db, { promotionId: id, kind: 'deployment' })) !== null) return true;
  const last = await findLastPromoted(store.db, { repoId: repo.id, environment });
  return last?.id !== id;
}
