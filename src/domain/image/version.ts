// Compares the version that an image is to get with those it follows.
import semver from 'semver';
import type { Tag } from './reference.ts';

/** A requested version, and the highest one of the same image below it. */
export type PrecedingVersion = { readonly version: Tag; readonly preceding: Tag };

/**
 * The highest version among `tags` that is below `version`; null if it is the first. Not the highest of all: after a
 * mistaken `v999.0.0`, the versions before it still count. Tags with and without `v` are versions.
 */
export function findPreceding(version: Tag, tags: readonly Tag[]): PrecedingVersion | null {
  const wanted = semver.parse(version);
  if (wanted === null) return null;
  const lower = tags.flatMap((tag) => {
    const parsed = semver.parse(tag);
    return parsed !== null && parsed.compare(wanted) < 0 ? [{ tag, parsed }] : [];
  });
  const [highest] = lower.toSorted((a, b) => b.parsed.compare(a.parsed));
  return highest === undefined ? null : { version, preceding: highest.tag };
}

/** How many major versions lie between: v1.4.2 → v2.0.0 skips none, → v4.0.0 skips 2. */
export function countSkippedMajors({ version, preceding }: PrecedingVersion): number {
  const [to, from] = [semver.parse(version), semver.parse(preceding)];
  return to === null || from === null ? 0 : Math.max(0, to.major - from.major - 1);
}
