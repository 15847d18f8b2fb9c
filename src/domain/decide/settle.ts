// Where an examined promotion comes to rest: its plan, its findings and its reviews decide.
import { canonicalJson } from '../audit/canonical-json.ts';
import { findIneligibility } from '../eligibility.ts';
import type { IneligibilityCode } from '../ineligibility.ts';
import { approvalRulesOf, type ApprovalRules } from '../policy/approval-rules.ts';
import type { Review } from '../promotion/review.ts';
import {
  covers,
  planIdOf,
  plansShown,
  subjectOf,
  tallyApprovals,
  voidedApprovals,
  type Tally,
} from '../promotion/approval.ts';
import type { AuditEntry } from '../audit/audit.ts';
import type { Effect } from '../effect.ts';
import type { Accepted, DecisionContext, JournalEntry, People } from './decision.ts';
import type { Notice, Promotion, PromotionState, StateKind } from '../promotion/promotion.ts';
import type { EnvironmentPolicy } from '../policy/policy.ts';
import { isAcceptable, type Finding } from '../finding.ts';
import { isHeldTarget } from '../promotion/target-origin.ts';
import { planTags, rollbackTagName, type TagMove, type TagState } from '../image/tag-plan.ts';
import { isOfPlan, validatePlan } from '../validation.ts';
import { entryOf, showEffects } from './accept.ts';

export type Settlement = {
  readonly state: StateKind;
  readonly findings: readonly Finding[];
  /** Logins of those whose approval counted until now and counts no more. */
  readonly voided: readonly string[];
};

/** Plans the moves of an examined promotion and lets it come to rest where findings, plan and reviews put it. */
export function settle(
  promotion: Promotion,
  args: {
    /** The promotion's subject before the event; its own where the event left the subject's parts alone. */
    readonly subjectBefore?: string;
    /** What holds for the plan. */
    readonly environment: EnvironmentPolicy;
    readonly production: readonly TagState[];
    readonly context: DecisionContext;
    /** What is told to people whose reviews this makes void. */
    readonly because: Notice;
    readonly entry: (settlement: Settlement) => AuditEntry;
  },
): Accepted {
  const { context, environment, production, entry } = args;
  const subjectBefore = args.subjectBefore ?? context.sha256(subjectOf(promotion));
  const { planned, alreadyThere } = planInto(promotion, { environment, production });
  const { findings, reviews } = planned;
  const changed = context.sha256(subjectOf(planned)) !== subjectBefore;
  const voided = changed
    ? reviews.filter((review) => review.verdict === 'approve' && covers(review, subjectBefore))
    : [];
  const shown = plansShown(promotion);
  // Whoever was asked has seen another plan than this one.
  const seen = changed && shown !== 'none' ? 'later' : shown;
  const told = changed ? { ...planned, notice: args.because, plannedAt: context.now } : planned;
  const entryFor = (state: StateKind): AuditEntry =>
    entry({ state, findings, voided: voided.map(({ by }) => by.login) });
  const rest = (state: PromotionState): Accepted => ({
    kind: 'accepted',
    promotion: withLiveNotice({ ...told, plansShown: seen, state }, context),
    effects: showEffects(promotion.id),
    audit: [entryFor(state.kind)],
    journal: [],
  });
  if (!isAcceptable(findings)) return rest({ kind: 'checks-failed' });
  if (alreadyThere) return rest({ kind: 'superseded', by: { kind: 'production' } });
  const asked = {
    ...told,
    plansShown: seen === 'none' ? 'first' : seen,
    state: { kind: 'awaiting-approval' },
  } as const;
  const next = proceed(asked, { environment, context, audit: [entryFor('awaiting-approval')] });
  const isAsked = next.promotion.state.kind === 'awaiting-approval';
  return isAsked ? { ...next, effects: [...next.effects, ...tellVoided(next.promotion, voided, context)] } : next;
}

/** A fresh line that mentions them, since an edited card tells nobody; once for each plan. */
function tellVoided(
  promotion: Promotion,
  voided: readonly Review[],
  { sha256 }: Pick<DecisionContext, 'sha256'>,
): readonly Effect[] {
  const { id, repo, number, thread, requester } = promotion;
  if (voided.length === 0 || thread === null) return [];
  const plan = planIdOf(sha256(subjectOf(promotion)));
  const people = [...new Set([...voided.map(({ by }) => by.login), requester.login])];
  const reply = { kind: 'approvals-void', promotion: number, plan, people } as const;
  const idempotencyKey = `approvals-void/${id}/${plan}`;
  return [{ kind: 'reply', repoId: repo.id, issue: thread.issue, reply, idempotencyKey }];
}

/** From `awaiting-approval`: stays there, waits for the environment, or starts applying, as the reviews have it. */
export function proceed(
  asked: Promotion,
  args: {
    readonly environment: EnvironmentPolicy;
    readonly context: DecisionContext;
    readonly audit: readonly AuditEntry[];
  },
): Accepted {
  const { environment, context, audit } = args;
  const promotion = { ...withLiveNotice(asked, context), updatedAt: context.now };
  if (isHeldTarget(promotion) && !context.isTargetHeld) return examineTarget(promotion, { context, audit });
  const subject = context.sha256(subjectOf(promotion));
  const rules = rulesOf(promotion, environment, context);
  const tally = tallyApprovals({
    reviews: promotion.reviews,
    subject,
    rules,
    ineligible: (review, one) => ineligibilityAtRelease(promotion, review, { rules: one, people: context.people }),
  });
  const show = showEffects(promotion.id);
  if (tally.missing > 0) {
    const waiting = withLost(promotion, tally);
    return {
      kind: 'accepted',
      promotion: waiting,
      effects: show,
      audit: [...audit, ...lostEntries(promotion, waiting, context)],
      journal: [],
    };
  }
  if (context.environmentBusy) {
    return {
      kind: 'accepted',
      promotion: { ...promotion, state: { kind: 'scheduled', cause: 'queue' } },
      effects: show,
      audit: [...audit, entryOf(promotion, context, 'scheduled', { cause: 'queue' })],
      journal: [],
    };
  }
  const journal = journalOf(promotion.moves, context.now);
  const tags = journal.map(({ repository, tag, baseline, target }) => ({
    repository,
    tag,
    from: baseline,
    to: target,
  }));
  return {
    kind: 'accepted',
    promotion: {
      ...withLost(promotion, tally),
      notice: null,
      state: { kind: 'applying', since: context.now, undoing: null },
    },
    effects: [{ kind: 'apply-tag-plan', promotionId: promotion.id }, ...show],
    audit: [...audit, entryOf(promotion, context, 'applying', { subject, tags, ...releasedBy(tally, rules) })],
    journal,
  };
}

/** A rollback left the target meanwhile, or its deployment failed: it is examined again, and needs other approvals. */
function examineTarget(
  promotion: Promotion,
  { context, audit }: { readonly context: DecisionContext; readonly audit: readonly AuditEntry[] },
): Accepted {
  return {
    kind: 'accepted',
    promotion: { ...promotion, state: { kind: 'examining', again: true } },
    effects: [{ kind: 'collect-facts', promotionId: promotion.id }, ...showEffects(promotion.id)],
    audit: [...audit, entryOf(promotion, context, 'target-changed', {})],
    journal: [],
  };
}

/** What the approvals of a promotion have to satisfy. */
export function rulesOf(
  promotion: Promotion,
  today: EnvironmentPolicy,
  { requestPolicy: request, floors }: Pick<DecisionContext, 'requestPolicy' | 'floors'>,
): readonly ApprovalRules[] {
  return approvalRulesOf(promotion, { today, request, floors });
}

/** Whoever gave a review may have lost their rights since: nobody counts of whom nothing is known now. */
function ineligibilityAtRelease(
  promotion: Promotion,
  { by, app }: Review,
  { rules: approvals, people }: { readonly rules: ApprovalRules; readonly people: People },
): IneligibilityCode | null {
  const person = people.reviewers.get(by.id);
  if (person === undefined) return 'not-listed';
  const { pins } = people;
  return findIneligibility({ person, verdict: 'approve', app: app ?? null, promotion, approvals, pins })?.code ?? null;
}

function withLost(promotion: Promotion, { lost }: Tally): Promotion {
  const { lostApprovals: _before, ...rest } = promotion;
  return lost.length === 0 ? rest : { ...rest, lostApprovals: lost };
}

/** News only: the trail keeps whose approval stopped to count, and why. */
function lostEntries(
  before: Promotion,
  { lostApprovals: now = [] }: Promotion,
  context: DecisionContext,
): readonly AuditEntry[] {
  if (canonicalJson(now) === canonicalJson(before.lostApprovals ?? [])) return [];
  return [
    entryOf(before, context, 'approvals-lost', {
      approvals: now.map(({ by, code }) => ({ by: by.login, id: by.id, code })),
    }),
  ];
}

/** The reviews that were counted, and what they had to satisfy: `audit verify` counts them again. */
function releasedBy({ counted }: Tally, rules: readonly ApprovalRules[]): AuditEntry['details'] {
  return {
    approvedBy: counted.map(({ by, at }) => ({ id: by.id, login: by.login, at })),
    required: rules.map(({ of, required, selfApproval, floor }) => ({
      of,
      approvals: required,
      selfApproval,
      floor: floor === null ? null : { required: floor.required, forbidsSelfApproval: floor.forbidsSelfApproval },
    })),
  };
}

/** The promotion with its baseline, its moves and the findings on its plan made anew from what production holds. */
function planInto(
  promotion: Promotion,
  { environment, production }: { readonly environment: EnvironmentPolicy; readonly production: readonly TagState[] },
): { readonly planned: Promotion; readonly alreadyThere: boolean } {
  const { kind, reason, force, versionTag } = promotion;
  const plans = promotion.images.map((image) => {
    const plan = planTags({ image, environment, kind, force, versionTag, reason, production });
    return { plan, findings: validatePlan(plan, { image: image.repository, versionTag }, kind) };
  });
  // An image whose tags can't be planned holds up all of them.
  const moves = plans.flatMap(({ plan }) => (plan.kind === 'moves' ? plan.moves : []));
  const isPlannable = plans.every(({ plan }) => plan.kind === 'moves' || plan.kind === 'already-there');
  // In the policy's order, not in the order of reading: the baseline is a part of what is approved.
  const baseline = environment.tags.flatMap((floating) =>
    production
      .filter(({ tag }) => tag === floating)
      .map(({ repository, tag, digest }) => ({ repository, tag, digest })),
  );
  const others = promotion.findings.filter((finding) => !isOfPlan(finding));
  return {
    planned: {
      ...promotion,
      baseline,
      moves: isPlannable ? ORDER.flatMap((order) => moves.filter((move) => move.kind === order)) : [],
      findings: [...others, ...plans.flatMap(({ findings }) => findings)],
    },
    alreadyThere: plans.length > 0 && plans.every(({ plan }) => plan.kind === 'already-there'),
  };
}

/** Floating tags last, whichever image they are of. */
const ORDER = ['rollback', 'permanent', 'floating'] as const satisfies readonly TagMove['kind'][];

/**
 * A notice lives as long as somebody's approval is void: once they approved again, there is nothing to explain. That the
 * environment policy is another one now is told to the end: whoever was refused for it has given no approval that could be void.
 */
function withLiveNotice(promotion: Promotion, { sha256 }: DecisionContext): Promotion {
  const told = promotion.notice?.kind;
  if (told === 'policy-changed' || told === 'target-changed') return promotion;
  const voided = voidedApprovals(promotion.reviews, sha256(subjectOf(promotion)));
  return voided.length > 0 ? promotion : { ...promotion, notice: null };
}

function journalOf(moves: readonly TagMove[], now: number): readonly JournalEntry[] {
  return moves.map((move) => {
    const { repository, kind, digest } = move;
    if (move.kind !== 'rollback') return { repository, kind, tag: move.tag, baseline: move.baseline, target: digest };
    const tag = rollbackTagName({ slug: move.slug, at: now, attempt: 1 });
    if (tag === null) throw new Error(`no legal rollback tag for slug ${move.slug}`);
    return { repository, kind, tag, baseline: null, target: digest };
  });
}
