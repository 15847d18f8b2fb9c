// A promotion that waits for its image: it appears, it can't be read, or time runs out.
import type { OutsideProblem } from '../outside-problem.ts';
import type { Promotion } from '../promotion/promotion.ts';
import { entryOf, failBeforeWriting, showEffects } from './accept.ts';
import type { Decision, DecisionContext, EventOf } from './decision.ts';
import { expiryTimer } from './request.ts';

export function decideImageAppeared(
  promotion: Promotion,
  { tag, digest }: EventOf<'image-appeared'>,
  context: DecisionContext,
): Decision {
  const { id, state, source } = promotion;
  if (state.kind !== 'waiting-for-image') return { kind: 'ignored' };
  const { repository, commit } = state;
  return {
    kind: 'accepted',
    promotion: {
      ...promotion,
      source: { ...source, tag },
      images: [{ repository, digest, commit, commitTag: null, platforms: [] }],
      state: { kind: 'examining', again: false },
      updatedAt: context.now,
    },
    effects: [{ kind: 'collect-facts', promotionId: id }, expiryTimer(promotion, context.now), ...showEffects(id)],
    audit: [entryOf(promotion, context, 'image-appeared', { tag, image: `${repository}@${digest}` })],
    journal: [],
  };
}

export function decideImageUnreadable(promotion: Promotion, error: OutsideProblem, context: DecisionContext): Decision {
  if (promotion.state.kind !== 'waiting-for-image') return { kind: 'ignored' };
  return failBeforeWriting(promotion, { code: 'outside-error', error }, context);
}
