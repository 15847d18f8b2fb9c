// The reason that a fact is unknown for, where registry or GitHub refused for good.
import { unknown } from '../domain/image/image-facts.ts';
import { OutsideError } from '../net/outside-error.ts';

/** Rethrows what may pass, and what is no failure of somebody else. */
export function unknownAfter(error: unknown): ReturnType<typeof unknown> {
  if (!(error instanceof OutsideError) || error.retryable) throw error;
  return unknown({ code: 'outside-error', error: error.toProblem() });
}
