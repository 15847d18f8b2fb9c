// What accepted decisions are made of: the effects that show a promotion, audit entries, and ends.
import type { AuditEntry } from '../audit.ts';
import type { Accepted, DecisionContext } from '../decide.ts';
import type { Effect } from '../effect.ts';
import type { Failure, Promotion, PromotionState, TagOutcome } from '../promotion.ts';

/** Puts the promotion into an end or resting state; whoever waited for the lane may look again. */
export function end(
  promotion: Promotion,
  state: PromotionState,
  args: {
    readonly context: DecisionContext;
    readonly actor: AuditEntry['actor'];
    readonly details: AuditEntry['details'];
    readonly as?: string;
  },
): Accepted {
  const { context, actor, details } = args;
  const leavesLane = promotion.state.kind === 'applying';
  const revisit = {
    kind: 'revisit-environment',
    repoId: promotion.repo.id,
    environment: promotion.environment,
  } as const;
  return {
    kind: 'accepted',
    promotion: { ...promotion, state, updatedAt: context.now },
    effects: leavesLane ? [...showEffects(promotion.id), revisit] : showEffects(promotion.id),
    audit: [{ ...entryOf(promotion, context, args.as ?? state.kind, details), actor }],
    journal: [],
  };
}

export function fail(promotion: Promotion, failure: Failure, context: DecisionContext): Accepted {
  const { problem, production, tags } = failure;
  const ended = end(
    promotion,
    { kind: 'failed', failure },
    { context, actor: null, details: { problem, production, tags: auditTags(tags) } },
  );
  return { ...ended, effects: [...ended.effects, { kind: 'notify-requester', promotionId: promotion.id }] };
}

export function showEffects(promotionId: string): readonly Effect[] {
  return [
    { kind: 'update-check-run', promotionId },
    { kind: 'update-card', promotionId },
  ];
}

export function entryOf(
  promotion: Promotion,
  { now }: DecisionContext,
  kind: string,
  details: AuditEntry['details'],
): AuditEntry {
  return { kind, at: now, promotion: promotion.number, actor: null, details };
}

export function auditTags(tags: readonly TagOutcome[]): AuditEntry['details'][string] {
  return tags.map(({ repository, tag, kind, from, holds }) => ({ repository, tag, kind, from, holds }));
}
