// Checks whether a comment with a late webhook still exists unchanged. A deleted one counts as withdrawn.
import type { Repo } from '../../domain/promotion/promotion.ts';
import { fetchCommentFate } from '../../github/comments/comments.ts';
import type { WaitingComment } from '../../store/threads.ts';
import { LATE_MS } from './find-missed-comments.ts';
import type { ReadComment } from '../core/enqueue-comment.ts';
import type { Services } from '../core/services.ts';
import { timeOfWriting } from './select-commands.ts';

/** True for a late webhook. A comment from GitHub's list was checked there. */
export function isLate({ origin, receivedAt }: WaitingComment, read: ReadComment): boolean {
  return origin !== null && timeOfWriting(read, receivedAt) < receivedAt - LATE_MS;
}

/** The comment as it counts now; null if it was deleted. */
export async function recheckComment(
  { github, log }: Services,
  { repo, id, read }: { readonly repo: Repo; readonly id: number; readonly read: ReadComment },
): Promise<ReadComment | null> {
  const client = github.forRepo(repo);
  const fate = await fetchCommentFate({ client, repo: repo.name, commentId: id });
  if (fate === 'as-written') return read;
  log.info({ repo: repo.name, comment: id, fate }, 'skipped a late comment: it was edited or deleted since');
  return fate === 'gone' ? null : { ...read, notRun: 'edited' };
}
