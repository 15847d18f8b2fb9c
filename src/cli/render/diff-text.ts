// A comparison of two images as text and as JSON.
import type { Digest } from '../../domain/image/reference.ts';
import { formatBytes } from '../../messages/format.ts';
import { plainText } from '../../messages/escape.ts';
import { layOut } from './columns.ts';
import type { Change, Comparison, PlatformComparison } from '../../facts/compare-images.ts';
import type { Style, Terminal } from '../services.ts';

type Compared = { readonly from: Digest; readonly to: Digest; readonly comparison: Comparison };

/** Lines with line ends. A change that all platforms share is printed once. */
export function renderDiff({ from, to, comparison }: Compared, { width, style }: Terminal): string {
  const { added, removed, platforms } = comparison;
  if (from === to) return `The same image: ${from}\n`;
  const heads = [
    [style.bold('From'), from],
    [style.bold('To'), to],
    ...removed.map((name) => [style.red('Removed'), name]),
    ...added.map((name) => [style.green('Added'), name]),
  ];
  const rows = platforms.map((platform) => [platform.platform, sizeText(platform), layersText(platform)]);
  const changes = changeRows(platforms, style);
  return [
    ...layOut(heads, width),
    '',
    ...(rows.length === 0
      ? ['The images have no platform in common.']
      : layOut([['PLATFORM', 'SIZE', 'LAYERS'], ...rows], width)),
    '',
    ...(changes.length === 0 ? ['Configuration and labels are the same.'] : changes),
    '',
  ].join('\n');
}

/** A stable shape: docs/cli.md describes it. */
export function diffJson({ from, to, comparison }: Compared): object {
  const platforms = comparison.platforms.map(({ changes, ...platform }) => ({
    ...platform,
    changes: changes.map((change) => ({ what: whatOf(change), from: change.from, to: change.to })),
  }));
  return { from, to, same: from === to, ...comparison, platforms };
}

/** `user`, `variable PORT`, `label org.example`. */
function whatOf({ kind, name }: Change): string {
  return kind === 'config' ? name : `${kind} ${name}`;
}

function sizeText({ size, same }: PlatformComparison): string {
  if (size === null) return 'manifest missing';
  if (same) return `${formatBytes(size.to)}, the same`;
  const growth = size.to - size.from;
  const sign = growth < 0 ? '-' : '+';
  return `${formatBytes(size.from)} → ${formatBytes(size.to)} (${sign}${formatBytes(Math.abs(growth))})`;
}

function layersText({ layers, same }: PlatformComparison): string {
  if (layers === null) return '';
  if (same) return `${layers.shared}, the same`;
  const { shared, removed, added, addedBytes } = layers;
  return `${shared} shared, ${removed} removed, ${added} added (${formatBytes(addedBytes)} to pull)`;
}

/** Grouped by what changed: the platforms are named only where they differ in it. */
function changeRows(platforms: readonly PlatformComparison[], style: Style): readonly string[] {
  const all = platforms.flatMap(({ platform, changes }) => changes.map((one) => ({ platform, one })));
  const groups = Map.groupBy(all, ({ one }) => JSON.stringify(one));
  return [...groups.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const where = same.length === platforms.length ? '' : ` (${same.map(({ platform }) => platform).join(', ')})`;
    return changeLines(first.one, where, style);
  });
}

function changeLines(change: Change, where: string, { bold, red, green }: Style): readonly string[] {
  const { from, to } = change;
  return [
    `${bold(plainText(whatOf(change), { maxLength: 200 }))}${where}`,
    ...(from === null ? [] : [red(`  - ${plainText(from, { maxLength: 1000 })}`)]),
    ...(to === null ? [] : [green(`  + ${plainText(to, { maxLength: 1000 })}`)]),
  ];
}
