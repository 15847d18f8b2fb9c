// Posts a fresh line that mentions the requester: an edited card notifies nobody.
import { formatNumber } from '../../domain/promotion.ts';
import { renderNotification } from '../../messages/notify.ts';
import { DONE, type Handler } from '../handler.ts';
import { loadPromotion } from '../load.ts';
import { loadView } from '../load-view.ts';
import { postOnce } from '../post-once.ts';

export const notifyRequester: Handler<'notify-requester'> = async (job, services) => {
  const promotion = await loadPromotion(services, job.payload.promotionId);
  const { repo, thread, number, state } = promotion;
  if (thread === null || state.kind !== 'failed') return DONE;
  const key = `${formatNumber(number)} failed`;
  const body = renderNotification({ view: await loadView(services, promotion), key });
  await postOnce(services, { job, repo, issue: thread.issue, key, body });
  return DONE;
};
