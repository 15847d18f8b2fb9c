// The first decision on a promotion: it exists, and its image is examined.
import type { Accepted } from '../decide.ts';
import type { Promotion } from '../promotion.ts';

/** How long an approval may take before the question is withdrawn. */
export const APPROVAL_EXPIRES_AFTER_MS = 14 * 24 * 60 * 60 * 1000;

/** The first decision: a request that nothing refused becomes a promotion that is examined. */
export function decideRequest(promotion: Promotion): Accepted {
  const { id, number, requester, environment, reason, source, createdAt } = promotion;
  return {
    kind: 'accepted',
    promotion,
    effects: [
      { kind: 'collect-facts', promotionId: id },
      { kind: 'expire-promotion', promotionId: id, at: createdAt + APPROVAL_EXPIRES_AFTER_MS },
    ],
    audit: [
      {
        kind: 'requested',
        at: createdAt,
        promotion: number,
        actor: requester,
        details: {
          environment,
          reason,
          source: source.typed,
          tag: source.tag,
          images: promotion.images.map(({ repository, digest }) => `${repository}@${digest}`),
        },
      },
    ],
    journal: [],
  };
}
