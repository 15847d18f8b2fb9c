// Decides which failures of an idempotent request are transient, and retries them: four tries, thirty seconds.
import { PrivateAddressError } from '../../net/addresses.ts';
import { HeldBack } from '../../net/breaker.ts';
import type { Clock } from '../../net/clock.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { retry } from '../../net/retry.ts';
import { describeAnswer } from './errors.ts';
import { isRateLimited, readRetryAfterMs } from './rate-limit.ts';
import { headerOf, isNetworkError, type Answer } from './transport.ts';

const MAX_TRIES = 4;
const MAX_TOTAL_WAIT_MS = 30_000;
const FIRST_WAIT_MS = 250;
const TRANSIENT: readonly number[] = [408, 429, 499, 500, 502, 503, 504, 522];

/**
 * The first answer that is not transient. Otherwise OutsideError `registry-rate-limited` or `registry-unavailable`,
 * retryable, with `retryAt` when the registry said how long, when waiting here would take more than thirty seconds, and when
 * the request was held back.
 */
export async function sendRetrying(args: {
  readonly send: () => Promise<Answer>;
  readonly clock: Clock;
  readonly tried: string;
  readonly secrets: readonly string[];
}): Promise<Answer> {
  const { send, clock, tried, secrets } = args;
  let tries = 0;
  const attempt = (): Promise<Answer> => {
    tries += 1;
    return sendOnce({ send, clock, tried });
  };
  try {
    return await retry(attempt, {
      clock,
      backoff: { firstMs: FIRST_WAIT_MS, longestMs: MAX_TOTAL_WAIT_MS },
      isTransient: (error) => error instanceof TransientFailure,
      // Randomly shorter or longer, so that callers spread out.
      waitMs: ({ error, backoffMs }) =>
        (error instanceof TransientFailure ? error.askedMs : null) ?? backoffMs * (0.5 + clock.random()),
      maxTries: MAX_TRIES,
      budgetMs: MAX_TOTAL_WAIT_MS,
      longestTryMs: 0,
    });
  } catch (error) {
    throw error instanceof TransientFailure ? error.toOutsideError({ tried, tries, secrets, now: clock.now() }) : error;
  }
}

/** A transient answer, or a transient lack of one. */
class TransientFailure extends Error {
  readonly failure: Answer | NetworkError;
  /** The wait that the registry requested, and a little longer; null if it requested none. */
  readonly askedMs: number | null;

  constructor(failure: Answer | NetworkError, askedMs: number | null) {
    super('a registry failed in a way that may pass');
    this.failure = failure;
    this.askedMs = askedMs;
  }

  toOutsideError(about: {
    readonly tried: string;
    readonly tries: number;
    readonly secrets: readonly string[];
    readonly now: number;
  }): OutsideError {
    const { failure, askedMs } = this;
    const { tried, tries, secrets, now } = about;
    const times = tries === 1 ? 'once' : `${tries} times`;
    if (failure instanceof Error) {
      return new OutsideError(`${tried}: no answer (${failure.code}), tried ${times}.`, {
        code: 'registry-unavailable',
        retryable: true,
        cause: failure,
      });
    }
    const limited = isRateLimited({ status: failure.status, text: textOf(failure) });
    return new OutsideError(`${tried}: ${describeAnswer({ answer: failure, secrets })}, tried ${times}.`, {
      code: limited ? 'registry-rate-limited' : 'registry-unavailable',
      retryable: true,
      retryAt: askedMs === null ? null : now + Math.ceil(askedMs),
      status: failure.status,
    });
  }
}

type NetworkError = Error & { readonly code: string };

async function sendOnce(args: {
  readonly send: () => Promise<Answer>;
  readonly clock: Clock;
  readonly tried: string;
}): Promise<Answer> {
  const { clock } = args;
  const answer = await args.send().catch((error: unknown) => {
    throw toFailure(error, args.tried);
  });
  if (!isTransient(answer)) return answer;
  const askedMs = askedWait(answer, clock.now());
  // A requested wait is only lengthened.
  const longer = askedMs === null ? null : Math.max(askedMs, FIRST_WAIT_MS) * (1 + clock.random() / 4);
  throw new TransientFailure(answer, longer);
}

function toFailure(error: unknown, tried: string): unknown {
  if (hasPrivateAddress(error)) {
    return new OutsideError(`The registry refers to a host that is not public: ${error.message}`, {
      code: 'address-refused',
      retryable: false,
      cause: error,
    });
  }
  if (error instanceof HeldBack) return heldError(tried, error);
  return isNetworkError(error) ? new TransientFailure(error, null) : error;
}

function isTransient(answer: Answer): boolean {
  return TRANSIENT.includes(answer.status) || isRateLimited({ status: answer.status, text: textOf(answer) });
}

function askedWait(answer: Answer, now: number): number | null {
  const retryAfter = headerOf(answer, 'retry-after');
  return readRetryAfterMs({ status: answer.status, retryAfter, text: textOf(answer), now });
}

function heldError(tried: string, held: HeldBack): OutsideError {
  return new OutsideError(`${tried}: not sent. ${held.message}.`, {
    code: 'registry-unavailable',
    retryable: true,
    retryAt: held.retryAt,
    cause: held,
  });
}

function textOf(answer: Answer): string {
  return Buffer.from(answer.body).toString('utf8', 0, 4096);
}

function hasPrivateAddress(error: unknown): error is Error {
  return error instanceof PrivateAddressError || (error instanceof Error && error.cause instanceof PrivateAddressError);
}
