// Compares the current policy with that of a waiting promotion's plan: no promotion continues under other rules.
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
  /** The rules are those of the plan, even if the file is another one. */
  | { readonly kind: 'same'; readonly blob: string; readonly file: PolicyFile | null }
  /** The rules were edited, or those of the plan are no longer readable: the promotion must be examined again. */
  | { readonly kind: 'changed'; readonly refusal: Refusal; readonly change: PolicyChange | null }
  /** The promotion stays as it is, and waits until the file, or the operator, allows it again. */
  | { readonly kind: 'barred'; readonly refusal: Refusal };

/** The result for a waiting promotion: its event, or none. */
export function readingOf(comparison: PolicyComparison): PolicyReading {
  if (comparison.kind === 'same') return { problems: [], blob: comparison.blob };
  const isUnreadable = comparison.kind === 'barred' && comparison.refusal.code === 'policy-unreadable';
  return { problems: isUnreadable ? comparison.refusal.problems : [], blob: null };
}

/** OutsideError if GitHub can't return the file. */
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
  // The image is not one of the rules, but the file may name another one now. A default image follows the repository's name, and
  // a request under the old name continues.
  const isNamed = policy.blob === policyBlob || images.every(({ repository }) => policy.images.includes(repository));
  return isNamed && policyMarks({ policy, environment, kind, sha256: services.sha256 }).rulesHash === rulesHash;
}
