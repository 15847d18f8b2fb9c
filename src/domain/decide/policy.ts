// Decides what a change of the policy file means for a waiting promotion: edited, unreadable, or the same rules in another file.
import type { AuditEntry } from '../audit/audit.ts';
import { canonicalJson } from '../audit/canonical-json.ts';
import { policySeen, type Promotion } from '../promotion/promotion.ts';
import type { PolicyChange } from '../policy/policy-change.ts';
import { entryOf, showEffects } from './accept.ts';
import type { Accepted, Decision, DecisionContext, EventOf, PolicyReading } from './decision.ts';

/** A waiting promotion is examined again under the current policy. One that is writing continues as it was approved. */
export function decidePolicyChanged(
  promotion: Promotion,
  { change }: EventOf<'policy-changed'>,
  context: DecisionContext,
): Decision {
  const { state } = promotion;
  if (state.kind !== 'awaiting-approval' && state.kind !== 'scheduled') return { kind: 'ignored' };
  return examineUnderTodaysPolicy(promotion, context, change);
}

/** If the rules of the plan are no longer readable, it is unknown what was approved: no review counts. */
export function examineUnderTodaysPolicy(
  before: Promotion,
  context: DecisionContext,
  change: PolicyChange | null = null,
): Accepted {
  const { id, policyBlob } = before;
  const voids = context.environmentPolicy === null;
  const promotion = voids ? withoutReviews(before, context.now) : before;
  const voided = before.reviews.filter(({ verdict }) => voids && verdict === 'approve');
  return {
    kind: 'accepted',
    promotion: { ...promotion, state: { kind: 'examining', again: true }, updatedAt: context.now },
    effects: [{ kind: 'collect-facts', promotionId: id }, ...showEffects(id)],
    audit: [
      entryOf(promotion, context, 'policy-changed', {
        before: policyBlob,
        ...(change === null
          ? {}
          : { changedBy: { ...change.by, source: change.source, at: change.at, after: change.blob } }),
        readable: !voids,
        voided: voided.map(({ by }) => by.login),
      }),
    ],
    journal: [],
  };
}

function withoutReviews(promotion: Promotion, now: number): Promotion {
  const reviews = promotion.reviews.map((review) => ({ ...review, void: true }) as const);
  return { ...promotion, reviews, notice: { kind: 'policy-changed' }, plannedAt: now };
}

/** Shown on the card and the check run. Reviews are refused meanwhile. */
export function decidePolicySeen(promotion: Promotion, reading: PolicyReading, context: DecisionContext): Decision {
  const { id, state, policyBlob, policyProblems: known = [] } = promotion;
  if (state.kind !== 'awaiting-approval' && state.kind !== 'scheduled') return { kind: 'ignored' };
  const seen = policySeen(promotion, reading);
  const { policyProblems: now = [] } = seen;
  const isNews = canonicalJson(now) !== canonicalJson(known);
  const isOther = seen.policyBlob !== policyBlob;
  if (!isNews && !isOther) return { kind: 'ignored' };
  const kind = now.length === 0 ? 'policy-readable' : 'policy-unreadable';
  return {
    kind: 'accepted',
    promotion: { ...seen, updatedAt: context.now },
    // Cards show rules only.
    effects: isNews ? showEffects(id) : [],
    audit: [
      ...(isNews ? [entryOf(promotion, context, kind, { problems: now })] : []),
      ...(isOther ? [policyKept(promotion, seen, context)] : []),
    ],
    journal: [],
  };
}

/** The file was edited, but its rules are those of the plan. */
function policyKept(before: Promotion, after: Promotion, context: DecisionContext): AuditEntry {
  return entryOf(after, context, 'policy-edited', { before: before.policyBlob, after: after.policyBlob });
}
