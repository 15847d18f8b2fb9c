// Retries transient failures: how often, how long, and after which pauses.
import type { Clock } from './clock.ts';
import { OutsideError } from './outside-error.ts';

/** The pause after the first failure; each further one is twice as long, up to `longestMs`. */
export type Backoff = { readonly firstMs: number; readonly longestMs: number };

export type RetryRules = {
  readonly clock: Pick<Clock, 'now' | 'wait'>;
  readonly backoff: Backoff;
  /** Errors for which it is false are thrown at once. By default it is what `OutsideError` says of itself. */
  readonly isTransient?: (error: unknown) => boolean;
  /** The real pause after a failure. By default the backoff's, or until `retryAt` of an `OutsideError` if that is later. */
  readonly waitMs?: (failed: { readonly error: unknown; readonly backoffMs: number; readonly now: number }) => number;
  readonly maxTries?: number;
  /** For all tries and pauses together: no pause begins that would end after it. */
  readonly budgetMs?: number;
  /** No try counts for more in the budget; 0 where only pauses count. The clock may be turned while one is under way. */
  readonly longestTryMs?: number;
};

/** The first success; the last error once tries or budget are used up. */
export async function retry<T>(attempt: () => Promise<T>, rules: RetryRules): Promise<T> {
  const { clock, backoff, isTransient = isRetryable, waitMs = untilRetryAt } = rules;
  const { maxTries = Infinity, budgetMs = Infinity, longestTryMs = Infinity } = rules;
  let spentMs = 0;
  for (let tries = 1; ; tries += 1) {
    const before = clock.now();
    try {
      return await attempt();
    } catch (error) {
      if (!isTransient(error)) throw error;
      const now = clock.now();
      spentMs += Math.min(Math.max(now - before, 0), longestTryMs);
      const pauseMs = waitMs({ error, backoffMs: backoffMs(backoff, tries), now });
      if (tries >= maxTries || spentMs + pauseMs > budgetMs) throw error;
      await clock.wait(pauseMs);
      // The requested pause, not the clock's: the clock may have changed meanwhile.
      spentMs += pauseMs;
    }
  }
}

/** The pause after the failed try of this number, counted from 1. */
export function backoffMs({ firstMs, longestMs }: Backoff, tries: number): number {
  return Math.min(firstMs * 2 ** Math.max(tries - 1, 0), longestMs);
}

function isRetryable(error: unknown): boolean {
  return error instanceof OutsideError && error.retryable;
}

function untilRetryAt({ error, backoffMs: ms, now }: Parameters<NonNullable<RetryRules['waitMs']>>[0]): number {
  const retryAt = error instanceof OutsideError ? error.retryAt : null;
  return retryAt === null ? ms : Math.max(ms, retryAt - now);
}
