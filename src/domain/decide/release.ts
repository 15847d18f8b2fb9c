// Decides whether a promotion's approvals release it: which ones count now, and which tags are then written.
import { canonicalJson } from '../audit/canonical-json.ts';
import { findIneligibility } from '../eligibility.ts';
import type { IneligibilityCode } from '../ineligibility.ts';
import { approvalRulesOf, type ApprovalRules } from '../policy/approval-rules.ts';
import type { Review } from '../promotion/review.ts';
import { subjectOf, tallyApprovals, voidedApprovals, type Tally } from '../promotion/approval.ts';
import type { AuditEntry } from '../audit/audit.ts';
import type { Accepted, DecisionContext, JournalEntry, People } from './decision.ts';
import type { Promotion } from '../promotion/promotion.ts';
import type { EnvironmentPolicy } from '../policy/policy.ts';
import { isHeldTarget } from '../promotion/target-origin.ts';
import { rollbackTagName, type TagMove } from '../image/tag-plan.ts';
import { entryOf, showEffects } from './accept.ts';

/** From `awaiting-approval`: stays there, waits for the environment, or starts applying, as the reviews decide. */
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

/** Reviewers may have lost their rights since: a person whose rights are unknown does not count. */
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

/** For the trail only: whose approval no longer counts, and why. */
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

/**
 * A notice lives as long as somebody's approval is void: once they approved again, there is nothing to explain. That the
 * environment policy changed is shown to the end: a person who was refused for it has no approval that could be void.
 */
export function withLiveNotice(promotion: Promotion, { sha256 }: DecisionContext): Promotion {
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
    if (tag === null) throw new Error(`no valid rollback tag for slug ${move.slug}`);
    return { repository, kind, tag, baseline: null, target: digest };
  });
}
