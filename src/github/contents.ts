// Reads one file of a repository as a branch has it, through the contents API.
import { z } from 'zod';
import type { RepoName } from '../domain/image/reference.ts';
import { splitRepo, type InstallationClient } from './client/client.ts';
import { isGitHubError } from './client/errors.ts';
import { CACHEABLE } from './client/hooks.ts';

export type FetchedFile =
  | {
      readonly kind: 'file';
      /** Git's id of the bytes. */
      readonly blob: string;
      /** Decoded as UTF-8; invalid bytes become U+FFFD. */
      readonly text: string;
    }
  | { readonly kind: 'too-large'; readonly blob: string; readonly sizeBytes: number }
  | { readonly kind: 'not-a-file'; readonly what: string };

/** Above it GitHub's contents API leaves the content out. */
const MAX_CONTENT_BYTES = 1_000_000;

const Sized = { sha: z.string().min(1), size: z.number() };

// A symbolic link inside the repository is followed by GitHub; one that leads nowhere comes as itself.
const Content = z.union([
  z.array(z.unknown()).transform(() => ({ type: 'directory' as const })),
  z.object({ ...Sized, type: z.literal('file'), encoding: z.literal('base64'), content: z.string() }),
  z.object({ ...Sized, type: z.literal('file'), encoding: z.literal('none') }),
  z.object({ type: z.enum(['symlink', 'submodule']) }),
]);

/**
 * The file at `path` of `ref` (a branch or a commit; without it the default branch), or null where there is no such
 * file or ref. Asked again, it costs nothing while it is unchanged. A repository that is gone stays an error.
 */
export async function fetchFile({
  client,
  repo,
  path,
  ref,
  maxBytes = MAX_CONTENT_BYTES,
}: FileQuestion & {
  readonly path: string;
  readonly ref?: string;
  readonly maxBytes?: number;
}): Promise<FetchedFile | null> {
  try {
    const { data } = await client.ask({
      tried: `reading ${path} of ${repo}`,
      send: (api) =>
        api.repos.getContent({ ...splitRepo(repo), path, ...(ref === undefined ? {} : { ref }), request: CACHEABLE }),
      answer: Content,
    });
    if (data.type !== 'file') return { kind: 'not-a-file', what: data.type };
    const { sha: blob, size: sizeBytes } = data;
    if (data.encoding === 'none' || sizeBytes > maxBytes) return { kind: 'too-large', blob, sizeBytes };
    return { kind: 'file', blob, text: Buffer.from(data.content, 'base64').toString('utf8') };
  } catch (error) {
    if (!isGitHubError(error, 'github-not-found')) throw error;
    await assertRepoExists({ client, repo });
    return null;
  }
}

type FileQuestion = { readonly client: InstallationClient; readonly repo: RepoName };

/** Without a file, the built-in policy applies. So a 404 must not mean "no repository" or "no access". */
async function assertRepoExists({ client, repo }: FileQuestion): Promise<void> {
  await client.ask({
    tried: `reading ${repo}`,
    send: (api) => api.repos.get({ ...splitRepo(repo), request: CACHEABLE }),
    answer: z.object({}),
  });
}
