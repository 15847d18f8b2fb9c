// Decides which texts are skipped because their thread is locked, full or deleted.
import { OutsideError } from '../../net/outside-error.ts';
import type { Trait } from '../core/job-description.ts';

/** True if GitHub refuses the text for good, so that a retry, even by hand, reaches nobody. */
export function isThreadLocked(traits: readonly Trait[], error: unknown): boolean {
  if (!(error instanceof OutsideError) || error.retryable) return false;
  const isGone = error.code === 'github-not-found' || error.code === 'github-gone';
  if (traits.includes('needs-thread')) {
    return isGone || error.code === 'github-closed' || error.code === 'github-thread-full';
  }
  return traits.includes('needs-commit') && error.code === 'github-closed';
}
