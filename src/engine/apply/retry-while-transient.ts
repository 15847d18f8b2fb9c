// Tries one registry request again while its failure may pass, for at most five minutes: DESIGN §4.
import type { OutsideProblem } from '../../domain/outside-problem.ts';
import { OutsideError } from '../../net/outside-error.ts';
import type { Services } from '../core/services.ts';

export type Retried<T> =
  { readonly kind: 'done'; readonly value: T } | { readonly kind: 'failed'; readonly error: OutsideProblem };

const RETRY_FOR_MS = 5 * 60 * 1000;
const LONGEST_PAUSE_MS = 30_000;
const LONGEST_REQUEST_MS = 3 * 60 * 1000;

/** `failed` carries the last error: final at once, or still there after five minutes. Bugs are thrown. */
export async function retryWhileTransient<T>({ now, wait }: Services, request: () => Promise<T>): Promise<Retried<T>> {
  let spentMs = 0;
  for (let pause = 500; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const before = now();
    try {
      return { kind: 'done', value: await request() };
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error;
      const at = now();
      // A clock that is turned while a request is under way must end nothing at once, and keep nothing up for an hour.
      spentMs += Math.min(Math.max(at - before, 0), LONGEST_REQUEST_MS);
      const waitMs = Math.max(pause, (error.retryAt ?? 0) - at);
      if (!error.retryable || spentMs + waitMs >= RETRY_FOR_MS) return { kind: 'failed', error: error.toProblem() };
      await wait(waitMs);
      spentMs += waitMs;
    }
  }
}
