// Makes a comment of our App show a text: edits the existing one, or posts one if there is none.
import { OutsideError } from '../../net/outside-error.ts';
import { createComment, findCommentByMarker, updateComment } from './comments.ts';

/**
 * The id of the comment that shows `body`, whose first line is `marker`. `existing` is the one that stood last. For a moment
 * GitHub may say that a comment is not there; if it still lists the comment, nothing is posted twice: `github-unavailable`, retryable.
 */
export async function publishComment(
  args: Parameters<typeof createComment>[0] & { readonly existing: number | null; readonly marker: string },
): Promise<number> {
  const { existing, marker, ...post } = args;
  const { client, repo, issue, body } = post;
  if (existing === null) return createComment(post);
  if ((await updateComment({ client, repo, body, commentId: existing })) === 'updated') return existing;
  const listed = await findCommentByMarker({ client, repo, issue, marker });
  if (listed === null) return createComment(post);
  if (listed !== existing && (await updateComment({ client, repo, body, commentId: listed })) === 'updated') {
    return listed;
  }
  throw new OutsideError(`editing comment ${listed} in ${repo}: GitHub answers that it does not exist, but lists it.`, {
    code: 'github-unavailable',
    retryable: true,
    status: 404,
  });
}
