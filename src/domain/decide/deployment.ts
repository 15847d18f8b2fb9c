// What a deployment status makes of a promotion whose tags stand.
import { promotedAt, type Promotion, type PromotionState } from '../promotion.ts';
import { end } from './accept.ts';
import type { Decision, DecisionContext, EventOf } from './decision.ts';

/** The latest status counts; an older one that comes late, or the same again, changes nothing. */
export function decideDeploymentStatus(
  promotion: Promotion,
  { status, since, url }: EventOf<'deployment-status'>,
  context: DecisionContext,
): Decision {
  const { id, state } = promotion;
  const at = promotedAt(promotion);
  if (at === null || isNews(state, { status, since }) === false) return { kind: 'ignored' };
  const ended = end(promotion, { kind: status, at, since, url }, { context, actor: null, details: { url, since } });
  if (status !== 'deployment-failed') return ended;
  return { ...ended, effects: [...ended.effects, { kind: 'notify-requester', promotionId: id }] };
}

function isNews(
  state: PromotionState,
  { status, since }: Pick<EventOf<'deployment-status'>, 'status' | 'since'>,
): boolean {
  if (state.kind === 'promoted') return true;
  return 'since' in state && state.kind !== 'applying' && state.kind !== status && since >= state.since;
}
