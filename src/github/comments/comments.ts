// Writes, edits and finds the comments of our App on issues and pull requests.
import { z } from 'zod';
import type { ActingApp } from '../../domain/actor.ts';
import type { RepoName } from '../../domain/image/reference.ts';
import { splitRepo, type InstallationClient } from '../client/client.ts';
import { isGitHubError } from '../client/errors.ts';

type RepoAccess = { readonly client: InstallationClient; readonly repo: RepoName };

const PAGE_SIZE = 100;
const MAX_PAGES = 10;

const Created = z.object({ id: z.number() });

/** Returns the comment's id. Not safe to repeat: after an unclear failure, look for the marker first. */
export async function createComment({
  client,
  repo,
  issue,
  body,
}: RepoAccess & { readonly issue: number; readonly body: string }): Promise<number> {
  const { data } = await client.ask({
    tried: `creating a comment on ${repo}#${issue}`,
    makes: true,
    send: (api) => api.issues.createComment({ ...splitRepo(repo), issue_number: issue, body }),
    answer: Created,
  });
  return data.id;
}

/** Replaces the body; safe to repeat. `gone`: somebody deleted the comment. */
export async function updateComment({
  client,
  repo,
  commentId,
  body,
}: RepoAccess & { readonly commentId: number; readonly body: string }): Promise<'updated' | 'gone'> {
  try {
    await client.ask({
      tried: `editing comment ${commentId} in ${repo}`,
      send: (api) => api.issues.updateComment({ ...splitRepo(repo), comment_id: commentId, body }),
      answer: Created,
    });
    return 'updated';
  } catch (error) {
    if (isGitHubError(error, 'github-not-found') || isGitHubError(error, 'github-gone')) return 'gone';
    throw error;
  }
}

/** A comment as it is now. */
export type ListedComment = {
  readonly id: number;
  readonly body: string;
  /** Null: the account was deleted. */
  readonly by: {
    readonly id: number;
    readonly login: string;
    readonly kind: 'user' | 'bot';
    readonly app?: ActingApp;
  } | null;
  /** By GitHub's clock, to the second. */
  readonly writtenAt: number;
  readonly isEdited: boolean;
};

const Times = z.object({ created_at: z.iso.datetime(), updated_at: z.iso.datetime() });

const Listed = z.array(
  z.object({
    ...Times.shape,
    id: z.number().int(),
    body: z.string().nullish(),
    user: z.object({ id: z.number().int(), login: z.string(), type: z.string() }).nullish(),
    performed_via_github_app: z.object({ id: z.number().int(), slug: z.string().nullish() }).nullish(),
    issue_url: z.string(),
  }),
);

export type CommentPage = {
  readonly comments: readonly ListedComment[];
  /** The time of GitHub's answer, by its clock. */
  readonly answeredAt: number | null;
  /** The number of the last page, as this page links it; GitHub allows 2,500 comments in a thread. */
  readonly lastPage: number;
};

/**
 * A page of the comments of a thread that were written or edited since then (epoch milliseconds of GitHub's clock),
 * oldest first. Null if the thread no longer exists: deleted, or moved to another repository.
 */
export async function fetchCommentPage({
  client,
  repo,
  issue,
  since,
  page,
}: RepoAccess & {
  readonly issue: number;
  readonly since: number;
  readonly page: number;
}): Promise<CommentPage | null> {
  try {
    const { data, link, header } = await client.ask({
      tried: `listing the newest comments of ${repo}#${issue}`,
      send: (api) =>
        api.issues.listComments({
          ...splitRepo(repo),
          issue_number: issue,
          since: new Date(since).toISOString(),
          per_page: PAGE_SIZE,
          page,
        }),
      answer: Listed,
    });
    // GitHub redirects to a thread that was moved: its comments are not those of this thread.
    if (data.some(({ issue_url }) => !isOf(issue_url, { repo, issue }))) return null;
    return { comments: data.map(toListed), answeredAt: timeOf(header('date')), lastPage: lastPage(link) };
  } catch (error) {
    if (isGitHubError(error, 'github-not-found') || isGitHubError(error, 'github-gone')) return null;
    throw error;
  }
}

/** What became of a comment since it was written. */
export async function fetchCommentFate({
  client,
  repo,
  commentId,
}: RepoAccess & { readonly commentId: number }): Promise<'as-written' | 'edited' | 'gone'> {
  try {
    const { data } = await client.ask({
      tried: `reading comment ${commentId} of ${repo}`,
      send: (api) => api.issues.getComment({ ...splitRepo(repo), comment_id: commentId }),
      answer: Times,
    });
    return data.updated_at === data.created_at ? 'as-written' : 'edited';
  } catch (error) {
    if (isGitHubError(error, 'github-not-found') || isGitHubError(error, 'github-gone')) return 'gone';
    throw error;
  }
}

function isOf(issueUrl: string, { repo, issue }: { readonly repo: RepoName; readonly issue: number }): boolean {
  return issueUrl.toLowerCase().endsWith(`/repos/${repo}/issues/${issue}`.toLowerCase());
}

function toListed(listed: z.infer<typeof Listed>[number]): ListedComment {
  const { id, body, user, performed_via_github_app: app, created_at, updated_at } = listed;
  const acting = app === null || app === undefined ? {} : { app: { id: app.id, slug: app.slug ?? '' } };
  return {
    id,
    body: body ?? '',
    by:
      user === null || user === undefined
        ? null
        : { id: user.id, login: user.login, kind: user.type === 'Bot' ? 'bot' : 'user', ...acting },
    writtenAt: Date.parse(created_at),
    isEdited: updated_at !== created_at,
  };
}

function timeOf(header: string | null): number | null {
  const time = Date.parse(header ?? '');
  return Number.isNaN(time) ? null : time;
}

const Comments = z.array(
  z.object({
    id: z.number(),
    body: z.string().nullish(),
    user: z.object({ type: z.string() }).nullish(),
    performed_via_github_app: z.object({ id: z.number() }).nullish(),
  }),
);

/**
 * The id of our App's newest comment whose first line is `marker`, or null. Anybody may type a marker, so other authors'
 * comments don't count. Looks at the newest thousand comments.
 */
export async function findCommentByMarker({
  client,
  repo,
  issue,
  marker,
}: RepoAccess & { readonly issue: number; readonly marker: string }): Promise<number | null> {
  const list = async (
    page: number,
  ): Promise<{ readonly comments: z.infer<typeof Comments>; readonly last: number }> => {
    const { data, link } = await client.ask({
      tried: `listing the comments of ${repo}#${issue}`,
      send: (api) => api.issues.listComments({ ...splitRepo(repo), issue_number: issue, per_page: PAGE_SIZE, page }),
      answer: Comments,
    });
    return { comments: data, last: lastPage(link) };
  };
  const first = await list(1);
  // GitHub lists the comments of an issue oldest first and offers no other order.
  for (let page = first.last; page >= 1 && page > first.last - MAX_PAGES; page -= 1) {
    const { comments } = page === 1 ? first : await list(page);
    const found = comments.findLast(
      (comment) =>
        comment.performed_via_github_app?.id === client.appId &&
        comment.user?.type === 'Bot' &&
        firstLine(comment.body ?? '') === marker,
    );
    if (found !== undefined) return found.id;
  }
  return null;
}

function lastPage(link: string | null): number {
  const last = /[?&]page=(\d+)[^>]*>;\s*rel="last"/.exec(link ?? '')?.[1];
  return last === undefined ? 1 : Number(last);
}

/** The line that holds the marker. */
export function firstLine(body: string): string {
  return body.split(/\r?\n/, 1)[0] ?? '';
}
