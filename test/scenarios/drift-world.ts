// What drift scenarios share: time until an alarm, the comments that tell it, and cleanup jobs.
import type { Historic, Released } from './history.ts';
import { IMAGE } from './world.ts';

export const MINUTE_MS = 60_000;

/** The second read-back and the look that confirms it. */
export async function noticed({ world }: Historic): Promise<void> {
  await world.pass(2 * MINUTE_MS, MINUTE_MS / 4);
}

/** The alarms of a thread, as they read now; oldest first. */
export function driftsOf({ repo, issue: own }: Pick<Historic, 'repo' | 'issue'>, issue = own): readonly string[] {
  return repo
    .comments(issue)
    .filter(({ body }) => body.startsWith('<!-- imprimatur reply drift%20'))
    .map(({ body }) => body);
}

/** Deletes the manifest of linux/arm64, as a job does that cleans up untagged versions; answers its digest. */
export function breakChild({ world }: Historic, { image }: Released): string {
  const child = image.children.find(({ platform }) => platform === 'linux/arm64');
  if (child === undefined) throw new Error('an image without linux/arm64');
  world.registry.deleteManifest(IMAGE, child.digest);
  return child.digest;
}
