// The first decision on a promotion: it is created, and its image is examined.
import type { Accepted } from './decision.ts';
import type { Effect } from '../effect.ts';
import type { Promotion } from '../promotion/promotion.ts';
import { showEffects, targetDetails } from './accept.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** How long a promotion waits for approval before it expires. */
export const APPROVAL_EXPIRES_AFTER_MS = 14 * DAY_MS;

/** When the wait for approval expires. */
export function expiryOf({ createdAt }: Promotion): number {
  return createdAt + APPROVAL_EXPIRES_AFTER_MS;
}

/** When to look again: at the expiry, or a day from now where a question asked (again) so late would find no time. */
export function expiryTimer(promotion: Promotion, now: number): Effect {
  return { kind: 'expire-promotion', promotionId: promotion.id, at: Math.max(expiryOf(promotion), now + DAY_MS) };
}

/** A request that nothing refused becomes a promotion in `examining`. */
export function decideRequest(promotion: Promotion): Accepted {
  const { id, number, requester, environment, kind, reason, force, versionTag, source, state, createdAt } = promotion;
  return {
    kind: 'accepted',
    promotion,
    effects:
      state.kind === 'waiting-for-image'
        ? // The job that looks for the image also ends the wait. The time for approvals begins when the image is there.
          [{ kind: 'poll-image', promotionId: id }, ...showEffects(id)]
        : [{ kind: 'collect-facts', promotionId: id }, expiryTimer(promotion, createdAt)],
    audit: [
      {
        kind: 'requested',
        at: createdAt,
        promotion: number,
        actor: requester,
        details: {
          kind,
          environment,
          reason,
          force,
          version: versionTag,
          source: source.typed,
          tag: source.tag,
          ...targetDetails(promotion),
          // The person who pushed the tag has decided: no approval is needed.
          ...(source.taggedCommit === undefined ? {} : { pushedGitTag: source.taggedCommit }),
          ...(state.kind === 'waiting-for-image' ? { waitsFor: state.tags } : {}),
          images: promotion.images.map(({ repository, digest }) => `${repository}@${digest}`),
        },
      },
    ],
    journal: [],
  };
}
