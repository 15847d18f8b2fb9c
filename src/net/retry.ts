// Retries transient failures, and waits for values that are not there yet: how often, how long, and after which pauses.
import type { Clock } from './clock.ts';
import { OutsideError } from './outside-error.ts';

/** The pause after the first failure; each further one is twice as long, up to `longestMs`. */
export type Backoff = { readonly firstMs: number; readonly longestMs: number };

export type RetryRules<T = unknown> = {
  readonly clock: Pick<Clock, 'now' | 'wait'>;
  readonly backoff: Backoff;
  /** Errors for which it is false are thrown at once. By default it is what `OutsideError` says of itself. */
  readonly isTransient?: (error: unknown) => boolean | Promise<boolean>;
  /** Values for which it is true are tried again like a transient failure. The last one is returned. */
  readonly isPending?: (value: T) => boolean;
  /** The real pause after a failure. By default the backoff's, or until `retryAt` of an `OutsideError` if that is later. */
  readonly waitMs?: (failed: Failed) => number;
  readonly maxTries?: number;
  /** For all tries and pauses together: no pause begins that would end after it. */
  readonly budgetMs?: number;
  /** No try counts for more in the budget; 0 where only pauses count. The clock may be turned while one is under way. */
  readonly longestTryMs?: number;
};

/** `error` is null after a value that is not there yet. */
type Failed = { readonly error: unknown; readonly backoffMs: number; readonly now: number };

type Try<T> = { readonly kind: 'value'; readonly value: T } | { readonly kind: 'error'; readonly error: unknown };

/** The first success; the last error, or the last value, once tries or budget are used up. */
export async function retry<T>(attempt: () => Promise<T>, rules: RetryRules<T>): Promise<T> {
  const { clock, backoff, isTransient = isRetryable, isPending = () => false, waitMs = untilRetryAt } = rules;
  const { maxTries = Infinity, budgetMs = Infinity, longestTryMs = Infinity } = rules;
  let spentMs = 0;
  for (let tries = 1; ; tries += 1) {
    const before = clock.now();
    const last = await tryOnce(attempt);
    const now = clock.now();
    if (tries >= maxTries) return resultOf(last);
    if (!(last.kind === 'value' ? isPending(last.value) : await isTransient(last.error))) return resultOf(last);
    spentMs += Math.min(Math.max(now - before, 0), longestTryMs);
    const error = last.kind === 'error' ? last.error : null;
    const pauseMs = waitMs({ error, backoffMs: backoffMs(backoff, tries), now });
    if (spentMs + pauseMs > budgetMs) return resultOf(last);
    await clock.wait(pauseMs);
    // The requested pause, not the clock's: the clock may have changed meanwhile.
    spentMs += pauseMs;
  }
}

async function tryOnce<T>(attempt: () => Promise<T>): Promise<Try<T>> {
  try {
    return { kind: 'value', value: await attempt() };
  } catch (error) {
    return { kind: 'error', error };
  }
}

function resultOf<T>(last: Try<T>): T {
  if (last.kind === 'error') throw last.error;
  return last.value;
}

/** The pause after the failed try of this number, counted from 1. */
export function backoffMs({ firstMs, longestMs }: Backoff, tries: number): number {
  return Math.min(firstMs * 2 ** Math.max(tries - 1, 0), longestMs);
}

function isRetryable(error: unknown): boolean {
  return error instanceof OutsideError && error.retryable;
}

function untilRetryAt({ error, backoffMs: ms, now }: Failed): number {
  const retryAt = error instanceof OutsideError ? error.retryAt : null;
  return retryAt === null ? ms : Math.max(ms, retryAt - now);
}
