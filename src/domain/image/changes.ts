// What sets an image apart from the one that its environment holds: commits, platforms, sizes and configuration.
import type { CommitSha, Digest, Tag } from './reference.ts';

/** The value of the facet `changes`. */
export type Changes =
  /** The image may go to several environments, and none is the default. */
  | { readonly kind: 'several-environments' }
  | { readonly kind: 'nothing-held'; readonly environment: string }
  | ({ readonly kind: 'compared'; readonly environment: string; readonly rollbackTo: string | null } & Omit<
      ImageChanges,
      'commits'
    > & { readonly commits: CommitsBetween });

/** What a promotion keeps of them, for people. */
export type ImageChanges = {
  readonly held: HeldImage;
  /** When they were compared. */
  readonly readAt: number;
  readonly commits: CommitsShown;
  readonly contents: ContentsBetween;
};

/** What the environment holds: what was promoted last; before the first promotion, what its first tag holds. */
export type HeldImage = {
  readonly digest: Digest;
  /** The number of `P12`; null where no promotion put it there. */
  readonly promotion: number | null;
  /** Of the promotion, else as the image claims it. */
  readonly commit: CommitSha | null;
  readonly version: Tag | null;
  /** Since when. */
  readonly at: number | null;
};

/** Why the commits can't be compared. */
export type CommitsUnknown =
  /** The image proves none. */
  | 'no-commit'
  | 'held-names-none'
  /** GitHub does not know the commit of the held image, any more or at all. */
  | 'commit-gone'
  | 'no-common-history'
  /** GitHub takes too long over the difference. */
  | 'too-large'
  | 'refused';

export type CommitsBetween =
  | { readonly kind: 'unknown'; readonly because: CommitsUnknown }
  /** The command line was not given GitHub; `detail` says why. */
  | { readonly kind: 'no-access'; readonly detail: string }
  | ({ readonly kind: 'compared' } & CommitComparison);

export type CommitComparison = {
  /** How many commits the image has that the held one lacks, and the other way round. */
  readonly ahead: number;
  readonly behind: number;
  /** The former, oldest first; null where there are more than GitHub lists at once. */
  readonly commits: readonly ComparedCommit[] | null;
};

export type ComparedCommit = {
  readonly sha: CommitSha;
  /** Of the commit, or of the pull request that it merges; cut. */
  readonly subject: string;
  /** The number of the pull request that the message names. */
  readonly pull: number | null;
  /** GitHub's account of the author, which the person who pushed can choose; null if there is none. */
  readonly author: { readonly id: number; readonly login: string } | null;
  /** The author's name as the commit has it; anybody can write any name. */
  readonly name: string | null;
  readonly isMerge: boolean;
};

export type CommitsShown =
  | Exclude<CommitsBetween, { kind: 'compared' }>
  | {
      readonly kind: 'compared';
      readonly ahead: number;
      readonly behind: number;
      /** Logins, or names where GitHub knows no account, the most frequent first; none where GitHub listed no commits. */
      readonly authors: readonly string[];
      /** How many authors there are. */
      readonly authorCount: number;
      readonly newest: NewestCommits;
    };

/** Newest first, at most ten. */
export type NewestCommits = readonly Pick<ComparedCommit, 'sha' | 'subject' | 'pull'>[];

const MAX_NEWEST = 10;

/** `commits` stand oldest first. */
export function newestCommits(commits: readonly ComparedCommit[]): NewestCommits {
  return commits
    .toReversed()
    .slice(0, MAX_NEWEST)
    .map(({ sha, subject, pull }) => ({ sha, subject, pull }));
}

const MAX_AUTHORS = 10;

function shownCommits(between: CommitsBetween): CommitsShown {
  if (between.kind !== 'compared') return between;
  const { ahead, behind, commits } = between;
  const listed = commits ?? [];
  const authors = Map.groupBy(
    listed.flatMap(({ author, name }) => author?.login ?? name ?? []),
    (author) => author,
  );
  const ranked = [...authors.values()]
    .toSorted((one, other) => other.length - one.length)
    .flatMap(([first]) => first ?? []);
  return {
    kind: 'compared',
    ahead,
    behind,
    authors: ranked.slice(0, MAX_AUTHORS),
    authorCount: ranked.length,
    newest: newestCommits(listed),
  };
}

/** What a promotion keeps; nothing where there is nothing to compare with. */
export function keptChanges(changes: Changes | null): { readonly changes?: ImageChanges } {
  if (changes?.kind !== 'compared') return {};
  const { held, readAt, commits, contents } = changes;
  return { changes: { held, readAt, commits: shownCommits(commits), contents } };
}

export type ContentsBetween =
  /** `gone`: the registry no longer holds the image; `unreadable`: it does, but nothing can be read of it. */
  | { readonly kind: 'unknown'; readonly because: 'gone' | 'unreadable' }
  | ({ readonly kind: 'compared' } & ContentsComparison);

export type ContentsComparison = {
  /** Platforms that only the image has. */
  readonly added: readonly string[];
  /** Platforms that only the held image has. */
  readonly removed: readonly string[];
  /** Platforms of the held image whose manifest or config the registry has lost: nobody can run them. */
  readonly broken: readonly string[];
  /** Those that both have. */
  readonly platforms: readonly PlatformChanges[];
  /** Each once, whatever the number of platforms that have it. */
  readonly config: readonly ConfigChange[];
};

export type PlatformChanges = {
  readonly platform: string;
  /** Config and compressed layers, bytes; null where a manifest is missing. */
  readonly size: { readonly from: number; readonly to: number } | null;
  readonly layers: LayerChanges | null;
};

export type LayerChanges = {
  /** The layers of both: nobody has to pull them again. */
  readonly shared: number;
  readonly removed: number;
  readonly added: number;
  readonly addedBytes: number;
};

/** Null: not set in that image. Of variables only the names are known here: values may be secret. */
export type ConfigChange =
  | { readonly kind: 'config'; readonly name: string; readonly from: string | null; readonly to: string | null }
  | { readonly kind: 'variable'; readonly name: string; readonly change: 'added' | 'removed' | 'changed' };
