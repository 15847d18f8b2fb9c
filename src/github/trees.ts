// Reads which files a commit holds, by the id of its tree: two commits with the same tree hold the same files.
import { z } from 'zod';
import { parseCommitSha, type CommitSha, type RepoName } from '../domain/image/reference.ts';
import { splitRepo, type InstallationClient } from './client/client.ts';
import { isGitHubError } from './client/errors.ts';
import { CACHEABLE } from './client/hooks.ts';

export type CommitTree = {
  readonly sha: CommitSha;
  readonly tree: string;
  readonly parents: readonly CommitSha[];
};

const commitSha = z.string().transform((text, context) => {
  const parsed = parseCommitSha(text);
  if (parsed !== null) return parsed;
  context.addIssue({ code: 'custom', message: 'not a full commit id' });
  return z.NEVER;
});

const Answer = z
  .object({
    sha: commitSha,
    commit: z.object({ tree: z.object({ sha: z.string() }) }),
    parents: z.array(z.object({ sha: commitSha })),
  })
  .transform(({ sha, commit, parents }): CommitTree => ({
    sha,
    tree: commit.tree.sha,
    parents: parents.map((parent) => parent.sha),
  }));

/** `ref` is a full commit id or `tags/<name>`, which leads through annotated tags to the commit; null where it leads to none. */
export async function findTree({
  client,
  repo,
  ref,
}: {
  readonly client: InstallationClient;
  readonly repo: RepoName;
  readonly ref: string;
}): Promise<CommitTree | null> {
  try {
    const { data } = await client.ask({
      tried: `reading the commit ${ref} of ${repo}`,
      send: (api) => api.repos.getCommit({ ...splitRepo(repo), ref, per_page: 1 }),
      answer: Answer,
    });
    return data;
  } catch (error) {
    if (isGitHubError(error, 'github-not-found')) return null;
    if (isGitHubError(error, 'github-rejected') && (error.status === 409 || error.status === 422)) return null;
    throw error;
  }
}

const Files = z.object({
  truncated: z.boolean(),
  tree: z.array(z.object({ path: z.string(), mode: z.string(), type: z.string(), sha: z.string() })),
});

/** Each file of a tree, by its path, as its mode and blob id; null where GitHub lists only a part: 100,000 entries or 7 MB. */
export async function listFiles({
  client,
  repo,
  tree,
}: {
  readonly client: InstallationClient;
  readonly repo: RepoName;
  /** The id of a tree. */
  readonly tree: string;
}): Promise<ReadonlyMap<string, string> | null> {
  const { data } = await client.ask({
    tried: `listing the files of the tree ${tree} of ${repo}`,
    send: (api) => api.git.getTree({ ...splitRepo(repo), tree_sha: tree, recursive: 'true', request: CACHEABLE }),
    answer: Files,
  });
  if (data.truncated) return null;
  return new Map(data.tree.flatMap(({ path, mode, type, sha }) => (type === 'tree' ? [] : [[path, `${mode} ${sha}`]])));
}
