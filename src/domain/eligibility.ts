// Decides whether somebody's review counts for a promotion: what stands against it, if anything.
import { reaches, type Actor, type Person, type Role } from './actor.ts';
import type { ApprovalPolicy } from './policy/policy.ts';
import type { Promotion } from './promotion/promotion.ts';
import type { Review } from './promotion/review.ts';

export type Ineligibility =
  | { readonly code: 'bot' }
  | { readonly code: 'role-too-low'; readonly wanted: Role }
  /** The policy names `users`; `role` is what others need, or null where nobody else may. */
  | { readonly code: 'not-listed'; readonly users: readonly string[]; readonly role: Role | null }
  /** Asked for it, where the policy wants another person's approval. */
  | { readonly code: 'own-request' };

/**
 * Null where the person may give this review under these rules. `approvals` null: the rules can't be read, so only what
 * holds under any of them is known.
 */
export function findIneligibility(args: {
  readonly person: Actor;
  readonly verdict: Review['verdict'];
  readonly promotion: Pick<Promotion, 'requester'>;
  readonly approvals: ApprovalPolicy | null;
}): Ineligibility | null {
  const { person, verdict, promotion, approvals } = args;
  if (person.kind === 'bot') return { code: 'bot' };
  if (approvals === null) return null;
  const isOwn = verdict === 'approve' && !countsFor(promotion, person, approvals);
  return findRoleProblem(approvals, person) ?? (isOwn ? { code: 'own-request' } : null);
}

/** True where the policy lets this person review what somebody else asked for. */
export function mayReview(approvals: ApprovalPolicy, person: Actor): boolean {
  return findRoleProblem(approvals, person) === null;
}

/** False for the requester, where the policy wants another person's approval. */
export function countsFor(
  { requester }: Pick<Promotion, 'requester'>,
  { id }: Pick<Person, 'id'>,
  { selfApproval }: ApprovalPolicy,
): boolean {
  return id !== requester.id || selfApproval;
}

/** True when the policy names somebody who is not this person. */
export function listsAnother({ users }: ApprovalPolicy, person: Person): boolean {
  return users.some((user) => !isSameLogin(user, person.login));
}

/** A listed user needs no more than to read the repository; others need the role, where the policy lets one count. */
function findRoleProblem({ role, users }: ApprovalPolicy, person: Actor): Ineligibility | null {
  if (role !== null && reaches(person.role, role)) return null;
  if (users.some((user) => isSameLogin(user, person.login))) {
    return reaches(person.role, 'read') ? null : { code: 'role-too-low', wanted: 'read' };
  }
  return role === null || users.length > 0
    ? { code: 'not-listed', users, role }
    : { code: 'role-too-low', wanted: role };
}

function isSameLogin(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
