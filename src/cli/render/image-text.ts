// What an image is, as text and as JSON: its digest and platforms, what they run, and their labels.
import type { Fact, ImageFacts, Lineage, PlatformFacts } from '../../domain/image/image-facts.ts';
import { formatBytes } from '../../messages/format.ts';
import type { CollectedImage } from '../../facts/collect.ts';
import type { PlatformContents } from '../../facts/contents.ts';
import { plainText } from '../../messages/escape.ts';
import { formatAge, formatTime, plural } from '../../messages/format.ts';
import { withoutCredentials } from '../../domain/outside-text.ts';
import { unknownText } from '../../messages/unknown-reason.ts';
import { layOut } from './columns.ts';
import type { Terminal } from '../services.ts';

/** Lines with line ends: the heads, one row per platform, the labels. */
export function renderImage(
  { facts, contents }: CollectedImage,
  about: { readonly terminal: Terminal; readonly now: number; readonly rows: readonly (readonly [string, string])[] },
): string {
  const { terminal, now } = about;
  const { width, style } = terminal;
  const built = builtAt(contents.platforms);
  const heads = [
    ['Digest', facts.digest],
    ['Type', contents.mediaType],
    ['Built', built === null ? 'unknown' : `${formatTime(built)}, ${formatAge(built, now)}`],
    ['Commit', commitText(facts.lineage)],
    ...about.rows,
  ];
  const platforms = platformsOf(facts).map((platform, index) => platformRow(platform, contents.platforms[index]));
  const labels = labelRows(contents.platforms);
  return [
    ...layOut(
      heads.map(([name = '', value = '']) => [style.bold(name), value]),
      width,
    ),
    '',
    ...(platforms.length === 0 ? ['No runnable platform.'] : layOut([PLATFORM_HEAD, ...platforms], width)),
    '',
    ...(labels.length === 0 ? ['No labels.'] : layOut([LABEL_HEAD, ...labels], width)),
    '',
  ].join('\n');
}

const PLATFORM_HEAD = ['PLATFORM', 'SIZE', 'LAYERS', 'USER', 'COMMAND'];
const LABEL_HEAD = ['LABEL', 'VALUE'];

/** A stable shape: docs/cli.md describes it. */
export function imageJson({ facts, contents }: CollectedImage): Readonly<Record<string, unknown>> {
  const built = builtAt(contents.platforms);
  const { repository, digest, tag, lineage } = facts;
  const place = lineage.kind === 'known' && lineage.value.kind === 'on-branch' ? lineage.value : null;
  return {
    repository,
    tag,
    digest,
    mediaType: contents.mediaType,
    builtAt: built === null ? null : new Date(built).toISOString(),
    commit: place?.commit ?? null,
    branch: place?.branch ?? null,
    platforms: platformsOf(facts).map((platform, index) => {
      const details = contents.platforms[index]?.details ?? null;
      return {
        platform: platform.platform,
        digest: platform.digest,
        sizeBytes: valueOf(platform.sizeBytes),
        layers: valueOf(platform.layerCount),
        user: details?.user ?? null,
        entrypoint: details?.entrypoint ?? null,
        cmd: details?.cmd ?? null,
        labels: details === null || details === undefined ? null : redactedLabels(details.labels),
      };
    }),
  };
}

/** Of the newest platform, epoch milliseconds; null where no config has it. */
export function builtAt(platforms: readonly PlatformContents[]): number | null {
  const times = platforms.map(({ details }) => Date.parse(details?.created ?? '')).filter((at) => !Number.isNaN(at));
  return times.length === 0 ? null : Math.max(...times);
}

function platformRow({ platform, sizeBytes, layerCount }: PlatformFacts, contents?: PlatformContents): string[] {
  const details = contents?.details ?? null;
  return [
    plain(platform),
    sizeBytes.kind === 'known' ? formatBytes(sizeBytes.value) : '?',
    layerCount.kind === 'known' ? String(layerCount.value) : '?',
    details === null ? '?' : plain(details.user ?? '') || 'root',
    details === null ? plain(reasonOf(contents)) : plain([...details.entrypoint, ...details.cmd].join(' ')) || 'none',
  ];
}

function reasonOf(contents: PlatformContents | undefined): string {
  return contents?.config.kind === 'unknown' ? unknownText(contents.config.reason) : '?';
}

/** A label that platforms disagree on has one row per value, with the platforms behind it. */
function labelRows(platforms: readonly PlatformContents[]): readonly string[][] {
  const read = platforms.flatMap(({ platform, details }) => (details === null ? [] : [{ platform, details }]));
  const all = read.flatMap(({ platform, details }) =>
    Object.entries(redactedLabels(details.labels)).map(([label, value]) => ({ label, value, platform })),
  );
  const groups = Map.groupBy(all, ({ label, value }) => JSON.stringify([label, value]));
  return [...groups.values()]
    .flatMap((same) => {
      const [first] = same;
      if (first === undefined) return [];
      const where = same.length === read.length ? '' : ` (${same.map(({ platform }) => platform).join(', ')})`;
      return [[plain(first.label), plain(`${first.value}${where}`)]];
    })
    .toSorted(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Half a sentence. */
export function commitText(lineage: Fact<Lineage>): string {
  if (lineage.kind === 'unknown') return plain(unknownText(lineage.reason));
  const { value } = lineage;
  switch (value.kind) {
    case 'no-revision':
      return 'not set in a label or annotation';
    case 'malformed':
      return plain(`the image names ${value.seen}, which is not a commit`);
    case 'claims-disagree':
      return `label and annotations name ${plural(value.seen.length, 'different commit')}`;
    case 'platforms-disagree':
      return `the platforms name ${plural(value.seen.length, 'different commit')}`;
    case 'not-on-branch':
      return `${value.commit}, not on ${value.branches.join(' or ')}`;
    case 'on-branch':
      return `${value.commit}, on ${value.branch}`;
  }
}

function platformsOf({ contents }: ImageFacts): readonly PlatformFacts[] {
  return contents.kind === 'known' ? contents.value.platforms : [];
}

function valueOf<T>(fact: Fact<T>): T | null {
  return fact.kind === 'known' ? fact.value : null;
}

function plain(text: string): string {
  return plainText(text, { maxLength: 300 });
}

function redactedLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).map(([label, value]) => [label, withoutCredentials(value)]));
}
