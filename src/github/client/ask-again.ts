// Asks GitHub again after a doubtful 403, 404 or 422, as a single one may be wrong for a moment.
import type { Clock } from '../../net/clock.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { retry } from '../../net/retry.ts';

const DOUBTFUL: readonly string[] = ['github-forbidden', 'github-not-found', 'github-rejected'];
const MAX_TRIES = 3;
const PAUSE_MS = 1000;

/** How to wait before GitHub is asked again. */
export type Pause = Pick<Clock, 'now' | 'wait'>;

/**
 * The result of `ask`. After a doubtful answer it is called at most twice more, and the last answer counts.
 * Without `isWorthIt`, always; else only where that says so, which is asked after the first doubtful answer.
 */
export async function askAgain<T>(
  ask: () => Promise<T>,
  { now, wait, isWorthIt = async () => true }: Pause & { readonly isWorthIt?: () => Promise<boolean> },
): Promise<T> {
  return retry(ask, {
    clock: { now, wait },
    backoff: { firstMs: PAUSE_MS, longestMs: PAUSE_MS },
    waitMs: ({ backoffMs }) => backoffMs,
    maxTries: MAX_TRIES,
    isTransient: async (error) => isDoubtful(error) && (await isWorthIt()),
  });
}

/**
 * What `ask` returns. A doubtful answer is thrown as an error that may pass, for what has to wait rather than be decided
 * without an answer.
 */
export async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isDoubtful(error)) throw error;
    const { code, status } = error;
    throw new OutsideError(error.message, { code, retryable: true, status, cause: error });
  }
}

function isDoubtful(error: unknown): error is OutsideError {
  return error instanceof OutsideError && !error.retryable && DOUBTFUL.includes(error.code);
}
