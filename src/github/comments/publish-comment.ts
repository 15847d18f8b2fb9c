// Makes a comment of our App show a text: edits the existing one, or posts one if there is none.
import { OutsideError } from '../../net/outside-error.ts';
import { createComment, findCommentByMarker, updateComment } from './comments.ts';

/** A comment, and the issue or pull request that it is in. */
export type PlacedComment = { readonly id: number; readonly issue: number };

/**
 * The comment that shows `body`, whose first line is `marker`. `existing` is the one that stood last; a new one goes to
 * `issue`. For a moment GitHub may say that a comment is not there; if it still lists the comment, nothing is posted twice:
 * `github-unavailable`, retryable.
 */
export async function publishComment(
  args: Parameters<typeof createComment>[0] & { readonly existing: PlacedComment | null; readonly marker: string },
): Promise<PlacedComment> {
  const { existing, marker, ...post } = args;
  const { client, repo, issue, body } = post;
  const create = async (): Promise<PlacedComment> => ({ id: await createComment(post), issue });
  if (existing === null) return create();
  if ((await updateComment({ client, repo, body, commentId: existing.id })) === 'updated') return existing;
  for (const place of new Set([existing.issue, issue])) {
    const id = await findCommentByMarker({ client, repo, issue: place, marker });
    if (id === null) continue;
    if (id !== existing.id && (await updateComment({ client, repo, body, commentId: id })) === 'updated') {
      return { id, issue: place };
    }
    throw new OutsideError(`editing comment ${id} in ${repo}: GitHub answers that it does not exist, but lists it.`, {
      code: 'github-unavailable',
      retryable: true,
      status: 404,
    });
  }
  return create();
}
