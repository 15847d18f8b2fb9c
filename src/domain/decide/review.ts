// Decides whether a review counts, and what it does to the promotion.
import { findIneligibility } from '../eligibility.ts';
import type { Ineligibility } from '../ineligibility.ts';
import { covers, planIdOf, plansShown, subjectOf, type PlanId } from '../promotion/approval.ts';
import type { AuditEntry } from '../audit/audit.ts';
import type { Decision, DecisionContext, EventOf } from './decision.ts';
import type { Promotion, PromotionState } from '../promotion/promotion.ts';
import type { Refusal } from '../refusal.ts';
import type { Review } from '../promotion/review.ts';
import type { ApprovalRules } from '../policy/approval-rules.ts';
import { checkRunUrl, commentUrl } from '../promotion/github-url.ts';
import { entryOf, showEffects } from './accept.ts';
import { proceed, rulesOf } from './release.ts';

export function decideReviewed(promotion: Promotion, event: EventOf<'reviewed'>, context: DecisionContext): Decision {
  const { environmentPolicy: environment } = context;
  const rules = environment === null ? [] : rulesOf(promotion, environment, context);
  const ineligible = findReviewProblem(promotion, event, { rules, context });
  if (environment === null) {
    const refusal = refuseWithoutPolicy(promotion, event, ineligible);
    return refuseReviewed(promotion, event, { refusal, context });
  }
  const refusal = refuseReview(promotion, event, { ineligible, rules, context });
  if (refusal !== null) return refuseReviewed(promotion, event, { refusal, context });
  const by = { id: event.by.id, login: event.by.login };
  const via = event.via.kind;
  const review: Review = {
    verdict: event.verdict,
    by,
    at: context.now,
    via,
    subject: context.sha256(subjectOf(promotion)),
    ...placeOf(event),
  };
  const reviewed = { ...promotion, reviews: [...promotion.reviews, review], updatedAt: context.now };
  const audit: AuditEntry = {
    ...entryOf(promotion, context, 'reviewed', {
      verdict: event.verdict,
      via,
      ...auditedPlaceOf(promotion, event, context),
      subject: review.subject,
      role: event.by.role,
      reason: event.reason,
    }),
    actor: by,
  };
  if (event.verdict === 'approve') {
    const people = { ...context.people, reviewers: new Map([...context.people.reviewers, [by.id, event.by]]) };
    return proceed(reviewed, { environment, context: { ...context, people }, audit: [audit] });
  }
  return {
    kind: 'accepted',
    promotion: { ...reviewed, state: { kind: 'rejected', by, reason: event.reason } },
    effects: showEffects(promotion.id),
    audit: [audit],
    journal: [],
  };
}

/** Where on GitHub it was given, and through which App. */
function placeOf({ via }: EventOf<'reviewed'>): Pick<Review, 'app' | 'commentId' | 'checkRunId'> {
  if (via.kind === 'check-run') return { checkRunId: via.id };
  return { commentId: via.id, ...(via.app === null ? {} : { app: via.app }) };
}

/** The same for the audit trail, with its address. */
function auditedPlaceOf(
  { repo }: Promotion,
  event: EventOf<'reviewed'>,
  { githubHost }: DecisionContext,
): AuditEntry['details'] {
  const { via } = event;
  const url =
    via.kind === 'check-run'
      ? checkRunUrl(githubHost, { repo: repo.name, id: via.id })
      : commentUrl(githubHost, { repo: repo.name, issue: via.issue, id: via.id });
  return { ...placeOf(event), url };
}

/** Each rule is evaluated on its own. One that a review counts under is enough; if under none, the current rule's reason is the answer. */
function findReviewProblem(
  promotion: Promotion,
  { by: person, verdict, via }: EventOf<'reviewed'>,
  { rules, context }: { readonly rules: readonly ApprovalRules[]; readonly context: DecisionContext },
): FoundProblem | null {
  const app = via.kind === 'comment' ? via.app : null;
  const { pins } = context.people;
  const under = (approvals: ApprovalRules | null): FoundProblem | null => {
    const problem = findIneligibility({ person, verdict, app, promotion, approvals, pins });
    return problem === null ? null : { ...problem, floor: approvals?.floor ?? null };
  };
  const found = rules.length === 0 ? [under(null)] : rules.map(under);
  return found.includes(null) ? null : (found.at(-1) ?? null);
}

type FoundProblem = Ineligibility & Pick<ApprovalRules, 'floor'>;

/** A review that does not count, with what the trail keeps of it. */
export function refuseReviewed(
  promotion: Promotion,
  event: EventOf<'reviewed'>,
  { refusal, context }: { readonly refusal: Refusal; readonly context: DecisionContext },
): Extract<Decision, { kind: 'refused' }> {
  const { verdict, via, by } = event;
  const place = auditedPlaceOf(promotion, event, context);
  const details = { verdict, via: via.kind, ...place, code: refusal.code };
  const entry = entryOf(promotion, context, 'review-refused', details);
  return { kind: 'refused', refusal, audit: [{ ...entry, actor: { id: by.id, login: by.login } }] };
}

function refuseReview(
  promotion: Promotion,
  event: EventOf<'reviewed'>,
  {
    ineligible,
    rules,
    context,
  }: {
    readonly ineligible: FoundProblem | null;
    readonly rules: readonly ApprovalRules[];
    readonly context: DecisionContext;
  },
): Refusal | null {
  const { by, via } = event;
  const { number, state } = promotion;
  const refusal = ineligible === null ? null : refusalOf(ineligible, promotion, event);
  // A person who can't review here gets only that answer. A person who can't approve this one first gets the reason why nobody can.
  if (refusal !== null && !ABOUT_THIS_ONE.includes(refusal.code)) return refusal;
  if (!takesReview(state, event.verdict)) {
    return { code: 'not-awaiting-approval', promotion: number, state: state.kind };
  }
  if (via.kind === 'check-run' && !via.current) return { code: 'outdated-check-run', promotion: number };
  if (event.verdict === 'reject' || refusal !== null) return refusal;
  const subject = context.sha256(subjectOf(promotion));
  const unseen = refuseUnseenPlan(promotion, event, { plan: planIdOf(subject), now: context.now });
  if (unseen !== null) return unseen;
  const before = promotion.reviews.findLast(
    (review) => review.verdict === 'approve' && review.by.id === by.id && covers(review, subject),
  );
  if (before === undefined || isWorthMore(promotion, event, { before, rules, context })) return null;
  return { code: 'already-approved', promotion: number };
}

/** An approval replaces the earlier one of the same person if that one no longer counts, or counts under fewer rules. */
function isWorthMore(
  { lostApprovals = [], ...promotion }: Promotion,
  { by: person, via }: EventOf<'reviewed'>,
  args: { readonly before: Review; readonly rules: readonly ApprovalRules[]; readonly context: DecisionContext },
): boolean {
  const { before, rules, context } = args;
  if (lostApprovals.some((lost) => lost.by.id === person.id)) return true;
  const { pins } = context.people;
  const counts = (app: Review['app'] | null, approvals: ApprovalRules): boolean =>
    findIneligibility({ person, verdict: 'approve', app: app ?? null, promotion, approvals, pins }) === null;
  const app = via.kind === 'comment' ? via.app : null;
  return rules.some((one) => counts(app, one) && !counts(before.app, one));
}

/** A rejection counts once people were asked, as long as nothing is written. */
function takesReview(state: PromotionState, verdict: Review['verdict']): boolean {
  if (state.kind === 'awaiting-approval') return true;
  return verdict === 'reject' && (state.kind === 'scheduled' || (state.kind === 'examining' && state.again));
}

/** A plan that was not shown can't be approved. `plan` is the current one. */
function refuseUnseenPlan(
  promotion: Promotion,
  event: EventOf<'reviewed'>,
  { plan, now }: { readonly plan: PlanId; readonly now: number },
): Refusal | null {
  const { number } = promotion;
  const { seen } = event;
  if (isOfOlderPlan(event, promotion, now)) return { code: 'plan-changed', promotion: number, plan };
  switch (seen.kind) {
    case 'named':
      return seen.plan === plan ? null : { code: 'plan-changed', promotion: number, plan };
    case 'first':
      return plansShown(promotion) === 'first' ? null : { code: 'plan-changed', promotion: number, plan };
    case 'unclear':
      return { code: 'plan-unclear', promotion: number, plan };
  }
}

const ABOUT_THIS_ONE: readonly Refusal['code'][] = ['own-request', 'contributor', 'registry-user'];

function refusalOf(ineligible: FoundProblem, { number }: Promotion, event: EventOf<'reviewed'>): Refusal {
  const { verdict: verb, by } = event;
  switch (ineligible.code) {
    case 'bot':
      return { code: 'bot-not-permitted', verb };
    case 'role-too-low':
      return { code: 'not-permitted', verb, role: by.role, wanted: ineligible.wanted };
    case 'not-listed':
      return { code: 'not-a-reviewer', verb, users: ineligible.users, role: ineligible.role };
    case 'outsider':
      return { code: 'outside-reviewer', verb };
    case 'another-account':
      return { code: 'another-account', login: ineligible.login, id: by.id };
    case 'acted-through-app':
      return { code: 'acted-through-app', verb, app: ineligible.app };
    case 'registry-user':
      return { code: 'registry-user', promotion: number };
    case 'contributor':
      return { code: 'contributor', promotion: number, commits: ineligible.commits, of: ineligible.of };
    case 'own-request': {
      const isFloor = ineligible.floor?.forbidsSelfApproval === true ? { isFloor: true as const } : {};
      return { code: 'own-request', promotion: number, ...isFloor };
    }
  }
}

/** It is unknown who may review. A promotion that waits for approval is about to be re-planned under the current policy. */
function refuseWithoutPolicy(
  promotion: Promotion,
  event: EventOf<'reviewed'>,
  ineligible: FoundProblem | null,
): Refusal {
  const { number, state } = promotion;
  if (ineligible !== null) return refusalOf(ineligible, promotion, event);
  if (state.kind === 'awaiting-approval') return { code: 'policy-changed', promotion: number };
  return { code: 'not-awaiting-approval', promotion: number, state: state.kind };
}

/** A plan from the future was made before the clock was set back: then its time proves nothing. */
function isOfOlderPlan({ sentAt }: EventOf<'reviewed'>, { plannedAt }: Promotion, now: number): boolean {
  if (sentAt === undefined || plannedAt === undefined || plannedAt > now) return false;
  return sentAt < plannedAt - (plannedAt % 1000);
}
