// What a fresh look at production's tags makes of a promotion that was planned on an older one.
import type { Decision, DecisionContext } from '../decide.ts';
import type { BaselineTag, MovedTag, Notice, Promotion } from '../promotion.ts';
import type { TagState } from '../tag-plan.ts';
import { entryOf } from './accept.ts';
import { proceed, settle } from './settle.ts';

export function decideProductionRead(
  promotion: Promotion,
  production: readonly TagState[],
  context: DecisionContext,
): Decision {
  const { kind } = promotion.state;
  if (kind !== 'scheduled' && kind !== 'awaiting-approval' && kind !== 'applying') return { kind: 'ignored' };
  const tags = movedTags(promotion.baseline, production);
  if (tags.length === 0) {
    return kind === 'scheduled'
      ? proceed({ ...promotion, state: { kind: 'awaiting-approval' } }, context, [])
      : { kind: 'ignored' };
  }
  const voided = promotion.reviews.length > 0;
  const notice: Notice | null =
    voided || kind !== 'awaiting-approval' ? { kind: 'production-moved', tags } : promotion.notice;
  return settle(
    { ...promotion, notice, updatedAt: context.now },
    {
      production,
      context,
      entry: (state) =>
        entryOf(promotion, context, 'replanned', {
          state,
          voided: promotion.reviews.map(({ by }) => by.login),
          tags: tags.map(({ tag, from, to }) => ({ tag, from, to })),
        }),
    },
  );
}

function movedTags(baseline: readonly BaselineTag[], production: readonly TagState[]): readonly MovedTag[] {
  return baseline.flatMap(({ repository, tag, digest }) => {
    const now = production.find((state) => state.repository === repository && state.tag === tag);
    return now === undefined || now.digest === digest ? [] : [{ tag, from: digest, to: now.digest }];
  });
}
