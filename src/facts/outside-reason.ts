// The reason why a fact is unknown after a final refusal by registry or GitHub.
import { unknown } from '../domain/image/image-facts.ts';
import { OutsideError } from '../net/outside-error.ts';

/** Rethrows transient errors, and errors that are not from outside. */
export function unknownAfter(error: unknown): ReturnType<typeof unknown> {
  if (!(error instanceof OutsideError) || error.retryable) throw error;
  return unknown({ code: 'outside-error', error: error.toProblem() });
}
