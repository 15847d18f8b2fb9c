// Loads whose deployment statuses count for a promotion, from the current policy file.
import type { Person } from '../../domain/actor.ts';
import { findEnvironment } from '../../domain/policy/policy.ts';
import type { Promotion } from '../../domain/promotion/promotion.ts';
import { loadPlannedPolicy, loadPolicy } from '../core/load.ts';
import type { Services } from '../core/services.ts';

/** If the file can't be read, from the policy of the promotion's plan. */
export async function loadReporters(services: Services, promotion: Promotion): Promise<readonly Person[]> {
  const loaded = await loadPolicy(services, promotion.repo);
  const today = loaded.kind === 'policy' ? findEnvironment(loaded.policy, promotion.environment) : null;
  const environment = today ?? (await loadPlannedPolicy(services, promotion));
  return environment?.deployment.reporters ?? [];
}
