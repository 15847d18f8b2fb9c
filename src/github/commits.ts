// Reads commits: the newest of a branch, and whether a commit belongs to a branch.
import { z } from 'zod';
import type { CommitSummary } from '../domain/image/image-facts.ts';
import { parseCommitSha, type CommitSha, type RepoName } from '../domain/image/reference.ts';
import type { PolicyChange } from '../domain/policy/policy-change.ts';
import { OutsideError } from '../net/outside-error.ts';
import { splitRepo, type InstallationClient } from './client/client.ts';
import { isGitHubError } from './client/errors.ts';
import { CACHEABLE } from './client/hooks.ts';

export type BranchMembership = 'on-branch' | 'not-on-branch' | 'unknown-commit' | 'no-branch';

export type Commit = {
  readonly sha: CommitSha;
  /** When it was committed, epoch milliseconds. */
  readonly at: number;
} & CommitSummary;

/** Where a commit is, and the commit itself if the branch holds it and GitHub returned it. */
export type BranchPlace = { readonly membership: BranchMembership; readonly commit: Commit | null };

type BranchQuestion = {
  readonly client: InstallationClient;
  readonly repo: RepoName;
  readonly branch: string;
};

/**
 * Whether `commit` is the head of `branch` or an ancestor of it. That it exists proves nothing: GitHub serves the
 * commits of forks under the parent's name. OutsideError that may pass where GitHub contradicts itself (no comparison,
 * though branch and commit are there), and where it takes too long over the difference.
 */
export async function compareWithBranch({
  client,
  repo,
  branch,
  commit,
}: BranchQuestion & { readonly commit: CommitSha }): Promise<BranchPlace> {
  try {
    const { data } = await client.ask({
      tried: `comparing ${commit} with the branch ${branch} of ${repo}`,
      send: (api) =>
        api.repos.compareCommitsWithBasehead({ ...splitRepo(repo), basehead: `${branch}...${commit}`, per_page: 1 }),
      answer: Comparison,
    });
    if (data.status !== 'behind' && data.status !== 'identical') return elsewhere('not-on-branch');
    const { merge_base_commit: found } = data;
    return { membership: 'on-branch', commit: found?.sha === commit ? found : null };
  } catch (error) {
    if (isTooLong(error)) throw mayPass(error);
    if (!isGitHubError(error, 'github-not-found')) throw error;
    if (/no common ancestor/i.test(error.message)) return elsewhere('not-on-branch');
    if (!(await branchExists({ client, repo, branch }))) return elsewhere('no-branch');
    if ((await findCommit({ client, repo, hex: commit })) !== null) throw mayPass(error);
    return elsewhere('unknown-commit');
  }
}

/** GitHub computes the whole difference, also where nobody wants it: 422, or 500 with the same words. */
export function isTooLong(error: unknown): error is OutsideError {
  const isAnswer =
    isGitHubError(error, 'github-rejected') || (isGitHubError(error, 'github-unavailable') && error.status === 500);
  return isAnswer && /too (long|large|big)|timed out/i.test(error.message);
}

function mayPass(error: OutsideError): OutsideError {
  const { message, status } = error;
  return new OutsideError(message, { code: 'github-unavailable', retryable: true, status, cause: error });
}

function elsewhere(membership: BranchMembership): BranchPlace {
  return { membership, commit: null };
}

const CommitAnswer = z
  .object({
    sha: z.string(),
    author: z.object({ login: z.string() }).nullish().catch(null),
    commit: z.object({
      message: z.string(),
      author: z.object({ name: z.string() }).nullish().catch(null),
      committer: z.object({ date: z.iso.datetime({ offset: true }) }).nullable(),
    }),
  })
  .transform(({ sha, author, commit }, context): Commit => {
    const parsed = parseCommitSha(sha);
    if (parsed === null) {
      context.addIssue('not a full commit id');
      return z.NEVER;
    }
    const [subject = ''] = commit.message.split('\n', 1);
    const name = author?.login ?? commit.author?.name ?? null;
    return {
      sha: parsed,
      subject: subject.slice(0, MAX_SUBJECT).toWellFormed(),
      author: name?.slice(0, MAX_AUTHOR).toWellFormed() ?? null,
      at: commit.committer === null ? 0 : Date.parse(commit.committer.date),
    };
  });
const Commits = z.array(CommitAnswer);

/** Characters: they are stored with a promotion, and the person who pushes chooses them. */
export const MAX_SUBJECT = 200;
export const MAX_AUTHOR = 100;

const Comparison = z.object({
  status: z.enum(['ahead', 'behind', 'identical', 'diverged']),
  /** The requested commit, if the branch holds it. */
  merge_base_commit: CommitAnswer.nullish().catch(null),
});

/** The only commit whose id begins with these digits, or null. A fork's commit is found as well. */
export async function findCommit({
  client,
  repo,
  hex,
}: Omit<BranchQuestion, 'branch'> & { readonly hex: string }): Promise<Commit | null> {
  try {
    const { data } = await client.ask({
      tried: `reading the commit ${hex} of ${repo}`,
      send: (api) => api.repos.getCommit({ ...splitRepo(repo), ref: hex, per_page: 1 }),
      answer: CommitAnswer,
    });
    // A branch or tag may have the name of a commit.
    return data.sha.startsWith(hex) ? data : null;
  } catch (error) {
    if (isGitHubError(error, 'github-not-found')) return null;
    if (isGitHubError(error, 'github-rejected') && (error.status === 409 || error.status === 422)) return null;
    throw error;
  }
}

/** The newest commits of a branch, newest first, at most `limit` (up to 100); none without such a branch. */
export async function listCommits({
  client,
  repo,
  branch,
  limit,
}: BranchQuestion & { readonly limit: number }): Promise<readonly Commit[]> {
  try {
    const { data } = await client.ask({
      tried: `listing the commits of the branch ${branch} of ${repo}`,
      send: (api) => api.repos.listCommits({ ...splitRepo(repo), sha: branch, per_page: limit, request: CACHEABLE }),
      answer: Commits,
    });
    return data;
  } catch (error) {
    // An empty repository answers 409.
    if (isGitHubError(error, 'github-rejected') && error.status === 409) return [];
    if (isGitHubError(error, 'github-not-found') && !(await branchExists({ client, repo, branch }))) return [];
    throw error;
  }
}

const LastChange = z.array(
  z.object({
    author: z.object({ id: z.number().int(), login: z.string() }).nullish(),
    commit: z.object({
      author: z.object({ name: z.string().catch(''), date: z.iso.datetime({ offset: true }) }).nullish(),
    }),
  }),
);

/**
 * Who wrote the newest commit of the default branch that changed a file, and when, as the commit says: anybody can claim
 * that. `id` null: GitHub knows no such account. Null where there is none.
 */
export async function findLastAuthor({
  client,
  repo,
  path,
}: Omit<BranchQuestion, 'branch'> & { readonly path: string }): Promise<Pick<PolicyChange, 'by' | 'at'> | null> {
  const { data } = await client.ask({
    tried: `looking for who changed ${path} of ${repo} last`,
    send: (api) => api.repos.listCommits({ ...splitRepo(repo), path, per_page: 1, request: CACHEABLE }),
    answer: LastChange,
  });
  const [newest] = data;
  const written = newest?.commit.author;
  if (newest === undefined || written === null || written === undefined) return null;
  const { author } = newest;
  const by = author === null || author === undefined ? { id: null, login: written.name } : author;
  return { by, at: Date.parse(written.date) };
}

const Anything = z.object({});

/** False only if the repository exists and the branch does not. A missing repository stays an error. */
async function branchExists({ client, repo, branch }: BranchQuestion): Promise<boolean> {
  try {
    await client.ask({
      tried: `reading the branch ${branch} of ${repo}`,
      send: (api) => api.repos.getBranch({ ...splitRepo(repo), branch }),
      answer: Anything,
    });
    return true;
  } catch (error) {
    if (!isGitHubError(error, 'github-not-found')) throw error;
    await client.ask({
      tried: `reading ${repo}`,
      send: (api) => api.repos.get(splitRepo(repo)),
      answer: Anything,
    });
    return false;
  }
}
