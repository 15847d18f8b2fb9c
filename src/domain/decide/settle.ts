// Where an examined promotion comes to rest: its plan, its findings and its reviews decide.
import { approvalsMissing, subjectOf } from '../approval.ts';
import type { AuditEntry } from '../audit.ts';
import type { Accepted, DecisionContext, JournalEntry } from '../decide.ts';
import { imageOf, type BaselineTag, type Promotion, type PromotionState } from '../promotion.ts';
import type { Finding } from '../rule.ts';
import { planTags, rollbackTagName, type TagMove, type TagState } from '../tag-plan.ts';
import { isAcceptable } from '../validation.ts';
import { entryOf, showEffects } from './accept.ts';

/** Plans the moves of an examined promotion and lets it come to rest where findings, plan and reviews put it. */
export function settle(
  promotion: Promotion,
  args: {
    readonly production: readonly TagState[];
    readonly context: DecisionContext;
    readonly entry: (state: PromotionState['kind'], findings: readonly Finding[]) => AuditEntry;
  },
): Accepted {
  const { context, production, entry } = args;
  const replanned = planInto(promotion, production, context);
  const rest = (state: PromotionState, findings: readonly Finding[]): Accepted => ({
    kind: 'accepted',
    promotion: { ...replanned.promotion, findings, state },
    effects: showEffects(promotion.id),
    audit: [entry(state.kind, findings)],
    journal: [],
  });
  const findings = replanned.promotion.findings;
  if (!isAcceptable(findings)) return rest({ kind: 'rejected' }, findings);
  if (replanned.alreadyThere) return rest({ kind: 'superseded', by: { kind: 'production' } }, findings);
  return proceed({ ...replanned.promotion, state: { kind: 'awaiting-approval' } }, context, [
    entry('awaiting-approval', findings),
  ]);
}

/** From `awaiting-approval`: stays there, waits for the lane, or starts applying, as the reviews have it. */
export function proceed(promotion: Promotion, context: DecisionContext, audit: readonly AuditEntry[]): Accepted {
  const subject = context.sha256(subjectOf(promotion));
  const missing = approvalsMissing({
    approvals: context.environment.approvals,
    requester: promotion.requester,
    reviews: promotion.reviews,
    subject,
  });
  const show = showEffects(promotion.id);
  if (missing > 0) return { kind: 'accepted', promotion, effects: show, audit, journal: [] };
  if (context.laneBusy) {
    return {
      kind: 'accepted',
      promotion: { ...promotion, state: { kind: 'scheduled', cause: 'lane' } },
      effects: show,
      audit: [...audit, entryOf(promotion, context, 'scheduled', { cause: 'lane' })],
      journal: [],
    };
  }
  const journal = journalOf(promotion.moves, context.now);
  return {
    kind: 'accepted',
    promotion: { ...promotion, notice: null, state: { kind: 'applying', since: context.now }, updatedAt: context.now },
    effects: [{ kind: 'apply-tag-plan', promotionId: promotion.id }, ...show],
    audit: [
      ...audit,
      entryOf(promotion, context, 'applying', {
        subject,
        tags: journal.map(({ repository, tag, baseline, target }) => ({ repository, tag, from: baseline, to: target })),
      }),
    ],
    journal,
  };
}

/** The promotion with its baseline, moves and the finding on its kept tag made anew from what production holds. */
function planInto(
  promotion: Promotion,
  production: readonly TagState[],
  { environment }: DecisionContext,
): { readonly promotion: Promotion; readonly alreadyThere: boolean } {
  const plan = planTags({
    image: imageOf(promotion),
    environment,
    kind: promotion.kind,
    reason: promotion.reason,
    production,
  });
  const baseline: readonly BaselineTag[] = production
    .filter(({ tag }) => environment.tags.includes(tag))
    .map(({ repository, tag, digest }) => ({ repository, tag, digest }));
  const findings = promotion.findings.filter(({ rule }) => rule !== 'kept-tag');
  if (plan.kind === 'kept-tag-taken') {
    const taken: Finding = {
      rule: 'kept-tag',
      platform: null,
      outcome: 'fail',
      seen: `${plan.tag} already holds ${plan.holds}`,
      wanted: `${plan.tag} free, or holding ${plan.wanted}: kept tags are never moved; build the commit once, or promote the digest that the tag holds`,
    };
    return { promotion: { ...promotion, baseline, moves: [], findings: [...findings, taken] }, alreadyThere: false };
  }
  const moves = plan.kind === 'moves' ? plan.moves : [];
  return { promotion: { ...promotion, baseline, moves, findings }, alreadyThere: plan.kind === 'already-there' };
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
