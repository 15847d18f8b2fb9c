// Compares the policy of today with the one that a waiting promotion was planned under: nothing goes on under other rules.
import type { PolicyReading } from '../../domain/decide.ts';
import { policyMarks } from '../../domain/policy/effective-rules.ts';
import { findEnvironment, type Policy } from '../../domain/policy/policy.ts';
import type { Promotion } from '../../domain/promotion/promotion.ts';
import { ruledKindOf } from '../../domain/promotion/target-origin.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { PolicyChange } from '../../domain/policy/policy-change.ts';
import { findLatestPolicyChange } from '../../store/policy-changes.ts';
import type { PolicyFile } from '../../store/policies.ts';
import { authorize } from '../people/authorize.ts';
import { loadPlannedPolicy, loadPolicy } from '../core/load.ts';
import type { Services } from '../core/services.ts';

/** `refusal` answers a review meanwhile. */
export type PolicyComparison =
  /** The rules are those of the plan; the file may be another one. */
  | { readonly kind: 'same'; readonly blob: string; readonly file: PolicyFile | null }
  /** The rules were edited, or those of the plan can't be read any more: the promotion has to be examined again. */
  | { readonly kind: 'changed'; readonly refusal: Refusal; readonly change: PolicyChange | null }
  /** The promotion stays as it is, and waits until the file, or the operator, allows it again. */
  | { readonly kind: 'barred'; readonly refusal: Refusal };

/** What a promotion that waits is told of its policy file. */
export function readingOf(comparison: PolicyComparison): PolicyReading {
  if (comparison.kind === 'same') return { problems: [], blob: comparison.blob };
  const isUnreadable = comparison.kind === 'barred' && comparison.refusal.code === 'policy-unreadable';
  return { problems: isUnreadable ? comparison.refusal.problems : [], blob: null };
}

/** OutsideError when GitHub can't say what the file holds. */
export async function comparePolicy(services: Services, promotion: Promotion): Promise<PolicyComparison> {
  const { repo, environment, number } = promotion;
  const loaded = await loadPolicy(services, repo);
  if (loaded.kind === 'unreadable') {
    return { kind: 'barred', refusal: { code: 'policy-unreadable', problems: loaded.problems } };
  }
  const { policy, file } = loaded;
  const unauthorized = await authorize(services, { repo, images: policy.images });
  if (await hasSameRules(services, promotion, policy)) {
    return unauthorized === null
      ? { kind: 'same', blob: policy.blob, file }
      : { kind: 'barred', refusal: unauthorized };
  }
  const change = await findLatestPolicyChange(services.store.db, repo.id, policy.blob);
  if (unauthorized !== null) return { kind: 'changed', refusal: unauthorized, change };
  if (findEnvironment(policy, environment) === null) {
    const environments = policy.environments.map(({ name }) => name);
    return { kind: 'changed', refusal: { code: 'environment-unknown', typed: environment, environments }, change };
  }
  return { kind: 'changed', refusal: { code: 'policy-changed', promotion: number }, change };
}

async function hasSameRules(services: Services, promotion: Promotion, policy: Policy): Promise<boolean> {
  const { images, policyBlob, rulesHash } = promotion;
  const kind = ruledKindOf(promotion);
  const environment = findEnvironment(policy, promotion.environment);
  if (environment === null || (await loadPlannedPolicy(services, promotion)) === null) return false;
  // The image is no rule, but the file may name another one now. A default image follows the name of the repository, and
  // what was asked for under the old name goes on.
  const isNamed = policy.blob === policyBlob || images.every(({ repository }) => policy.images.includes(repository));
  return isNamed && policyMarks({ policy, environment, kind, sha256: services.sha256 }).rulesHash === rulesHash;
}
