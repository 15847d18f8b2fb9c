// Compares a promotion with GitHub and the registry, and returns the differences with what corrects them.
import type { Effect } from '../../domain/effect.ts';
import { isOpen, type Promotion } from '../../domain/promotion/promotion.ts';
import type { Difference } from '../../domain/reply.ts';
import { listContinuations } from '../../store/long-threads.ts';
import { commitOf, type Commit } from '../core/commit.ts';
import type { Services } from '../core/services.ts';
import { compareDeployment } from './compare-deployment.ts';
import { compareShown } from './compare-shown.ts';
import { compareWaiting } from './compare-waiting.ts';
import { findLostWork } from './lost-work.ts';
import type { ReconcileResult } from './found.ts';

export type Comparison = { readonly differences: readonly Difference[]; readonly commit: Commit };

/**
 * At most four requests to GitHub if nothing differs; unchanged answers don't count against the rate limit. `also`: what
 * else to do, because a person requested it.
 */
export async function comparePromotion(
  services: Services,
  promotion: Promotion,
  also: readonly ReconcileResult[] = [],
): Promise<Comparison> {
  const { repo } = promotion;
  const found: readonly ReconcileResult[] = [
    ...also,
    ...(await findLostWork(services, promotion)),
    ...(await compareShown(services, promotion)),
    ...(await compareWaiting(services, promotion)),
    ...(await compareDeployment(services, promotion)),
  ];
  const commit = found.reduce<Commit>((before, one) => join(before, promotion, one), { repo });
  const effects = [...(commit.effects ?? []), ...(await readThreads(services, promotion))];
  return { differences: [...new Set(found.map(({ difference }) => difference))], commit: { ...commit, effects } };
}

/** A state has at most one decision: waiting promotions have no deployment. */
function join(before: Commit, promotion: Promotion, { effects, decision }: ReconcileResult): Commit {
  const decided = decision === null ? null : commitOf(promotion, decision);
  const all = [...(before.effects ?? []), ...(decided?.effects ?? []), ...effects];
  return { ...before, ...decided, effects: all };
}

/** The last comment of a thread may have been missed: no later one leads to it. */
async function readThreads({ store }: Services, { repo, thread, state }: Promotion): Promise<readonly Effect[]> {
  if (thread === null || !isOpen(state)) return [];
  const issues = await listContinuations(store.db, { repoId: repo.id, issue: thread.issue });
  return issues.map((issue) => ({ kind: 'read-thread', repoId: repo.id, issue }));
}
