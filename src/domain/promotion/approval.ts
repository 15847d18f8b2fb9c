// Whose review counts for what: the subject that is approved, and whether enough people approved it.
import type { Person } from '../actor.ts';
import { canonicalJson } from '../audit/canonical-json.ts';
import { countsFor } from '../eligibility.ts';
import type { ApprovalPolicy } from '../policy/policy.ts';
import type { Promotion } from './promotion.ts';
import type { Review } from './review.ts';
import { ruledKindOf } from './target-origin.ts';
import { tagNameOf } from '../image/tag-plan.ts';

/** Canonical JSON of what a review covers (DESIGN §3): hash it with SHA-256. */
export function subjectOf(promotion: Promotion): string {
  return canonicalJson({
    repository: promotion.repo.id,
    environment: promotion.environment,
    kind: ruledKindOf(promotion),
    images: promotion.images.map(({ repository, digest }) => [repository, digest]),
    baseline: promotion.baseline.map(({ repository, tag, digest }) => [repository, tag, digest]),
    outcomes: promotion.findings
      .map(({ image, rule, platform, outcome, overridden = false }) => [
        image,
        rule,
        platform ?? '',
        outcome,
        overridden,
      ])
      .toSorted((a, b) => (a.join(' ') < b.join(' ') ? -1 : 1)),
    tags: promotion.moves.map((move) => [move.repository, tagNameOf(move), move.digest]),
    rules: promotion.rulesHash,
  });
}

/** The beginning of a subject's hash, by which people and buttons name a plan: 12 lower-case hex digits. */
export type PlanId = string;

/** 8 digits could be searched for by rebuilding an image; `approve:` and 12 are all that a button's identifier takes. */
export const PLAN_ID = /^[0-9a-f]{12}$/;

/** `subject` is the SHA-256 of `subjectOf`, in lower-case hex. */
export function planIdOf(subject: string): PlanId {
  return subject.slice(0, 12);
}

/** Which plan somebody who approves has seen, as far as they say. */
export type SeenPlan =
  | { readonly kind: 'named'; readonly plan: PlanId }
  /** `/approve P12`, or `/approve` in a thread that asked about nothing else: the first plan that was shown. */
  | { readonly kind: 'first' }
  /** `/approve` in a thread that asked about another promotion too, or a button from before plans had ids. */
  | { readonly kind: 'unclear' };

/** How far the plan of a promotion was shown to people: never, the first one only, or another one after it. */
export function plansShown({ plansShown: shown, plannedAt }: Promotion): NonNullable<Promotion['plansShown']> {
  // A promotion of an older version does not tell how often it was planned.
  return shown ?? (plannedAt === undefined ? 'none' : 'later');
}

/** True for a review of just this. */
export function covers(review: Review, subject: string): boolean {
  return review.subject === subject && review.void !== true;
}

/** How many more people must approve this subject; one person counts once, the requester only where the policy says so. */
export function approvalsMissing(args: {
  readonly approvals: ApprovalPolicy;
  readonly requester: Person;
  readonly reviews: readonly Review[];
  readonly subject: string;
}): number {
  const counted = args.reviews.filter(
    (review) =>
      review.verdict === 'approve' && covers(review, args.subject) && countsFor(args, review.by, args.approvals),
  );
  const people = new Set(counted.map(({ by }) => by.id));
  return Math.max(0, args.approvals.required - people.size);
}

/** Who approved something, but not this subject: their approvals count no more. */
export function voidedApprovals(reviews: readonly Review[], subject: string): readonly Person[] {
  const approvals = reviews.filter(({ verdict }) => verdict === 'approve');
  const standing = new Set(approvals.filter((review) => covers(review, subject)).map(({ by }) => by.id));
  const people = new Map(approvals.filter(({ by }) => !standing.has(by.id)).map(({ by }) => [by.id, by]));
  return [...people.values()];
}
