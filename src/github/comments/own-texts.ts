// Reads what our App has written in a repository: its comments in all threads, and the summaries of its check runs.
import { z } from 'zod';
import type { RepoName } from '../../domain/image/reference.ts';
import type { Answer } from '../client/ask.ts';
import { splitRepo, type InstallationClient } from '../client/client.ts';
import { isGitHubError } from '../client/errors.ts';

type RepoAccess = { readonly client: InstallationClient; readonly repo: RepoName };

export type OwnComment = { readonly url: string; readonly body: string };

const PAGE_SIZE = 100;

const Comments = z.array(
  z.object({
    html_url: z.string(),
    body: z.string().nullish(),
    user: z.object({ type: z.string() }).nullish(),
    performed_via_github_app: z.object({ id: z.number() }).nullish(),
  }),
);

/** Newest first, from the newest `maxPages` hundreds of all comments; `all`: that was every one. */
export async function listOwnComments({ client, repo, maxPages }: RepoAccess & { readonly maxPages: number }): Promise<{
  readonly comments: readonly OwnComment[];
  readonly all: boolean;
}> {
  const comments: OwnComment[] = [];
  for (let page = 1; page <= maxPages; page += 1) {
    const { data }: Answer<z.infer<typeof Comments>> = await client.ask({
      tried: `listing the comments of ${repo}`,
      send: (api) =>
        api.issues.listCommentsForRepo({
          ...splitRepo(repo),
          sort: 'created',
          direction: 'desc',
          per_page: PAGE_SIZE,
          page,
        }),
      answer: Comments,
    });
    const ours = data.filter(
      ({ user, performed_via_github_app: app }) => app?.id === client.appId && user?.type === 'Bot',
    );
    comments.push(...ours.map(({ html_url: url, body }) => ({ url, body: body ?? '' })));
    if (data.length < PAGE_SIZE) return { comments, all: true };
  }
  return { comments, all: false };
}

const CheckRun = z.object({
  html_url: z.string().nullish(),
  app: z.object({ id: z.number() }).nullish(),
  output: z.object({ summary: z.string().nullish() }),
});

/** What a check run of ours shows, or null if it is gone or another App's. */
export async function fetchCheckRunText({
  client,
  repo,
  id,
}: RepoAccess & { readonly id: number }): Promise<OwnComment | null> {
  try {
    const { data } = await client.ask({
      tried: `reading the check run ${id} of ${repo}`,
      send: (api) => api.checks.get({ ...splitRepo(repo), check_run_id: id }),
      answer: CheckRun,
    });
    if (data.app?.id !== client.appId) return null;
    return { url: data.html_url ?? `check run ${id}`, body: data.output.summary ?? '' };
  } catch (error) {
    if (isGitHubError(error, 'github-not-found')) return null;
    throw error;
  }
}
