// Compares production's current tags with those that a promotion was planned over, and re-plans it if they moved.
import type { Decision, DecisionContext, EventOf } from './decision.ts';
import type { AuditEntry } from '../audit/audit.ts';
import { isOpen, sourceSeen, targetIn, type MovedTag, type Promotion, type StateKind } from '../promotion/promotion.ts';
import { bringsNewImage } from '../promotion/target-origin.ts';
import type { Digest } from '../image/reference.ts';
import type { TagState } from '../image/tag-plan.ts';
import { entryOf, showEffects } from './accept.ts';
import { examineUnderTodaysPolicy } from './policy.ts';
import { proceed } from './release.ts';
import { settle } from './settle.ts';

/**
 * Re-plans where production moved. A re-plan may find at once that the rules now refuse (`checks-failed`: the permanent tag was
 * taken) or that there is nothing left to do (`superseded`). Then it ends without `awaiting-approval`.
 */
export function decideProductionRead(
  promotion: Promotion,
  { production, isComparisonOld = false }: EventOf<'production-read'>,
  context: DecisionContext,
): Decision {
  const { kind } = promotion.state;
  if (kind !== 'scheduled' && kind !== 'awaiting-approval' && kind !== 'applying') return { kind: 'ignored' };
  // Written tags are being moved back: that ends in `failed`, and nothing is planned over the tags in between.
  if (promotion.state.kind === 'applying' && promotion.state.undoing !== null) return { kind: 'ignored' };
  const floating = movedTags(promotion.baseline, production);
  // A floating tag that holds our own digest is one that we wrote before a restart. If nothing is foreign (any longer),
  // writing continues: the job that read this has stopped, and a promotion must not stay in `applying` forever.
  if (kind === 'applying' && floating.every(({ repository, to }) => to === targetIn(promotion, repository))) {
    const goOn = { kind: 'apply-tag-plan', promotionId: promotion.id } as const;
    return { kind: 'accepted', promotion, effects: [goOn], audit: [], journal: [] };
  }
  const kept = promotion.moves.flatMap((move) =>
    move.kind === 'permanent' ? [{ ...move, digest: move.baseline }] : [],
  );
  const tags = [...floating, ...movedTags(kept, production)];
  const { environmentPolicy: environment } = context;
  if (environment === null) return examineUnderTodaysPolicy(promotion, context);
  if (tags.length > 0 || (isComparisonOld && bringsNewImage(promotion))) {
    const settled = settle(
      { ...promotion, updatedAt: context.now },
      {
        environment,
        production,
        context,
        because: { kind: 'production-moved', tags },
        entry: ({ state, voided }) => replanned(promotion, context, { state, voided, tags }),
      },
    );
    // Its checks compare it with what production held.
    const isJudged =
      (floating.length > 0 || isComparisonOld) && bringsNewImage(promotion) && isOpen(settled.promotion.state);
    return isJudged ? examineAgain(promotion, { tags, context }) : settled;
  }
  if (kind !== 'scheduled' || context.environmentBusy) return { kind: 'ignored' };
  return proceed({ ...promotion, state: { kind: 'awaiting-approval' } }, { environment, context, audit: [] });
}

/** Other commits are between production and the image now: it may be older, and their authors may not approve it. */
function examineAgain(
  promotion: Promotion,
  { tags, context }: { readonly tags: readonly MovedTag[]; readonly context: DecisionContext },
): Decision {
  const { id } = promotion;
  return {
    kind: 'accepted',
    promotion: { ...promotion, state: { kind: 'examining', again: true }, updatedAt: context.now },
    effects: [{ kind: 'collect-facts', promotionId: id }, ...showEffects(id)],
    audit: [replanned(promotion, context, { state: 'examining', voided: [], tags })],
    journal: [],
  };
}

function replanned(
  promotion: Promotion,
  context: DecisionContext,
  plan: { readonly state: StateKind; readonly voided: readonly string[]; readonly tags: readonly MovedTag[] },
): AuditEntry {
  const { state, voided } = plan;
  const tags = plan.tags.map(({ repository, tag, from, to }) => ({ repository, tag, from, to }));
  return entryOf(promotion, context, 'replanned', { state, voided, tags });
}

/** Shown to people before they approve; decides nothing. */
export function decideSourceRead(promotion: Promotion, holds: Digest | null, context: DecisionContext): Decision {
  const seen = sourceSeen(promotion, holds);
  const isNews = promotion.state.kind === 'awaiting-approval' && seen.sourceMovedTo !== promotion.sourceMovedTo;
  if (!isNews) return { kind: 'ignored' };
  const told = { ...seen, updatedAt: context.now };
  return { kind: 'accepted', promotion: told, effects: showEffects(promotion.id), audit: [], journal: [] };
}

/** The baseline tags that hold something else now. A tag that was not read counts as not moved. */
export function movedTags(planned: readonly TagHolder[], production: readonly TagState[]): readonly MovedTag[] {
  return planned.flatMap(({ repository, tag, digest }) => {
    const now = production.find((state) => state.repository === repository && state.tag === tag);
    return now === undefined || now.digest === digest ? [] : [{ repository, tag, from: digest, to: now.digest }];
  });
}

type TagHolder = Pick<TagState, 'repository' | 'tag' | 'digest'>;
