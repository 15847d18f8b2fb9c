// The words of the rules that compare an image with its environment: platforms, order and content.
import type { CommitsUnknown } from '../../domain/image/changes.ts';
import { formatNumber } from '../../domain/promotion/promotion.ts';
import { rollbackLine } from '../card/next-steps.ts';
import { listWords, plural } from '../format.ts';
import type { FindingOf, Words } from './words.ts';

export const CHANGE_WORDS: { readonly [Rule in 'platforms' | 'order' | 'content']: Words<FindingOf[Rule]> } = {
  platforms: {
    seen: (seen) => {
      switch (seen.code) {
        case 'missing':
          return [
            ...(seen.held.length === 0 ? [] : [`no ${listWords(seen.held, 'or')}, which the current image has`]),
            ...(seen.required.length === 0 ? [] : [`no ${listWords(seen.required, 'or')}, which the policy requires`]),
          ].join('; ');
        case 'held-unreadable':
          return `not compared: the image in ${seen.environment} ${seen.because === 'gone' ? 'is gone from the registry' : "can't be read"}`;
        case 'held-incomplete':
          return `no ${listWords(seen.platforms, 'or')}; the image in ${seen.environment} has ${seen.platforms.length === 1 ? 'it' : 'them'} only in part`;
        case 'all':
          return listWords(seen.platforms);
      }
    },
    wanted: ({ wanted }) =>
      wanted.required.length === 0
        ? 'every platform of the current image'
        : `every platform of the current image, and ${listWords(wanted.required)}`,
  },
  order: {
    seen: (seen) => {
      const known = [
        ...(seen.promotion === null ? [] : [formatNumber(seen.promotion)]),
        ...(seen.code === 'older' && seen.commit !== null ? [seen.commit.slice(0, 7)] : []),
      ];
      const place = `${seen.environment}${known.length === 0 ? '' : ` (${known.join(', ')})`}`;
      return seen.code === 'older'
        ? `${plural(seen.behind, 'commit')} older than ${place}`
        : `not compared with ${place}: ${notComparedWords(seen.because)}`;
    },
    wanted: () => 'a commit that is not older than the one in the environment',
    ready: ({ seen }) =>
      seen.code === 'older' && seen.rollbackTo !== null
        ? { what: 'To go back to this image', line: rollbackLine(seen, seen.rollbackTo) }
        : null,
  },
  content: {
    seen: (seen) => {
      switch (seen.code) {
        case 'same-files':
          return `same files as ${seen.branch}`;
        case 'no-own-commits':
          return `all commits are on ${seen.branch}`;
        case 'own-commits': {
          const list = seen.commits.length === 0 ? '' : `: ${seen.commits.map((sha) => sha.slice(0, 7)).join(', ')}`;
          return seen.count === null
            ? `too many commits that may not be on ${seen.branch}`
            : `${plural(seen.count, 'commit')} not on ${seen.branch}${list}${seen.count > seen.commits.length ? ', …' : ''}`;
        }
        case 'other-files':
          return `other files than ${seen.branch}${seen.paths.length === 0 ? '' : `: ${seen.paths.join(', ')}`}`;
        case 'not-compared':
          return `not compared with ${seen.branch}: ${branchNotComparedWords(seen.because)}`;
      }
    },
    wanted: ({ wanted }) =>
      wanted.match === 'identical' ? 'the files of the production branch' : 'only commits of the production branch',
  },
};

/** A clause. */
export function notComparedWords(because: CommitsUnknown): string {
  return NOT_COMPARED[because];
}

/** The same for a comparison with a branch. */
export function branchNotComparedWords(because: Exclude<CommitsUnknown, 'held-names-none'> | 'files-unknown'): string {
  if (because === 'files-unknown') return 'GitHub does not list all files';
  return because === 'commit-gone' ? 'GitHub has no such branch, or no such commit' : NOT_COMPARED[because];
}

const NOT_COMPARED = {
  'no-commit': 'the image names no commit',
  'held-names-none': 'the image there names no commit',
  'commit-gone': 'GitHub has no commit of the image there',
  'no-common-history': 'the two commits have no common history',
  'too-large': 'GitHub could not finish the comparison',
  refused: 'GitHub refused the comparison',
} as const satisfies Readonly<Record<CommitsUnknown, string>>;
