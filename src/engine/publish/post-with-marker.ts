// Posts a comment that is never edited, at most once: finds the comment of an earlier, unclear try by its marker.
import type { Repo } from '../../domain/promotion/promotion.ts';
import { createComment, findCommentByMarker } from '../../github/comments/comments.ts';
import { replyMarker } from '../../messages/replies/reply-marker.ts';
import type { Job } from '../core/handler.ts';
import type { Services } from '../core/services.ts';

/** The comment's id. `body` begins with `replyMarker(key)`; `key` is its own for each such comment of a thread. */
export async function postWithMarker(
  { github }: Services,
  post: {
    readonly job: Pick<Job, 'attempts'>;
    readonly repo: Repo;
    readonly issue: number;
    readonly key: string;
    readonly body: string;
  },
): Promise<number> {
  const { job, repo, issue, key, body } = post;
  const client = github.forRepo(repo);
  const place = { client, repo: repo.name, issue };
  const posted = job.attempts > 1 ? await findCommentByMarker({ ...place, marker: replyMarker(key) }) : null;
  return posted ?? createComment({ ...place, body });
}
