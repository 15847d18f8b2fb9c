// Posts a comment that is never edited, at most once: in its thread, or in the issue in which a full thread continues.
import type { Effect, ThreadText } from '../../domain/effect.ts';
import type { RepoName } from '../../domain/image/reference.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import { createComment, findCommentByMarker } from '../../github/comments/comments.ts';
import type { InstallationClient } from '../../github/client/client.ts';
import { isGitHubError } from '../../github/client/errors.ts';
import { replyMarker } from '../../messages/replies/reply-marker.ts';
import { listContinuations } from '../../store/long-threads.ts';
import type { Job, JobOutcome } from '../core/handler.ts';
import type { Services } from '../core/services.ts';

/** `full`: GitHub takes no more comments in that issue. */
export type PostedInThread =
  | { readonly kind: 'posted'; readonly issue: number; readonly commentId: number }
  | { readonly kind: 'full'; readonly issue: number };

/**
 * `body` begins with `replyMarker(key)`, by which the comment of an earlier, unclear try is found; `key` is its own for each
 * such comment of a thread. It gets the number of the full thread that another issue continues, or null.
 */
export async function postInThread(
  { github, store }: Services,
  post: {
    readonly job: Pick<Job, 'attempts'>;
    readonly repo: Repo;
    readonly issue: number;
    readonly key: string;
    readonly body: (continuedFrom: number | null) => string;
  },
): Promise<PostedInThread> {
  const { job, repo, key, body } = post;
  const client = github.forRepo(repo);
  const issues = await listContinuations(store.db, { repoId: repo.id, issue: post.issue });
  const issue = issues.at(-1) ?? post.issue;
  const place = { client, repo: repo.name, issue };
  const posted = job.attempts > 1 ? await findPosted({ ...place, issues, marker: replyMarker(key) }) : null;
  if (posted !== null) return { kind: 'posted', ...posted };
  try {
    const text = body(issue === post.issue ? null : post.issue);
    return { kind: 'posted', issue, commentId: await createComment({ ...place, body: text }) };
  } catch (error) {
    if (isGitHubError(error, 'github-thread-full')) return { kind: 'full', issue };
    throw error;
  }
}

/** Our comment with the marker, in a thread or the issues that continue it. */
export async function findPosted(search: {
  readonly client: InstallationClient;
  readonly repo: RepoName;
  /** The last one takes new comments; the full ones before it may be deleted by now. */
  readonly issues: readonly number[];
  readonly marker: string;
}): Promise<{ readonly issue: number; readonly commentId: number } | null> {
  const { issues, ...place } = search;
  for (const issue of issues.toReversed()) {
    try {
      const commentId = await findCommentByMarker({ ...place, issue });
      if (commentId !== null) return { issue, commentId };
    } catch (error) {
      const isGone = isGitHubError(error, 'github-not-found') || isGitHubError(error, 'github-gone');
      if (!isGone || issue === issues.at(-1)) throw error;
    }
  }
  return null;
}

/** The end of a job whose comment a full thread refused: another issue continues the thread, and takes it. */
export function continueThread(
  repo: Repo,
  { issue, text, also = [] }: { readonly issue: number; readonly text: ThreadText; readonly also?: readonly Effect[] },
): JobOutcome {
  const effects: readonly Effect[] = [{ kind: 'continue-thread', repoId: repo.id, issue, text }, ...also];
  return { kind: 'done', commit: { repo, longThread: { kind: 'full', issue }, effects } };
}
