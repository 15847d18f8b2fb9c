// A small git: real object ids, branches, ancestors, and the comparison GitHub makes of two commits.
import { createHash } from 'node:crypto';

export type GitCommit = {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: string;
  readonly at: number;
  readonly files: ReadonlyMap<string, string>;
};

export type NewCommit = {
  readonly message: string;
  readonly author: string;
  readonly at: number;
  readonly parents: readonly string[];
  readonly files: ReadonlyMap<string, string>;
  /** The id of a real commit of elsewhere, whose contents are not known here. */
  readonly id?: string;
};

export type Comparison = {
  readonly status: 'ahead' | 'behind' | 'identical' | 'diverged';
  readonly mergeBase: GitCommit;
  readonly ahead: readonly GitCommit[];
  readonly behind: readonly GitCommit[];
};

export type Git = {
  readonly branches: Map<string, string>;
  /** Each leads to its commit; annotated tags are not told apart. */
  readonly tags: Map<string, string>;
  /** Stores the commit without moving a branch, as a fork's commit is seen under its parent's name. */
  readonly store: (commit: NewCommit) => GitCommit;
  /** A branch, `heads/x`, `refs/heads/x`, the same of a tag, or a commit id of at least 7 digits. */
  readonly resolve: (ref: string) => GitCommit | undefined;
  /** What the tree of a commit holds, by path. */
  readonly filesOf: (tree: string) => ReadonlyMap<string, string> | undefined;
  readonly compare: (base: GitCommit, head: GitCommit) => Comparison | undefined;
  /** The commit and all its ancestors as `git log` orders them: of those whose child was shown, the newest is next. */
  readonly log: (start: GitCommit) => readonly GitCommit[];
};

export function createGit(): Git {
  const commits = new Map<string, GitCommit>();
  const branches = new Map<string, string>();
  const tags = new Map<string, string>();

  const store = (commit: NewCommit): GitCommit => {
    const tree = treeId(commit.files);
    const who = `${commit.author} <${commit.author}@users.noreply.github.com> ${secondOf(commit)} +0000`;
    // Two commits made within one second must differ: the count stands where a signature would.
    const lines = [
      `tree ${tree}`,
      ...commit.parents.map((parent) => `parent ${parent}`),
      `author ${who}`,
      `committer ${who}`,
      `count ${commits.size}`,
      '',
      commit.message,
    ];
    const { id, ...rest } = commit;
    const sha = id ?? objectId('commit', Buffer.from(lines.join('\n')));
    const stored: GitCommit = { ...rest, sha, tree };
    commits.set(sha, stored);
    return stored;
  };

  const resolve = (ref: string): GitCommit | undefined => {
    const branch = branches.get(ref.replace(/^(refs\/)?heads\//, ''));
    const known = commits.get(branch ?? tags.get(ref.replace(/^(refs\/)?tags\//, '')) ?? ref);
    if (known !== undefined || !/^[0-9a-f]{7,40}$/.test(ref)) return known;
    const matches = [...commits.values()].filter((commit) => commit.sha.startsWith(ref));
    return matches.length === 1 ? matches[0] : undefined;
  };

  const history = (start: GitCommit): Map<string, GitCommit> => {
    const seen = new Map<string, GitCommit>();
    const queue = [start];
    for (let commit = queue.shift(); commit !== undefined; commit = queue.shift()) {
      if (seen.has(commit.sha)) continue;
      seen.set(commit.sha, commit);
      queue.push(...commit.parents.flatMap((sha) => commits.get(sha) ?? []));
    }
    return seen;
  };

  const compare = (base: GitCommit, head: GitCommit): Comparison | undefined => {
    const ofBase = history(base);
    const ofHead = history(head);
    const mergeBase = [...ofHead.values()].find((commit) => ofBase.has(commit.sha));
    if (mergeBase === undefined) return undefined;
    const ahead = [...ofHead.values()].filter((commit) => !ofBase.has(commit.sha)).toReversed();
    const behind = [...ofBase.values()].filter((commit) => !ofHead.has(commit.sha));
    return { status: relation(ahead.length, behind.length), mergeBase, ahead, behind };
  };

  const log = (start: GitCommit): readonly GitCommit[] => {
    const seen = new Set([start.sha]);
    const queue = [start];
    const shown: GitCommit[] = [];
    for (let commit = queue.shift(); commit !== undefined; commit = queue.shift()) {
      shown.push(commit);
      for (const parent of commit.parents.flatMap((sha) => commits.get(sha) ?? [])) {
        if (seen.has(parent.sha)) continue;
        seen.add(parent.sha);
        const older = queue.findIndex((waiting) => secondOf(waiting) < secondOf(parent));
        queue.splice(older === -1 ? queue.length : older, 0, parent);
      }
    }
    return shown;
  };

  const filesOf: Git['filesOf'] = (tree) => [...commits.values()].find((commit) => commit.tree === tree)?.files;

  return { branches, tags, store, resolve, filesOf, compare, log };
}

/** The id GitHub shows as `sha` of a file. */
export function blobId(text: string): string {
  return objectId('blob', Buffer.from(text));
}

/** Git's dates have no fractions; of two commits made within one second neither is newer. */
function secondOf(commit: NewCommit): number {
  return Math.floor(commit.at / 1000);
}

function relation(ahead: number, behind: number): Comparison['status'] {
  if (ahead > 0) return behind > 0 ? 'diverged' : 'ahead';
  return behind > 0 ? 'behind' : 'identical';
}

/** The id GitHub shows as `sha` of a folder with these files, by their paths inside it. */
export function treeId(files: ReadonlyMap<string, string>): string {
  const folders = new Map<string, Map<string, string>>();
  const entries: { readonly name: string; readonly mode: string; readonly sha: string }[] = [];
  for (const [path, text] of files) {
    const slash = path.indexOf('/');
    if (slash === -1) entries.push({ name: path, mode: '100644', sha: blobId(text) });
    else {
      const folder = folders.get(path.slice(0, slash)) ?? new Map<string, string>();
      folders.set(path.slice(0, slash), folder.set(path.slice(slash + 1), text));
    }
  }
  for (const [name, inside] of folders) entries.push({ name, mode: '40000', sha: treeId(inside) });
  const sorted = entries.toSorted((a, b) => Buffer.compare(sortKey(a), sortKey(b)));
  return objectId(
    'tree',
    Buffer.concat(
      sorted.flatMap((entry) => [Buffer.from(`${entry.mode} ${entry.name}\0`), Buffer.from(entry.sha, 'hex')]),
    ),
  );
}

/** Git sorts a folder as if its name ended with a slash. */
function sortKey(entry: { readonly name: string; readonly mode: string }): Buffer {
  return Buffer.from(entry.mode === '40000' ? `${entry.name}/` : entry.name);
}

function objectId(kind: 'blob' | 'tree' | 'commit', bytes: Buffer): string {
  return createHash('sha1').update(`${kind} ${bytes.length}\0`).update(bytes).digest('hex');
}
