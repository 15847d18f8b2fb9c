// Writes and finds the check runs of our App on a commit.
import { z } from 'zod';
import { OutsideError } from '../../net/outside-error.ts';
import type { CommitSha, RepoName } from '../../domain/image/reference.ts';
import { assertCheckRunLimits, type CheckRunAction, type CheckRunTexts } from './check-run-limits.ts';
import { splitRepo, type InstallationClient } from '../client/client.ts';
import { isGitHubError } from '../client/errors.ts';

export type CheckRunContent = {
  readonly name: string;
  readonly headSha: CommitSha;
  /** Our own id: distinguishes runs of one name on one commit, and finds them. */
  readonly externalId: string;
  readonly detailsUrl?: string;
} & CheckRunTexts &
  ({ readonly status: 'in_progress' } | { readonly status: 'completed'; readonly conclusion: Conclusion });

export type Conclusion = 'action_required' | 'cancelled' | 'failure' | 'neutral' | 'skipped' | 'success' | 'timed_out';

/** A check run as GitHub answered it. */
export type CheckRun = { readonly id: number; readonly status: string; readonly conclusion: string | null };

type RepoAccess = { readonly client: InstallationClient; readonly repo: RepoName };

const CheckRunAnswer = z.object({ id: z.number(), status: z.string(), conclusion: z.string().nullable() });

/** Not safe to repeat: after an unclear failure, look for name and external id first. */
export async function createCheckRun({
  client,
  repo,
  content,
}: RepoAccess & { readonly content: CheckRunContent }): Promise<CheckRun> {
  assertCheckRunLimits(content);
  const { data } = await client.ask({
    tried: `creating the check run ${content.name} on ${content.headSha} in ${repo}`,
    makes: true,
    send: (api) =>
      api.checks.create({
        ...splitRepo(repo),
        name: content.name,
        head_sha: content.headSha,
        ...(content.status === 'completed'
          ? { status: content.status, conclusion: content.conclusion }
          : { status: content.status }),
        ...renderContent(content),
      }),
    answer: CheckRunAnswer,
  });
  return data;
}

/**
 * Safe to repeat. An `in_progress` content changes the texts and leaves the status alone: a completed run is never
 * reopened. The answer says what GitHub made of it, which is not always what was sent.
 */
export async function updateCheckRun({
  client,
  repo,
  id,
  content,
}: RepoAccess & { readonly id: number; readonly content: CheckRunContent }): Promise<CheckRun> {
  assertCheckRunLimits(content);
  const { data } = await client.ask({
    tried: `updating the check run ${content.name} (${id}) in ${repo}`,
    send: (api) =>
      api.checks.update({
        ...splitRepo(repo),
        check_run_id: id,
        ...(content.status === 'completed' ? { status: content.status, conclusion: content.conclusion } : {}),
        ...renderContent(content),
      }),
    answer: CheckRunAnswer,
  });
  return data;
}

const MAX_LISTED = 100;

const CheckRunList = z.object({
  check_runs: z.array(
    CheckRunAnswer.extend({
      name: z.string(),
      external_id: z.string().nullish(),
      app: z.object({ id: z.number() }).nullish(),
    }),
  ),
});

type Named = RepoAccess & { readonly commit: CommitSha; readonly name: string };

/** Our App's runs of that name and external id on a commit, newest first, among the hundred that GitHub lists first. */
export async function findCheckRuns({
  externalId,
  ...named
}: Named & { readonly externalId: string }): Promise<readonly CheckRun[]> {
  return (await listOwn(named))
    .filter((run) => run.external_id === externalId)
    .map(({ id, status, conclusion }) => ({ id, status, conclusion }))
    .toSorted((a, b) => b.id - a.id);
}

/** The external ids of our App's runs of that name on a commit, each once, among the hundred that GitHub lists first. */
export async function listExternalIds(named: Named): Promise<readonly string[]> {
  const ids = (await listOwn(named)).map((run) => run.external_id ?? '').filter((id) => id !== '');
  return [...new Set(ids)];
}

async function listOwn({ client, repo, commit, name }: Named): Promise<z.infer<typeof CheckRunList>['check_runs']> {
  const { data } = await client.ask({
    tried: `listing the check runs ${name} on ${commit} in ${repo}`,
    send: (api) =>
      api.checks.listForRef({
        ...splitRepo(repo),
        ref: commit,
        check_name: name,
        app_id: client.appId,
        filter: 'all',
        per_page: MAX_LISTED,
      }),
    answer: CheckRunList,
  });
  return data.check_runs.filter((run) => run.name === name && run.app?.id === client.appId);
}

/**
 * Makes a check run show `content` and returns the id of the run that does. `existing` is the run that stood last; with
 * `mayExist` (an earlier attempt was unclear) a run is looked for before one is created. Where GitHub keeps an old
 * status or conclusion, or the run is gone, a new run with the same name, commit and external id takes over. For a moment
 * GitHub may say that a run is not there; if it still lists the run, no second one is created: `github-unavailable`, retryable.
 */
export async function publishCheckRun({
  client,
  repo,
  content,
  existing,
  mayExist,
}: RepoAccess & {
  readonly content: CheckRunContent;
  readonly existing: { readonly id: number } | null;
  readonly mayExist: boolean;
}): Promise<number> {
  const { headSha: commit, name, externalId } = content;
  const [newest] = mayExist ? await findCheckRuns({ client, repo, commit, name, externalId }) : [];
  const standing = newest ?? existing;
  if (standing !== null && (await updateShows({ client, repo, content, id: standing.id }))) return standing.id;
  const { id } = await createCheckRun({ client, repo, content });
  return id;
}

async function updateShows(
  update: RepoAccess & { readonly id: number; readonly content: CheckRunContent },
): Promise<boolean> {
  const { content } = update;
  try {
    const { status, conclusion } = await updateCheckRun(update);
    return content.status === 'in_progress' || (status === content.status && conclusion === content.conclusion);
  } catch (error) {
    if (!isGitHubError(error, 'github-not-found')) throw error;
    const { client, repo, id } = update;
    const { headSha: commit, name, externalId } = content;
    const listed = await findCheckRuns({ client, repo, commit, name, externalId });
    if (!listed.some((run) => run.id === id)) return false;
    throw new OutsideError(
      `updating the check run ${name} (${id}) in ${repo}: GitHub answers that it does not exist, but lists it.`,
      {
        code: 'github-unavailable',
        retryable: true,
        status: 404,
      },
    );
  }
}

type RenderedContent = {
  readonly external_id: string;
  readonly details_url?: string;
  readonly output: { readonly title: string; readonly summary: string; readonly text?: string };
  readonly actions: CheckRunAction[];
};

/** `actions` are always sent: otherwise old buttons would stay. */
function renderContent({ externalId, detailsUrl, title, summary, text, actions }: CheckRunContent): RenderedContent {
  return {
    external_id: externalId,
    ...(detailsUrl === undefined ? {} : { details_url: detailsUrl }),
    output: { title, summary, ...(text === undefined ? {} : { text }) },
    actions: actions.map(({ label, description, identifier }) => ({ label, description, identifier })),
  };
}
