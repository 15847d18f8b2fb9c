// Compares two commits: how far apart they are, and the commits between them with their authors.
import { z } from 'zod';
import type { CommitComparison, ComparedCommit } from '../domain/image/changes.ts';
import { parseCommitSha, type CommitSha, type RepoName } from '../domain/image/reference.ts';
import type { Contributors } from '../domain/promotion/promotion.ts';
import { splitRepo, type InstallationClient } from './client/client.ts';
import { isGitHubError } from './client/errors.ts';
import { CACHEABLE } from './client/hooks.ts';
import { isTooLong, MAX_AUTHOR, MAX_SUBJECT } from './commits.ts';

/** `head` may be a branch; so may `base`. */
export type Range = {
  readonly client: InstallationClient;
  readonly repo: RepoName;
  readonly base: string;
  readonly head: string;
};

/** The comparison, with the ids of both trees: two commits with the same tree hold the same files. */
export type Compared = CommitComparison & {
  readonly baseTree: string;
  /** Null where GitHub did not list the newest commit. */
  readonly headTree: string | null;
};

export type ComparisonResult =
  | ({ readonly kind: 'compared' } & Compared)
  | { readonly kind: 'impossible'; readonly because: 'commit-gone' | 'no-common-history' | 'too-large' };

/**
 * One request, free if nothing has changed since the last one. GitHub lists at most 250 commits in one answer. Throws any
 * failure that is not about these two commits.
 */
export async function compareCommits({ client, repo, base, head }: Range): Promise<ComparisonResult> {
  try {
    const { data } = await client.ask({
      tried: `comparing ${base} and ${head} of ${repo}`,
      send: (api) =>
        api.repos.compareCommitsWithBasehead({
          ...splitRepo(repo),
          basehead: `${base}...${head}`,
          // The files come with their patches, megabytes of them.
          request: { ...CACHEABLE, dropped: ['files'] },
        }),
      answer: Comparison,
    });
    const { ahead_by: ahead, behind_by: behind, commits: listed, base_commit: atBase } = data;
    const isWhole = listed.length === ahead;
    const last = listed.at(-1) ?? null;
    // Without commits of its own, the head is the base or one of its ancestors.
    const headTree = ahead === 0 && behind === 0 ? atBase.tree : isWhole ? (last?.tree ?? null) : null;
    const commits = isWhole ? listed.map(({ tree: _tree, ...commit }) => commit) : null;
    return { kind: 'compared', ahead, behind, commits, baseTree: atBase.tree, headTree };
  } catch (error) {
    if (isTooLong(error)) return { kind: 'impossible', because: 'too-large' };
    if (!isGitHubError(error, 'github-not-found')) throw error;
    const because = /no common ancestor/i.test(error.message) ? 'no-common-history' : 'commit-gone';
    return { kind: 'impossible', because };
  }
}

const Commit = z
  .object({
    sha: z.string(),
    author: z.object({ id: z.int(), login: z.string() }).nullish().catch(null),
    commit: z.object({
      message: z.string(),
      author: z.object({ name: z.string() }).nullish().catch(null),
      tree: z.object({ sha: z.string() }),
    }),
    parents: z.array(z.unknown()),
  })
  .transform(({ sha, author, commit, parents }, context): ComparedCommit & { readonly tree: string } => {
    const parsed = parseCommitSha(sha);
    if (parsed === null) {
      context.addIssue('not a full commit id');
      return z.NEVER;
    }
    return {
      sha: parsed,
      ...titleOf(commit.message),
      author: author ?? null,
      name: commit.author?.name.slice(0, MAX_AUTHOR).toWellFormed() ?? null,
      isMerge: parents.length > 1,
      tree: commit.tree.sha,
    };
  });

const Comparison = z.object({
  ahead_by: z.int(),
  behind_by: z.int(),
  base_commit: z
    .object({ commit: z.object({ tree: z.object({ sha: z.string() }) }) })
    .transform(({ commit }) => ({ tree: commit.tree.sha })),
  commits: z.array(Commit),
});

/** The message that GitHub writes for a merge has the title of the pull request below its first line. */
function titleOf(message: string): Pick<ComparedCommit, 'subject' | 'pull'> {
  const [first = '', ...rest] = message.split('\n', MAX_LINES).map((line) => line.trim());
  const merged = /^Merge pull request #(\d{1,9}) from /.exec(first);
  if (merged !== null) return { subject: cut(rest.find((line) => line !== '') ?? first), pull: Number(merged[1]) };
  const squashed = /^(.*\S)\s+\(#(\d{1,9})\)$/.exec(first);
  if (squashed !== null) return { subject: cut(squashed[1] ?? first), pull: Number(squashed[2]) };
  return { subject: cut(first), pull: null };
}

/** Below the first line of a merge comes an empty one, then the title. */
const MAX_LINES = 5;

function cut(subject: string): string {
  return subject.slice(0, MAX_SUBJECT).toWellFormed();
}

/** By the listed commits of a comparison. */
export function contributorsOf(commits: readonly ComparedCommit[]): Contributors {
  const people = new Map<number, Contributors['people'][number]>();
  for (const { author } of commits) {
    if (author === null) continue;
    people.set(author.id, { ...author, commits: (people.get(author.id)?.commits ?? 0) + 1 });
  }
  const unknown = commits.filter(({ author }) => author === null).map(({ sha }) => sha);
  return { commits: commits.length, people: [...people.values()], unknown };
}

const Page = z.object({
  total_commits: z.int(),
  commits: z.array(Commit),
});

const PAGE = 100;
/** A thousand commits: the authors of more are not determined. */
const MAX_PAGES = 10;

/**
 * The authors of the commits after `base` up to `head`, by GitHub's account of each, which the person who pushed can
 * choose. Null if the two have no common history, one of them is gone, or there are more than a thousand.
 */
export async function listContributors(
  range: Omit<Range, 'base' | 'head'> & { readonly base: CommitSha; readonly head: CommitSha },
): Promise<Contributors | null> {
  const commits: ComparedCommit[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const read = await readPage(range, page);
    if (read === null || read.total_commits > PAGE * MAX_PAGES) return null;
    commits.push(...read.commits);
    if (commits.length >= read.total_commits || read.commits.length === 0) break;
  }
  return contributorsOf(commits);
}

async function readPage({ client, repo, base, head }: Range, page: number): Promise<z.output<typeof Page> | null> {
  try {
    const { data } = await client.ask({
      tried: `listing the commits between ${base} and ${head} of ${repo}`,
      send: (api) =>
        api.repos.compareCommitsWithBasehead({
          ...splitRepo(repo),
          basehead: `${base}...${head}`,
          per_page: PAGE,
          page,
        }),
      answer: Page,
    });
    return data;
  } catch (error) {
    if (isGitHubError(error, 'github-not-found')) return null;
    throw error;
  }
}
