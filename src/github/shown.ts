// Reads what GitHub shows of ours now: a comment, a check run, whether a thread takes comments. Unchanged answers are free.
import { z } from 'zod';
import type { RepoName } from '../domain/image/reference.ts';
import type { Answer } from './client/ask.ts';
import { splitRepo, type InstallationClient } from './client/client.ts';
import { isGitHubError } from './client/errors.ts';
import { CACHEABLE } from './client/hooks.ts';

type RepoAccess = { readonly client: InstallationClient; readonly repo: RepoName };

export type ShownCheckRun = { readonly status: string; readonly conclusion: string | null; readonly title: string };

/** The body, or null if somebody deleted the comment. */
export async function fetchCommentBody({
  client,
  repo,
  commentId,
}: RepoAccess & { readonly commentId: number }): Promise<string | null> {
  const answer = await unlessGone(() =>
    client.ask({
      tried: `reading comment ${commentId} in ${repo}`,
      send: (api) => api.issues.getComment({ ...splitRepo(repo), comment_id: commentId, request: CACHEABLE }),
      answer: z.object({ body: z.string().nullish() }),
    }),
  );
  return answer === null ? null : (answer.data.body ?? '');
}

/** Null if there is no such check run. */
export async function fetchShownCheckRun({
  client,
  repo,
  id,
}: RepoAccess & { readonly id: number }): Promise<ShownCheckRun | null> {
  const answer = await unlessGone(() =>
    client.ask({
      tried: `reading the check run ${id} in ${repo}`,
      send: (api) => api.checks.get({ ...splitRepo(repo), check_run_id: id, request: CACHEABLE }),
      answer: z.object({
        status: z.string(),
        conclusion: z.string().nullable(),
        output: z.object({ title: z.string().nullish() }),
      }),
    }),
  );
  if (answer === null) return null;
  const { status, conclusion, output } = answer.data;
  return { status, conclusion, title: output.title ?? '' };
}

/** False if a thread is locked or deleted. */
export async function takesWords({ client, repo, issue }: RepoAccess & { readonly issue: number }): Promise<boolean> {
  const answer = await unlessGone(() =>
    client.ask({
      tried: `reading ${repo}#${issue}`,
      send: (api) => api.issues.get({ ...splitRepo(repo), issue_number: issue, request: CACHEABLE }),
      answer: z.object({ locked: z.boolean() }),
    }),
  );
  return answer !== null && !answer.data.locked;
}

async function unlessGone<T>(ask: () => Promise<Answer<T>>): Promise<Answer<T> | null> {
  try {
    return await ask();
  } catch (error) {
    if (isGitHubError(error, 'github-not-found') || isGitHubError(error, 'github-gone')) return null;
    throw error;
  }
}
