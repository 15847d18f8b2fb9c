// Reads one file or folder of a repository as a branch has it, through the contents API.
import { createHash } from 'node:crypto';
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

export type FetchedFolder =
  | {
      readonly kind: 'folder';
      /** Git's id of the folder; null if the answer does not show it. */
      readonly tree: string | null;
      /** At most `MAX_LISTED`: GitHub leaves out further ones. */
      readonly entries: readonly FolderEntry[];
    }
  /** A file, a symbolic link or a submodule: GitHub follows no link to a folder. */
  | { readonly kind: 'not-a-folder' };

export type FolderEntry = z.infer<typeof Entry>;

export const MAX_LISTED = 1000;

const Entry = z
  .object({
    name: z.string(),
    /** `file`, `dir` or `symlink`; GitHub lists a submodule as a `file`. */
    type: z.string(),
    ...Sized,
  })
  .transform(({ name, type, sha, size }) => ({ name, type, id: sha, sizeBytes: size }));
const Entries = z.array(Entry);

const Folder = z.union([
  z.object({ type: z.literal('dir'), sha: z.string().min(1), entries: Entries }).transform(toFolder),
  Entries.transform((entries) => toFolder({ sha: null, entries })),
  z.object({ type: z.enum(['file', 'symlink', 'submodule']) }).transform(() => ({ kind: 'not-a-folder' }) as const),
]);

function toFolder({ sha, entries }: { readonly sha: string | null; readonly entries: z.infer<typeof Entries> }) {
  return { kind: 'folder', tree: sha, entries } as const;
}

/** With it, the answer also has the id of the folder itself. */
const AS_OBJECT = 'application/vnd.github.object+json';

/**
 * What the default branch has in the folder `path`, '' for the root; null where nothing is. Asked again, it costs nothing
 * while it is unchanged. The root of a repository that is gone stays an error; any other folder of it is null.
 */
export async function fetchFolder({
  client,
  repo,
  path,
}: FileQuestion & { readonly path: string }): Promise<FetchedFolder | null> {
  try {
    const { data } = await client.ask({
      tried: `listing ${path === '' ? 'the files' : path} of ${repo}`,
      send: (api) =>
        api.repos.getContent({ ...splitRepo(repo), path, headers: { accept: AS_OBJECT }, request: CACHEABLE }),
      answer: Folder,
    });
    return data;
  } catch (error) {
    if (!isGitHubError(error, 'github-not-found')) throw error;
    if (path === '') await assertRepoExists({ client, repo });
    return null;
  }
}

/** Git's id of a file with this text, in a repository that uses SHA-1. */
export function blobIdOf(text: string): string {
  const bytes = Buffer.from(text);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
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
