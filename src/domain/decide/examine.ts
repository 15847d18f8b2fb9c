// What an examination makes of a promotion, and who may ask for another one.
import { reaches, type Actor } from '../actor.ts';
import type { AuditEntry } from '../audit.ts';
import type { Decision, DecisionContext, EventOf } from '../decide.ts';
import { commitOf } from '../image-facts.ts';
import type { Promotion, PromotionState } from '../promotion.ts';
import type { Finding } from '../rule.ts';
import { validate } from '../validation.ts';
import { entryOf, fail, showEffects } from './accept.ts';
import { settle } from './settle.ts';

export function decideIdentified(
  promotion: Promotion,
  event: EventOf<'identified'>,
  { now }: DecisionContext,
): Decision {
  if (promotion.state.kind !== 'examining') return { kind: 'ignored' };
  const images = promotion.images.map((image) => ({ ...image, commit: event.commit, platforms: event.platforms }));
  return {
    kind: 'accepted',
    promotion: { ...promotion, images, updatedAt: now },
    effects: [{ kind: 'update-check-run', promotionId: promotion.id }],
    audit: [],
    journal: [],
  };
}

export function decideExamined(promotion: Promotion, event: EventOf<'examined'>, context: DecisionContext): Decision {
  if (promotion.state.kind !== 'examining') return { kind: 'ignored' };
  const { facts, commitTag, production } = event;
  const images = promotion.images.map((image) => ({
    ...image,
    commit: commitOf(facts),
    commitTag,
    platforms: facts.platforms.map(({ platform }) => platform),
  }));
  const findings = validate(facts, {
    policy: context.policy,
    repo: promotion.repo.name,
    githubHost: context.githubHost,
  });
  const examined: Promotion = {
    ...promotion,
    images,
    findings,
    policyBlob: context.policy.blob,
    otherReviewers: event.otherReviewers,
    updatedAt: context.now,
  };
  const entry = (state: PromotionState['kind'], all: readonly Finding[]): AuditEntry => ({
    kind: 'examined',
    at: context.now,
    promotion: promotion.number,
    actor: null,
    details: {
      state,
      policy: context.policy.blob,
      outcomes: all.map(({ rule, platform, outcome, seen }) => ({ rule, platform, outcome, seen })),
    },
  });
  return settle(examined, { production, context, entry });
}

export function decideExaminationFailed(promotion: Promotion, problem: string, context: DecisionContext): Decision {
  if (promotion.state.kind !== 'examining') return { kind: 'ignored' };
  return fail(promotion, { problem, production: 'untouched', tags: [] }, context);
}

export function decideRerequested(promotion: Promotion, by: Actor, context: DecisionContext): Decision {
  const { number, state } = promotion;
  if (!reaches(by.role, 'write')) {
    const refusal = { code: 'not-permitted', verb: 're-run', role: by.role, wanted: 'write' } as const;
    return { kind: 'refused', refusal, audit: [] };
  }
  if (state.kind !== 'awaiting-approval') {
    return {
      kind: 'refused',
      refusal: { code: 'not-awaiting-approval', promotion: number, state: state.kind },
      audit: [],
    };
  }
  return {
    kind: 'accepted',
    promotion: { ...promotion, state: { kind: 'examining', again: true }, updatedAt: context.now },
    effects: [{ kind: 'collect-facts', promotionId: promotion.id }, ...showEffects(promotion.id)],
    audit: [{ ...entryOf(promotion, context, 're-run', {}), actor: { id: by.id, login: by.login } }],
    journal: [],
  };
}
