// Updates the card in the promotion's thread to the current state; posts it when the promotion is first examined.
import { showEffects } from '../../domain/decide/accept.ts';
import { publishComment, type PlacedComment } from '../../github/comments/publish-comment.ts';
import { isGitHubError } from '../../github/client/errors.ts';
import { cardMarker, renderCard } from '../../messages/card/card.ts';
import { listContinuations } from '../../store/long-threads.ts';
import { findMark } from '../../store/promotions/github-marks.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import { byPromotion } from '../core/job-description.ts';
import { loadPromotion } from '../core/load.ts';
import { loadView } from './load-view.ts';
import { continueThread, findPosted } from './post-in-thread.ts';
import type { Services } from '../core/services.ts';

export const updateCard: JobDefinition<'update-card'> = {
  key: byPromotion,
  queue: 'promotion',
  traits: ['shows-state', 'needs-thread'],
  handle,
};

async function handle(job: Job<'update-card'>, services: Services): Promise<JobOutcome> {
  const promotion = await loadPromotion(services, job.payload.promotionId);
  const { id: promotionId, repo, number, thread, state } = promotion;
  if (thread === null) return DONE;
  const { db } = services.store;
  const mark = await findMark(db, { promotionId, kind: 'card' });
  const issues = await listContinuations(db, { repoId: repo.id, issue: thread.issue });
  const issue = issues.at(-1) ?? thread.issue;
  const place = { client: services.github.forRepo(repo), repo: repo.name, issue, marker: cardMarker(number) };
  const noted = mark === null ? null : { id: mark.githubId, issue: Number(mark.target) };
  const card = noted ?? (job.attempts === 1 ? null : await findUnnoted({ ...place, issues }));
  // The first card notifies people, so it waits until there is something to say.
  if (card === null && state.kind === 'examining') return DONE;
  const body = renderCard(await loadView(services, promotion, { card }));
  let shown: PlacedComment;
  try {
    shown = await publishComment({ ...place, body, existing: card });
  } catch (error) {
    if (!isGitHubError(error, 'github-thread-full')) throw error;
    // Until there is a card, the check run says why there is none.
    return continueThread(repo, { issue, text: job.payload, also: [{ kind: 'update-check-run', promotionId }] });
  }
  const marks = [{ promotionId, kind: 'card', githubId: shown.id, target: String(shown.issue) }] as const;
  // A check run from before the card links it from now on.
  const links = mark === null ? [{ kind: 'update-check-run', promotionId } as const] : [];
  // Its words are those of a card in the other issue.
  const effects = card !== null && shown.issue !== card.issue ? showEffects(promotionId) : links;
  return { kind: 'done', commit: { repo, marks, effects } };
}

/** The card that an earlier try posted, found by its marker: that try may have ended before it stored the comment. */
async function findUnnoted(search: Parameters<typeof findPosted>[0]): Promise<PlacedComment | null> {
  const found = await findPosted(search);
  return found === null ? null : { id: found.commentId, issue: found.issue };
}
