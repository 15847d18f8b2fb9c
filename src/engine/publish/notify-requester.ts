// Posts a new comment that mentions the requester: an edited card notifies nobody.
import { formatNumber, type PromotionState } from '../../domain/promotion/promotion.ts';
import { renderNotification } from '../../messages/notify.ts';
import { findMark } from '../../store/promotions/github-marks.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import { byPromotion } from '../core/job-description.ts';
import type { Services } from '../core/services.ts';
import { loadPromotion } from '../core/load.ts';
import { loadView } from './load-view.ts';
import { continueThread, postInThread } from './post-in-thread.ts';

export const notifyRequester: JobDefinition<'notify-requester'> = {
  key: byPromotion,
  queue: 'promotion',
  traits: ['needs-thread'],
  handle,
};

async function handle(job: Job<'notify-requester'>, services: Services): Promise<JobOutcome> {
  const promotion = await loadPromotion(services, job.payload.promotionId);
  const { id: promotionId, repo, thread, number, state } = promotion;
  const idempotencyKey = keyOf(state);
  if (thread === null || idempotencyKey === null) return DONE;
  const key = `${formatNumber(number)} ${idempotencyKey}`;
  // Posted already: after a removal, the App requests everything that it may have missed.
  const told = await findMark(services.store.db, { promotionId, kind: 'notice' });
  if (told?.target === key) return DONE;
  const body = renderNotification({ view: await loadView(services, promotion), key });
  const posted = await postInThread(services, { job, repo, issue: thread.issue, key, body: () => body });
  if (posted.kind === 'full') return continueThread(repo, { issue: posted.issue, text: job.payload });
  const marks = [{ promotionId, kind: 'notice', githubId: posted.commentId, target: key }] as const;
  return { kind: 'done', commit: { repo, marks } };
}

/** A promotion fails once, its deployment may fail often. Null: the reason for the notification is gone. */
function keyOf(state: PromotionState): string | null {
  switch (state.kind) {
    case 'failed':
      return 'failed';
    case 'deployment-failed':
      return `deployment failed ${state.since}`;
    default:
      return null;
  }
}
