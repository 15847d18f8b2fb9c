// What changes compared with the environment's current image: commits with their authors, platforms, sizes, configuration.
import type { CommitsShown, ConfigChange, ContentsComparison, ImageChanges } from '../../domain/image/changes.ts';
import type { PinnedImage } from '../../domain/image/tag-plan.ts';
import { formatNumber, isOpen, type Promotion } from '../../domain/promotion/promotion.ts';
import { joinBlocks } from '../blocks.ts';
import { code, escapeText, link } from '../escape.ts';
import { branchNotComparedWords, notComparedWords } from '../findings/change-words.ts';
import { codeList, formatAge, formatBytes, formatTime, listWords, plural } from '../format.ts';
import type { PromotionView } from '../promotion-view.ts';
import type { Detail } from './detail.ts';

type ChangesView = Pick<PromotionView, 'promotion' | 'githubUrl'>;

/** A line about the commits, the newest of them, and the differences of the images; empty where nothing was compared. */
export function renderChanges(view: ChangesView, detail: Detail): string {
  return joinBlocks(
    view.promotion.images.flatMap((image) => {
      const { changes } = image;
      const ofBranch = sameCodeLine(view, image);
      if (changes === undefined) return [ofBranch];
      const commits = newestLines(view, changes.commits, detail);
      return [`**Changes**: ${commitsLine(view, image, changes)}`, commits, imageLines(changes, detail), ofBranch];
    }),
  );
}

/** `**Code**: 2 commits are not on main`, with the commits; empty where nobody asked. */
function sameCodeLine({ promotion, githubUrl }: ChangesView, { sameCode }: PinnedImage): string {
  if (sameCode === undefined || sameCode.kind === 'no-access') return '';
  const branch = code(sameCode.branch);
  if (sameCode.kind === 'unknown') {
    // Who reads the card knows already that the commit is unknown.
    return sameCode.because === 'no-commit'
      ? ''
      : `**Code**: not compared with ${branch}: ${branchNotComparedWords(sameCode.because)}`;
  }
  const { files, own, newest } = sameCode;
  if (files === 'same') return `**Code**: same files as ${branch}`;
  if (own === 0) return `**Code**: all commits are on ${branch}`;
  if (own === null) return `**Code**: more commits than GitHub lists are not on ${branch}`;
  const linked = newest.map(({ sha }) =>
    link(code(sha.slice(0, 7)), `${githubUrl}/${promotion.repo.name}/commit/${sha}`),
  );
  const rest = own > newest.length ? ` and ${own - newest.length} more` : '';
  return `**Code**: ${plural(own, 'commit')} ${own === 1 ? 'is' : 'are'} not on ${branch}: ${linked.join(', ')}${rest}`;
}

/** The line about the commits alone. */
export function changesSummary(view: ChangesView): string {
  return view.promotion.images
    .flatMap((image) => (image.changes === undefined ? [] : [`Changes: ${commitsLine(view, image, image.changes)}.`]))
    .join(' ');
}

function commitsLine(view: ChangesView, image: PinnedImage, changes: ImageChanges): string {
  const { held, commits } = changes;
  const place = heldWords(view.promotion, changes);
  if (commits.kind === 'no-access') return `not compared with ${place}`;
  if (commits.kind === 'unknown') return `not compared with ${place}: ${notComparedWords(commits.because)}`;
  const { ahead, behind, authors, authorCount } = commits;
  if (ahead === 0 && behind === 0) return `the same commit as in ${place}`;
  const linked = (count: number): string => {
    if (held.commit === null || image.commit === null) return plural(count, 'commit');
    const range = ahead === 0 ? [image.commit, held.commit] : [held.commit, image.commit];
    return link(plural(count, 'commit'), `${view.githubUrl}/${view.promotion.repo.name}/compare/${range.join('...')}`);
  };
  if (ahead === 0) return `${linked(behind)} older than ${place}`;
  const by = authors.length === 0 ? '' : `, by ${authorWords(authors, authorCount)}`;
  const lacks = behind === 0 ? '' : `; this image lacks ${plural(behind, 'commit')} of it`;
  return `${linked(ahead)} since ${place}${by}${lacks}`;
}

const MAX_AUTHORS = 5;

function authorWords(authors: readonly string[], count: number): string {
  const shown = authors.slice(0, MAX_AUTHORS).map((author) => code(author, { maxLength: 40 }));
  return count > shown.length ? `${shown.join(', ')} and ${count - shown.length} more` : listWords(shown);
}

/** `` `production` (P8, `v1.4.2`, 3 days ago) ``; once the promotion has ended, the age is a time. */
function heldWords({ environment, state }: Promotion, { held, readAt }: ImageChanges): string {
  const since = held.at === null ? null : isOpen(state) ? formatAge(held.at, readAt) : formatTime(held.at);
  const about = [
    ...(held.promotion === null ? [] : [formatNumber(held.promotion)]),
    ...(held.version === null ? [] : [code(held.version)]),
    ...(since === null ? [] : [since]),
  ];
  return `${code(environment)}${about.length === 0 ? '' : ` (${about.join(', ')})`}`;
}

function newestLines(
  { promotion, githubUrl }: ChangesView,
  commits: CommitsShown,
  { reviews, textLength }: Detail,
): string {
  if (commits.kind !== 'compared' || commits.newest.length === 0) return '';
  const url = `${githubUrl}/${promotion.repo.name}`;
  const shown = commits.newest.slice(0, reviews);
  const rest = commits.ahead - shown.length;
  return [
    ...shown.map(({ sha, subject, pull }) => {
      const title = escapeText(subject, { maxLength: Math.min(textLength, MAX_SUBJECT) });
      const request = pull === null ? '' : ` (${link(`#${pull}`, `${url}/pull/${pull}`)})`;
      return `- ${link(title === '' ? code(sha.slice(0, 7)) : title, `${url}/commit/${sha}`)}${request}`;
    }),
    ...(rest > 0 ? [`- and ${plural(rest, 'more commit')}`] : []),
  ].join('\n');
}

const MAX_SUBJECT = 80;

function imageLines({ contents }: ImageChanges, { textLength }: Detail): string {
  if (contents.kind === 'unknown') {
    const why = contents.because === 'gone' ? 'is gone from the registry' : "can't be read";
    return `Size, platforms and configuration are not compared: the current image ${why}.`;
  }
  const lines = [
    ...platformLines(contents),
    ...sizeLines(contents),
    ...configLines(contents.config, Math.min(textLength, MAX_CONFIG_TEXT)),
  ];
  return lines.length === 0 ? '' : ['**Changes of the image**', '', ...lines.map((line) => `- ${line}`)].join('\n');
}

const MAX_CONFIG_TEXT = 120;
const MAX_NAMES = 8;

function platformLines({ added, removed }: ContentsComparison): readonly string[] {
  return [
    ...(added.length === 0 ? [] : [`New ${added.length === 1 ? 'platform' : 'platforms'}: ${names(added)}`]),
    ...(removed.length === 0 ? [] : [`Removed ${removed.length === 1 ? 'platform' : 'platforms'}: ${names(removed)}`]),
  ];
}

/** One line for each platform whose size or layers differ. */
function sizeLines({ platforms }: ContentsComparison): readonly string[] {
  return platforms.flatMap(({ platform, size, layers }) => {
    if (size === null || layers === null || (layers.added === 0 && layers.removed === 0)) return [];
    const total = layers.shared + layers.added;
    const grown = size.from === size.to ? formatBytes(size.to) : `${formatBytes(size.from)} → ${formatBytes(size.to)}`;
    const pulled = layers.added === 0 ? '' : ` (${formatBytes(layers.addedBytes)})`;
    return [`${code(platform)}: ${grown}, ${layers.added} of ${plural(total, 'layer')} new${pulled}`];
  });
}

function configLines(config: readonly ConfigChange[], maxLength: number): readonly string[] {
  const variables = config.filter((change) => change.kind === 'variable');
  const named = (['added', 'removed', 'changed'] as const).flatMap((how) => {
    const of = variables.filter(({ change }) => change === how).map(({ name }) => name);
    return of.length === 0 ? [] : [`${names(of)} ${how}`];
  });
  const value = (text: string | null): string => (text === null ? 'not set' : code(text, { maxLength }));
  return [
    ...config.flatMap((change) =>
      change.kind === 'config'
        ? [`${CONFIG_NAMES[change.name] ?? change.name}: ${value(change.from)} → ${value(change.to)}`]
        : [],
    ),
    ...(named.length === 0 ? [] : [`Environment variables: ${named.join('; ')}`]),
  ];
}

const CONFIG_NAMES: Readonly<Record<string, string>> = {
  config: 'Configuration',
  entrypoint: 'Entrypoint',
  cmd: 'Cmd',
  user: 'User',
  'working directory': 'Working directory',
  healthcheck: 'Healthcheck',
  ports: 'Ports',
};

function names(texts: readonly string[]): string {
  return codeList(texts, { max: MAX_NAMES });
}
