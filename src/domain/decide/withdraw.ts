// Ends a promotion before anything was written: somebody cancelled it, a newer one overtook it, or time ran out.
import { reaches, type Actor } from '../actor.ts';
import type { Decision, DecisionContext } from '../decide.ts';
import { isOpen, type Promotion } from '../promotion.ts';
import { end } from './accept.ts';
import { APPROVAL_EXPIRES_AFTER_MS } from './request.ts';

export function decideCancelled(promotion: Promotion, by: Actor, context: DecisionContext): Decision {
  const { number, state } = promotion;
  if (by.kind === 'bot') return { kind: 'refused', refusal: { code: 'bot-not-permitted', verb: 'cancel' }, audit: [] };
  if (!reaches(by.role, 'write')) {
    const refusal = { code: 'not-permitted', verb: 'cancel', role: by.role, wanted: 'write' } as const;
    return { kind: 'refused', refusal, audit: [] };
  }
  if (!isOpen(state) || state.kind === 'applying') {
    return { kind: 'refused', refusal: { code: 'cannot-cancel', promotion: number, state: state.kind }, audit: [] };
  }
  const person = { id: by.id, login: by.login };
  return end(promotion, { kind: 'cancelled', by: person }, { context, actor: person, details: {} });
}

export function decideOvertaken(promotion: Promotion, by: number, context: DecisionContext): Decision {
  if (promotion.state.kind !== 'awaiting-approval' || by <= promotion.number) return { kind: 'ignored' };
  const state = { kind: 'superseded', by: { kind: 'promotion', number: by } } as const;
  return end(promotion, state, { context, actor: null, details: { by } });
}

export function decideTimePassed(promotion: Promotion, context: DecisionContext): Decision {
  if (promotion.state.kind !== 'awaiting-approval') return { kind: 'ignored' };
  if (context.now < promotion.createdAt + APPROVAL_EXPIRES_AFTER_MS) return { kind: 'ignored' };
  return end(promotion, { kind: 'expired' }, { context, actor: null, details: {} });
}
