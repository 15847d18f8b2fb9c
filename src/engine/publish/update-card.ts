// Updates the card in the promotion's thread to the current state; posts it when the promotion is first examined.
import type { Promotion } from '../../domain/promotion/promotion.ts';
import { findCommentByMarker } from '../../github/comments/comments.ts';
import { publishComment } from '../../github/comments/publish-comment.ts';
import { cardMarker, renderCard } from '../../messages/card/card.ts';
import { findMark } from '../../store/promotions/github-marks.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import { byPromotion } from '../core/job-description.ts';
import { loadPromotion } from '../core/load.ts';
import { loadView } from './load-view.ts';
import type { Services } from '../core/services.ts';

export const updateCard: JobDefinition<'update-card'> = {
  key: byPromotion,
  queue: 'promotion',
  traits: ['shows-state', 'needs-thread'],
  handle,
};

async function handle(job: Job<'update-card'>, services: Services): Promise<JobOutcome> {
  const promotion = await loadPromotion(services, job.payload.promotionId);
  const { id: promotionId, repo, thread, state } = promotion;
  if (thread === null) return DONE;
  const mark = await findMark(services.store.db, { promotionId, kind: 'card' });
  const card = mark?.githubId ?? (await findUnnoted(services, job, promotion));
  // The first card notifies people, so it waits until there is something to say.
  if (card === null && state.kind === 'examining') return DONE;
  const client = services.github.forRepo(repo);
  const body = renderCard(await loadView(services, promotion));
  const place = { client, repo: repo.name, issue: thread.issue };
  const commentId = await publishComment({ ...place, body, existing: card, marker: cardMarker(promotion.number) });
  const marks = [{ promotionId, kind: 'card', githubId: commentId, target: String(thread.issue) }] as const;
  // A check run from before the card links it from now on.
  const effects = mark === null ? [{ kind: 'update-check-run', promotionId } as const] : [];
  return { kind: 'done', commit: { repo, marks, effects } };
}

/** The card that an earlier try posted, found by its marker: that try may have ended before it stored the comment. */
async function findUnnoted(
  services: Services,
  job: Job<'update-card'>,
  { repo, number, thread }: Promotion,
): Promise<number | null> {
  if (job.attempts === 1 || thread === null) return null;
  const client = services.github.forRepo(repo);
  return findCommentByMarker({ client, repo: repo.name, issue: thread.issue, marker: cardMarker(number) });
}
