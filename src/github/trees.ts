// Reads which files a commit holds, by the id of its tree: two commits with the same tree hold the same files.
import { z } from 'zod';
import { parseCommitSha, type CommitSha, type RepoName } from '../domain/image/reference.ts';
import { splitRepo, type InstallationClient } from './client/client.ts';
import { isGitHubError } from './client/errors.ts';

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
