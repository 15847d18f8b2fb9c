// Compares the policy of today with the one that a waiting promotion was planned under: nothing goes on under another.
import { findEnvironment } from '../../domain/policy/policy.ts';
import type { Promotion } from '../../domain/promotion/promotion.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { refuseImages } from '../people/allowed-images.ts';
import { loadPolicy } from '../core/load.ts';
import type { Services } from '../core/services.ts';

/** `refusal` is what somebody hears who reviews meanwhile. */
export type PolicyComparison =
  | { readonly kind: 'same' }
  /** The file was edited, or is new, or is gone: the promotion has to be examined again. */
  | { readonly kind: 'changed'; readonly refusal: Refusal }
  /** The promotion stays as it is, and waits until the file, or the operator, allows it again. */
  | { readonly kind: 'barred'; readonly refusal: Refusal };

/** Why the file can't be read; nothing where it can. */
export function problemsOf(comparison: PolicyComparison): readonly string[] {
  if (comparison.kind !== 'barred' || comparison.refusal.code !== 'policy-unreadable') return [];
  return comparison.refusal.problems;
}

/** OutsideError when GitHub can't say what the file holds. */
export async function comparePolicy(services: Services, promotion: Promotion): Promise<PolicyComparison> {
  const { repo, environment, number, policyBlob } = promotion;
  const loaded = await loadPolicy(services, repo);
  if (loaded.kind === 'unreadable') {
    return { kind: 'barred', refusal: { code: 'policy-unreadable', problems: loaded.problems } };
  }
  const { policy } = loaded;
  const foreign = refuseImages(services, repo, policy);
  if (policy.blob === policyBlob) return foreign === null ? { kind: 'same' } : { kind: 'barred', refusal: foreign };
  if (foreign !== null) return { kind: 'changed', refusal: foreign };
  if (findEnvironment(policy, environment) === null) {
    const environments = policy.environments.map(({ name }) => name);
    return { kind: 'changed', refusal: { code: 'environment-unknown', typed: environment, environments } };
  }
  return { kind: 'changed', refusal: { code: 'policy-changed', promotion: number } };
}
