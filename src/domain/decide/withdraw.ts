// Ends a promotion before anything was written: somebody cancelled it, a newer one overtook it, or time ran out.
import { reaches, type Actor } from '../actor.ts';
import type { Decision, DecisionContext } from './decision.ts';
import { isOpen, type CancelCause, type Promotion, type PromotionState } from '../promotion/promotion.ts';
import { end } from './accept.ts';
import { expiryOf, expiryTimer } from './request.ts';

export function decideCancelled(promotion: Promotion, by: Actor, context: DecisionContext): Decision {
  const { number, state } = promotion;
  if (by.kind === 'bot') return { kind: 'refused', refusal: { code: 'bot-not-permitted', verb: 'cancel' }, audit: [] };
  if (!reaches(by.role, 'write')) {
    const refusal = { code: 'not-permitted', verb: 'cancel', role: by.role, wanted: 'write' } as const;
    return { kind: 'refused', refusal, audit: [] };
  }
  if (!canWithdraw(state)) {
    return { kind: 'refused', refusal: { code: 'cannot-cancel', promotion: number, state: state.kind }, audit: [] };
  }
  const person = { id: by.id, login: by.login };
  return end(promotion, { kind: 'cancelled', by: person, because: 'person' }, { context, actor: person, details: {} });
}

/** The App has lost access there. A promotion that is writing tags continues as long as the registry allows. */
export function decideWithdrawn(
  promotion: Promotion,
  because: Exclude<CancelCause, 'person'>,
  context: DecisionContext,
): Decision {
  if (!canWithdraw(promotion.state)) return { kind: 'ignored' };
  return end(promotion, { kind: 'cancelled', by: null, because }, { context, actor: null, details: { because } });
}

/** A newer promotion in production ends the older ones that are not writing, in any state: events can arrive in any order. */
export function decideOvertaken(promotion: Promotion, by: number, context: DecisionContext): Decision {
  if (!canWithdraw(promotion.state) || by <= promotion.number) return { kind: 'ignored' };
  const state = { kind: 'superseded', by: { kind: 'promotion', number: by } } as const;
  return end(promotion, state, { context, actor: null, details: { by } });
}

/** Only a wait for approval expires. In other states the timer is set again, as the promotion may wait for approval once more. */
export function decideTimePassed(promotion: Promotion, context: DecisionContext): Decision {
  const { state } = promotion;
  if (state.kind === 'waiting-for-image') {
    if (context.now < state.until) return { kind: 'ignored' };
    return end(promotion, { kind: 'expired' }, { context, actor: null, details: { waitedFor: state.tags } });
  }
  if (!isOpen(state) || context.now < expiryOf(promotion)) return { kind: 'ignored' };
  if (promotion.state.kind === 'awaiting-approval') {
    return end(promotion, { kind: 'expired' }, { context, actor: null, details: {} });
  }
  return { kind: 'accepted', promotion, effects: [expiryTimer(promotion, context.now)], audit: [], journal: [] };
}

function canWithdraw(state: PromotionState): boolean {
  return isOpen(state) && state.kind !== 'applying';
}
