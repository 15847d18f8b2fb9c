// Looks for the image that a promotion waits for, until it exists, can't be read, or the time for its build is over.
import { decide, type PromotionEvent } from '../../domain/decide.ts';
import { nextCheckAt } from '../../domain/image/image-wait.ts';
import { OutsideError } from '../../net/outside-error.ts';
import type { Promotion, PromotionState } from '../../domain/promotion/promotion.ts';
import { listOpenPromotions } from '../../store/promotions/promotions.ts';
import { commitOf } from '../core/commit.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import { byPromotion } from '../core/job-description.ts';
import { loadContext, loadPromotion } from '../core/load.ts';
import type { Services } from '../core/services.ts';
import { findImage, searchesOthers } from './find-image.ts';

export const pollImage: JobDefinition<'poll-image'> = {
  key: byPromotion,
  queue: 'none',
  traits: ['asks-registry', 'moves-promotion'],
  handle,
};

async function handle({ payload }: Job<'poll-image'>, services: Services): Promise<JobOutcome> {
  const promotion = await loadPromotion(services, payload.promotionId);
  const { state } = promotion;
  if (state.kind !== 'waiting-for-image') return DONE;
  const now = services.now();
  const isLast = now >= state.until;
  const alsoOthers = searchesOthers({ since: promotion.createdAt, now, isLast });
  const news = await poll(services, state, { isLast, alsoOthers });
  if (news.kind === 'again') {
    const next = nextCheckAt({ since: promotion.createdAt, until: state.until, now });
    return { kind: 'again', at: Math.max(next, news.retryAt), because: news.because };
  }
  const event = news.kind === 'image-appeared' ? await unlessAskedFor(services, promotion, news) : news;
  return { kind: 'done', commit: commitOf(promotion, await decideOn(services, promotion, event)) };
}

async function decideOn(
  services: Services,
  promotion: Promotion,
  event: PromotionEvent,
): Promise<ReturnType<typeof decide>> {
  return decide(promotion, event, await loadContext(services, promotion));
}

/** Somebody may have requested the same image by another name meanwhile: one promotion of it is enough. */
async function unlessAskedFor(
  { store }: Services,
  { repo, environment, number }: Promotion,
  appeared: Extract<PromotionEvent, { kind: 'image-appeared' }>,
): Promise<PromotionEvent> {
  const open = await listOpenPromotions(store.db, { repoId: repo.id, environment });
  const same = open.find((one) => one.number > number && one.images.some(({ digest }) => digest === appeared.digest));
  return same === undefined ? appeared : { kind: 'overtaken', by: same.number };
}

type News = PromotionEvent | { readonly kind: 'again'; readonly retryAt: number; readonly because: string };

async function poll(
  services: Services,
  { repository: image, commit, tags }: Extract<PromotionState, { kind: 'waiting-for-image' }>,
  { isLast, alsoOthers }: { readonly isLast: boolean; readonly alsoOthers: boolean },
): Promise<News> {
  // The last one names the commit in full.
  const prefix = tags.find((tag) => tag.endsWith(`-${commit}`))?.slice(0, -commit.length - 1) ?? null;
  const wanted = { image, prefix: prefix ?? '', commit, tags };
  try {
    const found = await findImage(services, wanted, { alsoOthers: alsoOthers && prefix !== null });
    if (found !== null) return { kind: 'image-appeared', ...found };
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    if (!error.retryable) return { kind: 'image-unreadable', problem: error.toProblem() };
    if (!isLast) return { kind: 'again', retryAt: error.retryAt ?? 0, because: error.message };
  }
  return isLast
    ? { kind: 'time-passed' }
    : { kind: 'again', retryAt: 0, because: 'the image that a promotion waits for does not exist yet' };
}
