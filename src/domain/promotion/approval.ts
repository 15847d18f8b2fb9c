// Whose review counts for what: the subject that is approved, and whether enough people approved it.
import type { Person } from '../actor.ts';
import { canonicalJson } from '../audit/canonical-json.ts';
import { countsFor } from '../eligibility.ts';
import type { ApprovalPolicy } from '../policy/policy.ts';
import type { Promotion } from './promotion.ts';
import type { Review } from './review.ts';
import { tagNameOf } from '../image/tag-plan.ts';

/** Canonical JSON of what a review covers (DESIGN §3): hash it with SHA-256. */
export function subjectOf(promotion: Promotion): string {
  return canonicalJson({
    repository: promotion.repo.id,
    environment: promotion.environment,
    kind: promotion.kind,
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
