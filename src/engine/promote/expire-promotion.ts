// Time has passed: a question that nobody answered is withdrawn.
import { decide } from '../../domain/decide.ts';
import { commitOf } from '../core/commit.ts';
import type { Handler } from '../core/handler.ts';
import { loadContext, loadPromotion } from '../core/load.ts';

export const expirePromotion: Handler<'expire-promotion'> = async ({ payload }, services) => {
  const promotion = await loadPromotion(services, payload.promotionId);
  const decision = decide(promotion, { kind: 'time-passed' }, await loadContext(services, promotion));
  return { kind: 'done', commit: commitOf(promotion, decision) };
};
