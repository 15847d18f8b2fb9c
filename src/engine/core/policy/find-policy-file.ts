// Finds the policy file on the default branch; without one, the files that somebody meant as it.
import { hasOwnKey } from '../../../config/promotion-file/has-own-key.ts';
import { MAX_POLICY_FILE_BYTES } from '../../../config/promotion-file.ts';
import { POLICY_PATH } from '../../../domain/policy/policy.ts';
import { isPolicyFolder, likenessOf, POLICY_FOLDER } from '../../../domain/policy/policy-file-name.ts';
import type { RepoName } from '../../../domain/image/reference.ts';
import { OutsideError } from '../../../net/outside-error.ts';
import type { InstallationClient } from '../../../github/client/client.ts';
import {
  blobIdOf,
  fetchFile,
  fetchFolder,
  MAX_LISTED,
  type FetchedFile,
  type FetchedFolder,
  type FolderEntry,
} from '../../../github/contents.ts';

export type FoundPolicyFile =
  | { readonly kind: 'found'; readonly file: FetchedFile }
  /** Their paths from the root, at least one. */
  | { readonly kind: 'misnamed'; readonly paths: readonly string[] }
  | { readonly kind: 'none' };

type Search = {
  readonly client: InstallationClient;
  readonly repo: RepoName;
  /** The text of a blob that is stored already; null if it is not. */
  readonly findText: (blob: string) => Promise<string | null>;
};

const MAX_ROUNDS = 3;
/** Of files whose text decides: somebody may fill a folder with them. */
const MAX_READ = 10;

/**
 * OutsideError if GitHub can't answer, or the files move faster than they are read. An answer of several requests counts
 * only if they show the same `.github`: a file that is renamed meanwhile is never missed.
 */
export async function findPolicyFile(search: Search): Promise<FoundPolicyFile> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const found = await findOnce(search);
    if (found !== 'moved') return found;
  }
  const message = `The files of ${search.repo} changed while the policy file was read.`;
  throw new OutsideError(message, { code: 'github-unavailable', retryable: true });
}

async function findOnce(search: Search): Promise<FoundPolicyFile | 'moved'> {
  const folder = await fetchFolder({ ...search, path: POLICY_FOLDER });
  if (folder?.kind === 'folder') {
    const entry = folder.entries.find(({ name }) => `${POLICY_FOLDER}/${name}` === POLICY_PATH);
    if (entry !== undefined || folder.entries.length >= MAX_LISTED) {
      const file = await readEntry(search, entry);
      if (file !== null) return { kind: 'found', file };
      if (entry !== undefined) return 'moved';
    }
    const misnamed = await findMisnamed(search, { folder: POLICY_FOLDER, entries: folder.entries });
    if (misnamed === 'moved') return 'moved';
    if (misnamed.length > 0) return { kind: 'misnamed', paths: misnamed };
  }
  const root = await fetchFolder({ ...search, path: '' });
  const entries = root?.kind === 'folder' ? root.entries : [];
  if (!isSameFolder(folder, entries)) return 'moved';
  const paths = await findElsewhere(search, entries);
  if (paths === 'moved') return 'moved';
  return paths.length > 0 ? { kind: 'misnamed', paths } : { kind: 'none' };
}

/**
 * The listing shows the blob of a plain file only: for a symbolic link it is the blob of the link. A stored text counts
 * only if it has that id: the database decides nothing about the current policy.
 */
async function readEntry({ client, repo, findText }: Search, entry?: FolderEntry): Promise<FetchedFile | null> {
  const text = entry?.type === 'file' ? await findText(entry.id) : null;
  if (entry !== undefined && text !== null && entry.id === blobIdOf(text))
    return { kind: 'file', blob: entry.id, text };
  return fetchFile({ client, repo, path: POLICY_PATH, maxBytes: MAX_POLICY_FILE_BYTES });
}

/** In the root, and in a folder whose name differs from `.github` by case. */
async function findElsewhere(search: Search, root: readonly FolderEntry[]): Promise<Paths> {
  const found: string[] = [];
  for (const { name, type } of root) {
    if (type !== 'dir' || name === POLICY_FOLDER || !isPolicyFolder(name)) continue;
    const folder = await fetchFolder({ ...search, path: name });
    if (folder?.kind !== 'folder') return 'moved';
    const inside = await findMisnamed(search, { folder: name, entries: folder.entries });
    if (inside === 'moved') return 'moved';
    found.push(...inside);
  }
  const namesakes = root.filter(({ name }) => likenessOf(name) === 'certain').filter(isSmallFile);
  const texts = await findPolicyTexts(
    search,
    namesakes.map(({ name }) => name),
  );
  return texts === 'moved' ? 'moved' : [...found, ...texts];
}

/** `moved`: the folder has changed since it was listed. */
type Paths = readonly string[] | 'moved';

async function findMisnamed(
  search: Search,
  { folder, entries }: { readonly folder: string; readonly entries: readonly FolderEntry[] },
): Promise<Paths> {
  const pathOf = ({ name }: FolderEntry): string => `${folder}/${name}`;
  const certain = entries.filter(({ name, type }) => type !== 'dir' && likenessOf(name) === 'certain');
  const possible = entries.filter(({ name }) => likenessOf(name) === 'possible').filter(isSmallFile);
  const texts = await findPolicyTexts(search, possible.map(pathOf));
  return texts === 'moved' ? 'moved' : [...certain.map(pathOf), ...texts];
}

function isSmallFile({ type, sizeBytes }: FolderEntry): boolean {
  return type !== 'dir' && sizeBytes <= MAX_POLICY_FILE_BYTES;
}

async function findPolicyTexts({ client, repo }: Search, paths: readonly string[]): Promise<Paths> {
  const found: string[] = [];
  for (const path of paths.slice(0, MAX_READ)) {
    const file = await fetchFile({ client, repo, path, maxBytes: MAX_POLICY_FILE_BYTES });
    if (file === null) return 'moved';
    if (file.kind === 'file' && hasOwnKey(file.text)) found.push(path);
  }
  return found;
}

/** Whether the root lists `.github` as it was read. Two answers that differ belong to two commits. */
function isSameFolder(folder: FetchedFolder | null, root: readonly FolderEntry[]): boolean {
  const listed = root.find(({ name }) => name === POLICY_FOLDER);
  if (listed === undefined) return folder === null || root.length >= MAX_LISTED;
  if (folder === null) return false;
  if (folder.kind === 'not-a-folder') return listed.type !== 'dir';
  return listed.type === 'dir' && (folder.tree === null || folder.tree === listed.id);
}
