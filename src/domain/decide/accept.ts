// Builds accepted decisions: the effects that show a promotion, audit entries, and final states.
import type { AuditEntry } from '../audit/audit.ts';
import type { Accepted, DecisionContext } from './decision.ts';
import type { Effect } from '../effect.ts';
import type { FailureProblem } from '../promotion/failure.ts';
import type { Failure, Promotion, PromotionState, TagOutcome } from '../promotion/promotion.ts';

/** Puts the promotion into an end or resting state. */
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
  return {
    kind: 'accepted',
    promotion: { ...promotion, state, updatedAt: context.now },
    effects: showEffects(promotion.id),
    audit: [{ ...entryOf(promotion, context, args.as ?? state.kind, details), actor }],
    journal: [],
  };
}

export function fail(promotion: Promotion, failure: Failure, context: DecisionContext): Accepted {
  const { problem, undoRefused, production, tags } = failure;
  const ended = end(
    promotion,
    { kind: 'failed', failure },
    { context, actor: null, details: { problem, undoRefused, production, tags: auditTags(tags) } },
  );
  return { ...ended, effects: [...ended.effects, { kind: 'notify-requester', promotionId: promotion.id }] };
}

/** Nothing was planned or written yet. */
export function failBeforeWriting(promotion: Promotion, problem: FailureProblem, context: DecisionContext): Accepted {
  return fail(promotion, { problem, undoRefused: null, production: 'untouched', tags: [] }, context);
}

export function showEffects(promotionId: string): readonly Effect[] {
  return [
    { kind: 'update-check-run', promotionId },
    { kind: 'update-card', promotionId },
  ];
}

/** The environment is free, or production moved: its open promotions are revisited. */
export function revisitEnvironment({ repo, environment }: Promotion): Effect {
  return { kind: 'revisit-environment', repoId: repo.id, environment };
}

export function entryOf(
  promotion: Promotion,
  { now }: DecisionContext,
  kind: string,
  details: AuditEntry['details'],
): AuditEntry {
  return { kind, at: now, promotion: promotion.number, actor: null, details };
}

/** How the target of a rollback is known; nothing for any other kind. */
export function targetDetails({ source: { target } }: Promotion): AuditEntry['details'] {
  return target === undefined ? {} : { target };
}

export function auditTags(tags: readonly TagOutcome[]): AuditEntry['details'][string] {
  return tags.map(({ repository, tag, kind, from, holds }) => ({ repository, tag, kind, from, holds }));
}
