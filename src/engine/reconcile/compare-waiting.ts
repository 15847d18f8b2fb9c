// Compares a waiting promotion with the current policy file, production and source tag.
import { decide } from '../../domain/decide.ts';
import { isOpen, type Promotion } from '../../domain/promotion/promotion.ts';
import { findLastPromoted } from '../../store/promotions/promotions.ts';
import { comparePolicy, readingOf } from '../examine/compare-policy.ts';
import { isWaiting, overtakes } from '../promote/revisit-environment.ts';
import { loadContext } from '../core/load.ts';
import { readProductionOf } from '../examine/read-production.ts';
import { readSource } from '../examine/read-source.ts';
import type { Services } from '../core/services.ts';
import { healedBy, type ReconcileResult } from './found.ts';

export async function compareWaiting(services: Services, promotion: Promotion): Promise<readonly ReconcileResult[]> {
  const { id, repo, environment, state } = promotion;
  const revisit = [{ kind: 'revisit-promotion', promotionId: id } as const];
  const last = await findLastPromoted(services.store.db, { repoId: repo.id, environment });
  const isEnded = !isOpen(state) || state.kind === 'applying';
  if (!isEnded && last !== null && overtakes(last, promotion)) return [healedBy('turn', revisit)];
  if (!isWaiting(promotion)) return [];
  const context = await loadContext(services, promotion);
  const today = await comparePolicy(services, promotion);
  if (today.kind === 'changed') return [healedBy('policy', revisit)];
  const seen = decide(promotion, { kind: 'policy-seen', ...readingOf(today) }, context);
  // Another file with the same rules is shown nowhere: the next review stores it.
  if (seen.kind === 'accepted' && seen.effects.length > 0) return [healedBy('policy', revisit)];
  if (today.kind === 'barred') return [];
  const production = await readProductionOf(services, promotion);
  const read = decide(promotion, { kind: 'production-read', production }, context);
  if (read.kind === 'accepted') {
    // If nothing moved, it proceeds: no event said that the environment is free.
    const moved = read.audit.some(({ kind }) => kind === 'replanned');
    return [healedBy(moved ? 'production' : 'turn', revisit)];
  }
  const holds = await readSource(services, promotion);
  const decision = decide(promotion, { kind: 'source-read', holds }, context);
  return decision.kind === 'accepted' ? [{ difference: 'source', effects: [], decision }] : [];
}
