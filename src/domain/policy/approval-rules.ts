// The rules for the approvals of one promotion: the policy at its request and the current one, each with the operator's floor.
import { canonicalJson } from '../audit/canonical-json.ts';
import { bringsNewImage, isHeldTarget } from '../promotion/target-origin.ts';
import type { Promotion } from '../promotion/promotion.ts';
import { floorOf, type Floor, type Floors, type EnvironmentTag } from './floors.ts';
import type { ApprovalPolicy, EnvironmentPolicy } from './policy.ts';

/** One policy's approvals, raised to the floor. */
export type ApprovalRules = ApprovalPolicy & {
  readonly of: 'request' | 'today' | 'both';
  /** What the floor raised; null if the policy requires as much by itself. */
  readonly floor: Floor | null;
};

/** The operator's floors, and what they follow: the tags that environments moved, and the names of the repository. */
export type FloorFacts = {
  readonly floors: Floors;
  readonly moved: readonly EnvironmentTag[];
  /** In lower case. */
  readonly names: readonly string[];
};

/**
 * Each is evaluated on its own, and one review counts for both: a promotion never needs fewer approvals than at its
 * request, and never fewer than the current policy requires. `request` null: it is the same, or no longer readable.
 */
export function approvalRulesOf(
  promotion: Pick<Promotion, 'repo' | 'kind' | 'source'>,
  args: {
    readonly today: EnvironmentPolicy;
    readonly request: EnvironmentPolicy | null;
    readonly floors: FloorFacts;
  },
): readonly ApprovalRules[] {
  const { today, request, floors } = args;
  const raise = (environment: EnvironmentPolicy, of: ApprovalRules['of']): ApprovalRules => {
    const floor = needsEnvironmentApprovals(promotion)
      ? floorOf({ ...floors, repo: promotion.repo, environment })
      : null;
    return { ...raised(environment.approvals, floor), of };
  };
  if (request === null || canonicalJson(request.approvals) === canonicalJson(today.approvals)) {
    return [raise(today, 'both')];
  }
  // The current tags and deployment decide the floor of both: only they are about to move.
  const { name, tags, deployment } = today;
  return [raise({ ...request, name, tags, deployment }, 'request'), raise(today, 'today')];
}

/** True if the requester can't release anything alone. */
export function needsAnotherPerson(rules: readonly ApprovalRules[]): boolean {
  return rules.some(({ required, selfApproval }) => required > (selfApproval ? 1 : 0));
}

/** Whether the authors of the commits matter: only for an image that the environment never held. */
export function asksForContributors(
  promotion: Pick<Promotion, 'kind' | 'source'>,
  rules: readonly ApprovalRules[],
): boolean {
  return (
    bringsNewImage(promotion) && rules.some(({ required, contributors }) => required > 0 && contributors !== 'allow')
  );
}

export function refusesContributors(
  promotion: Pick<Promotion, 'kind' | 'source'>,
  rules: readonly ApprovalRules[],
): boolean {
  return (
    bringsNewImage(promotion) && rules.some(({ required, contributors }) => required > 0 && contributors === 'refuse')
  );
}

/** Versions move nothing, and what production held was approved before. */
export function needsEnvironmentApprovals(promotion: Pick<Promotion, 'kind' | 'source'>): boolean {
  return promotion.kind === 'promotion' || (promotion.kind === 'rollback' && !isHeldTarget(promotion));
}

function raised(approvals: ApprovalPolicy, floor: Floor | null): Omit<ApprovalRules, 'of'> {
  if (floor === null) return { ...approvals, floor };
  const required = Math.max(approvals.required, floor.required);
  const selfApproval = approvals.selfApproval && !floor.forbidsSelfApproval;
  const isRaised = required !== approvals.required || selfApproval !== approvals.selfApproval;
  return { ...approvals, required, selfApproval, floor: isRaised ? floor : null };
}
