// Which words to people are not missed, because GitHub takes none in the place where they belong: it is locked, or gone.
import { OutsideError } from '../../net/outside-error.ts';
import type { JobKind } from '../core/job.ts';

const IN_THREADS: readonly JobKind[] = ['react', 'reply', 'notify-requester', 'update-card', 'show-drift'];
const ON_COMMITS: readonly JobKind[] = ['update-check-run', 'update-staging-check', 'answer-git-tag'];

/** True for what GitHub refuses for good, where trying again, by hand as well, would tell nobody. */
export function isThreadLocked(kind: JobKind, error: unknown): boolean {
  if (!(error instanceof OutsideError) || error.retryable) return false;
  const isGone = error.code === 'github-not-found' || error.code === 'github-gone';
  if (IN_THREADS.includes(kind)) return isGone || error.code === 'github-closed';
  return ON_COMMITS.includes(kind) && error.code === 'github-closed';
}
