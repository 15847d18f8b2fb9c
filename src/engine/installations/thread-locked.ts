// Which words to people are not missed, because GitHub takes none in the place where they belong: it is locked, or gone.
import { OutsideError } from '../../net/outside-error.ts';
import type { Trait } from '../core/job-description.ts';

/** True for what GitHub refuses for good, where trying again, by hand as well, would tell nobody. */
export function isThreadLocked(traits: readonly Trait[], error: unknown): boolean {
  if (!(error instanceof OutsideError) || error.retryable) return false;
  const isGone = error.code === 'github-not-found' || error.code === 'github-gone';
  if (traits.includes('needs-thread')) return isGone || error.code === 'github-closed';
  return traits.includes('needs-commit') && error.code === 'github-closed';
}
