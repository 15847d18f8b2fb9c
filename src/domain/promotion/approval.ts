// Whose review counts for what: the subject that is approved, and whether enough people approved it.
import type { Person } from '../actor.ts';
import { canonicalJson } from '../audit/canonical-json.ts';
import { countsFor } from '../eligibility.ts';
import type { IneligibilityCode } from '../ineligibility.ts';
import type { ApprovalRules } from '../policy/approval-rules.ts';
import type { LostApproval, Promotion } from './promotion.ts';
import type { Review } from './review.ts';
import { ruledKindOf } from './target-origin.ts';
import { tagNameOf } from '../image/tag-plan.ts';

/** Canonical JSON of what a review covers: hash it with SHA-256. */
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

/** The plan that an approval is for, as far as it says so. */
export type SeenPlan =
  | { readonly kind: 'named'; readonly plan: PlanId }
  /** `/approve P12`, or `/approve` in a thread with no other promotion: the first plan that was shown. */
  | { readonly kind: 'first' }
  /** `/approve` in a thread with another promotion too, or a button from before plans had ids. */
  | { readonly kind: 'unclear' };

/** How far the plan of a promotion was shown to people: never, the first one only, or another one after it. */
export function plansShown({ plansShown: shown, plannedAt }: Promotion): NonNullable<Promotion['plansShown']> {
  // A promotion of an older version does not record how often it was planned.
  return shown ?? (plannedAt === undefined ? 'none' : 'later');
}

/** True for a review of exactly this plan. */
export function covers(review: Review, subject: string): boolean {
  return review.subject === subject && review.void !== true;
}

/** The count of one plan's approvals. */
export type Tally = {
  /** How many more people must approve before every rule is satisfied. */
  readonly missing: number;
  /** The approvals that count under at least one of the rules, one for each person. */
  readonly counted: readonly Review[];
  /** The approvals of this plan that count under none of them. */
  readonly lost: readonly LostApproval[];
};

/** `ineligible` says why an approval does not count under a rule, or null; one person counts once. */
export function tallyApprovals(args: {
  readonly reviews: readonly Review[];
  readonly subject: string;
  readonly rules: readonly ApprovalRules[];
  readonly ineligible: (review: Review, rules: ApprovalRules) => IneligibilityCode | null;
}): Tally {
  const { reviews, subject, rules, ineligible } = args;
  const approvals = reviews.filter((review) => review.verdict === 'approve' && covers(review, subject));
  const ofPeople = [...new Map(approvals.map((review) => [review.by.id, review])).values()];
  const judged = ofPeople.map((review) => ({ review, codes: rules.map((one) => ineligible(review, one)) }));
  const missing = rules.map(
    ({ required }, index) => required - judged.filter(({ codes }) => codes[index] === null).length,
  );
  return {
    missing: Math.max(0, ...missing),
    counted: judged.filter(({ codes }) => codes.includes(null)).map(({ review }) => review),
    lost: judged.flatMap(({ review: { by }, codes }) => {
      const code = codes.includes(null) ? null : codes.at(-1);
      return code === null || code === undefined ? [] : [{ by, code }];
    }),
  };
}

/** What people are shown: the result of the last decision, as reviews are counted only then. */
export function shownTally(
  promotion: Pick<Promotion, 'reviews' | 'requester' | 'lostApprovals'>,
  { subject, rules }: { readonly subject: string; readonly rules: readonly ApprovalRules[] },
): Tally {
  const { reviews, lostApprovals = [] } = promotion;
  const ineligible = ({ by }: Review, one: ApprovalRules): IneligibilityCode | null =>
    lostApprovals.find((lost) => lost.by.id === by.id)?.code ?? (countsFor(promotion, by, one) ? null : 'own-request');
  return tallyApprovals({ reviews, subject, rules, ineligible });
}

/** People who approved another subject: their approvals no longer count. */
export function voidedApprovals(reviews: readonly Review[], subject: string): readonly Person[] {
  const approvals = reviews.filter(({ verdict }) => verdict === 'approve');
  const standing = new Set(approvals.filter((review) => covers(review, subject)).map(({ by }) => by.id));
  const people = new Map(approvals.filter(({ by }) => !standing.has(by.id)).map(({ by }) => [by.id, by]));
  return [...people.values()];
}

/** Logins of those whose approvals counted for what reached production, oldest first. */
export function approversOf({ reviews, lostApprovals = [] }: Promotion): readonly string[] {
  const approvals = reviews.filter(({ verdict }) => verdict === 'approve');
  // Each of them is for what was released: a change of the subject voids earlier ones.
  const subject = approvals.at(-1)?.subject ?? '';
  const lost = new Set(lostApprovals.map(({ by }) => by.id));
  const counted = approvals.filter((review) => covers(review, subject) && !lost.has(review.by.id));
  return [...new Set(counted.map(({ by }) => by.login))];
}
