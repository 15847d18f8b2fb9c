// Opens issues of our App and finds them by their marker.
import { z } from 'zod';
import type { RepoName } from '../../domain/image/reference.ts';
import { MAX_THREAD_COMMENTS } from '../../domain/promotion/thread-limit.ts';
import type { Answer } from '../client/ask.ts';
import { splitRepo, type InstallationClient } from '../client/client.ts';
import { firstLine } from './comments.ts';

type RepoAccess = { readonly client: InstallationClient; readonly repo: RepoName };

const PAGE_SIZE = 100;
const MAX_PAGES = 10;

const Created = z.object({ number: z.number() });

/** Returns the issue's number. Not safe to repeat: after an unclear failure, look for the marker first. */
export async function createIssue({
  client,
  repo,
  title,
  body,
}: RepoAccess & { readonly title: string; readonly body: string }): Promise<number> {
  const { data } = await client.ask({
    tried: `opening an issue in ${repo}`,
    makes: true,
    send: (api) => api.issues.create({ ...splitRepo(repo), title, body }),
    answer: Created,
  });
  return data.number;
}

const Issues = z.array(
  z.object({
    number: z.number(),
    body: z.string().nullish(),
    locked: z.boolean(),
    comments: z.number(),
    performed_via_github_app: z.object({ id: z.number() }).nullish(),
  }),
);

/**
 * The number of our App's newest open issue whose first line is `marker` and which takes comments, or null. `creator` is the
 * App's login, so a marker in other people's issues has no effect. Reads the newest thousand.
 */
export async function findIssueByMarker({
  client,
  repo,
  creator,
  marker,
}: RepoAccess & { readonly creator: string; readonly marker: string }): Promise<number | null> {
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const { data }: Answer<z.infer<typeof Issues>> = await client.ask({
      tried: `listing the issues of ${repo}`,
      send: (api) => api.issues.listForRepo({ ...splitRepo(repo), creator, per_page: PAGE_SIZE, page }),
      answer: Issues,
    });
    const found = data.find(
      ({ body, locked, comments, performed_via_github_app: app }) =>
        app?.id === client.appId && !locked && comments < MAX_THREAD_COMMENTS && firstLine(body ?? '') === marker,
    );
    if (found !== undefined) return found.number;
    if (data.length < PAGE_SIZE) return null;
  }
  return null;
}
