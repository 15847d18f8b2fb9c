// How long the build of a commit may take, and how often to check for its image meanwhile.
import { parseTag, type Tag } from './reference.ts';

/** Counted from the push or the commit. An image that is pushed later is no longer waited for. */
export const BUILD_TIME_MS = 30 * 60 * 1000;

const SECOND_MS = 1000;
export const SHORT_COMMIT = 7;

/** When to check again: every 5 seconds at first, then less often, in the end every minute, and once at `until`. */
export function nextCheckAt(wait: { readonly since: number; readonly until: number; readonly now: number }): number {
  const { since, until, now } = wait;
  const pauseMs = Math.min(Math.max((now - since) / 4, 5 * SECOND_MS), 60 * SECOND_MS);
  return Math.min(now + Math.ceil(pauseMs), Math.max(until, now + SECOND_MS));
}

/** The tags that the build of a commit may give its image, in the order of looking: `staging-<7 digits>`, and in full. */
export function commitTagsOf(prefix: string, commit: string): readonly Tag[] {
  return [commit.slice(0, SHORT_COMMIT), commit]
    .map((hex) => parseTag(`${prefix}-${hex}`))
    .filter((tag) => tag !== null);
}
