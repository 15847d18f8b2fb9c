// Approvals and rejections, by comment or by a click on the check run.
import { decide, type PromotionEvent } from '../domain/decide.ts';
import type { Effect } from '../domain/effect.ts';
import type { Promotion } from '../domain/promotion.ts';
import type { Refusal } from '../domain/refusal.ts';
import { findMark } from '../store/github-marks.ts';
import { findPromotion } from '../store/promotions.ts';
import { findForeignOwner } from './allowed-owners.ts';
import { answered, refused, type Answer, type Asked } from './answer.ts';
import { commitOf, type Commit } from './commit.ts';
import { findMeant } from './find-promotion.ts';
import type { Sender } from './intent.ts';
import { DONE, type Handler } from './handler.ts';
import { loadActor, loadContext } from './load.ts';
import type { Services } from './services.ts';

type Reviewed = Extract<PromotionEvent, { kind: 'reviewed' }>;

/** `/approve` and `/reject`. */
export async function reviewByComment(
  services: Services,
  asked: Asked,
  review: { readonly verdict: Reviewed['verdict']; readonly id: number | null; readonly reason: string | null },
): Promise<Answer> {
  const { verdict, id, reason } = review;
  const found = await findMeant(services, asked, { verb: verdict, id, states: ['awaiting-approval'] });
  if (found.kind === 'refused') return refused(asked, found.refusal);
  const { promotion } = found;
  const event: Reviewed = { kind: 'reviewed', verdict, by: asked.by, reason, via: { kind: 'comment' } };
  const decision = decide(promotion, event, await loadContext(services, promotion));
  if (decision.kind !== 'refused') return answered(asked, commitOf(promotion, decision) ?? { repo: asked.repo });
  return { ...refused(asked, decision.refusal), audit: decision.audit };
}

/** A click on `Approve` or `Reject`: good only on the check run that shows the promotion now. */
export const reviewByClick: Handler<'click'> = async ({ payload }, services) => {
  const { repo, action, checkRunId, externalId } = payload;
  const stored = await findPromotion(services.store.db, externalId);
  if (stored === null || stored.repo.id !== repo.id) {
    services.log.warn({ repo: repo.name, checkRun: checkRunId }, 'a click on a check run of no promotion of ours');
    return DONE;
  }
  const promotion = { ...stored, repo };
  const foreign = await findForeignOwner(services, repo);
  if (foreign !== null) {
    return { kind: 'done', commit: clickRefused(promotion, payload.by, { code: 'owner-not-allowed', owner: foreign }) };
  }
  const mark = await findMark(services.store.db, { promotionId: promotion.id, kind: 'check-run' });
  const by = await loadActor(services, payload);
  const via = { kind: 'check-run', current: mark?.githubId === checkRunId } as const;
  const event: Reviewed = { kind: 'reviewed', verdict: action, by, reason: null, via };
  const decision = decide(promotion, event, await loadContext(services, promotion));
  if (decision.kind !== 'refused') return { kind: 'done', commit: commitOf(promotion, decision) };
  return { kind: 'done', commit: { ...clickRefused(promotion, payload.by, decision.refusal), audit: decision.audit } };
};

/** A click has no comment to react to: the reason goes to the promotion's thread. */
function clickRefused(promotion: Promotion, by: Sender, refusal: Refusal): Commit {
  const { repo, thread } = promotion;
  const reply = { kind: 'refusal', refusal, to: by.login } as const;
  const effects: readonly Effect[] =
    thread === null ? [] : [{ kind: 'reply', repoId: repo.id, issue: thread.issue, reply, onceKey: null }];
  return { repo, effects };
}
