// Whether an image has the code of the environment's branch: the same files, or no commits of its own.
import { newestCommits, type ComparedCommit, type CommitsUnknown, type NewestCommits } from './changes.ts';

/** The value of the facet `sameCode`. */
export type SameCode =
  /** The image may go to several environments, and none is the default. */
  { readonly kind: 'several-environments' } | SameCodeShown;

/** What a promotion keeps of it, for people. */
export type SameCodeShown = { readonly branch: string } & (
  | ({ readonly kind: 'compared' } & CodeComparison)
  | { readonly kind: 'unknown'; readonly because: Exclude<CommitsUnknown, 'held-names-none'> }
  /** The command line was not given GitHub; `detail` says why. */
  | { readonly kind: 'no-access'; readonly detail: string }
);

export type CodeComparison = {
  /** Those that the policy ignores aside; `unknown`: GitHub did not tell what one of the commits holds. */
  readonly files: 'same' | 'differ' | 'unknown';
  /** Some of the files that differ, where they were listed: only the rule `content` asks for that. */
  readonly differing: readonly string[];
  /** How many commits the branch lacks, merges left out; null where there are more than GitHub lists at once. */
  readonly own: number | null;
  /** The newest of them. */
  readonly newest: NewestCommits;
};

/** A merge of the branch brings nothing that the branch has not. */
export function ownCommits(commits: readonly ComparedCommit[] | null): Pick<CodeComparison, 'own' | 'newest'> {
  if (commits === null) return { own: null, newest: [] };
  const own = commits.filter(({ isMerge }) => !isMerge);
  return { own: own.length, newest: newestCommits(own) };
}

/** What a promotion keeps; nothing where there is no branch to compare with. */
export function keptSameCode(value: SameCode | null): { readonly sameCode?: SameCodeShown } {
  return value === null || value.kind === 'several-environments' ? {} : { sameCode: value };
}
