// Decides which failures of an idempotent request pass by themselves, and waits for them: four tries, thirty seconds.
import { PrivateAddressError } from '../../net/addresses.ts';
import { HeldBack } from '../../net/breaker.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { describeAnswer } from './errors.ts';
import { isRateLimited, readRetryAfterMs } from './rate-limit.ts';
import { headerOf, isNetworkError, type Answer } from './transport.ts';

const MAX_TRIES = 4;
const MAX_TOTAL_WAIT_MS = 30_000;
const FIRST_WAIT_MS = 250;
const TRANSIENT: readonly number[] = [408, 429, 499, 500, 502, 503, 504, 522];

export type RetryRules = {
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  readonly random: () => number;
};

/**
 * The first answer that is not transient. Otherwise OutsideError `registry-rate-limited` or `registry-unavailable`,
 * retryable, with `retryAt` when the registry said how long, when waiting here would take more than thirty seconds, and when
 * the request was held back.
 */
export async function sendRetrying(args: {
  readonly send: () => Promise<Answer>;
  readonly pace: RetryRules;
  readonly tried: string;
  readonly secrets: readonly string[];
}): Promise<Answer> {
  const { pace } = args;
  let waitedMs = 0;
  for (let tries = 1; ; tries += 1) {
    const outcome = await settle(args.send);
    if (outcome.kind === 'held') throw heldError(args.tried, outcome.error);
    if (outcome.kind === 'answer' && !isTransient(outcome.answer)) return outcome.answer;
    const askedMs = outcome.kind === 'answer' ? askedWait(outcome.answer, pace.now()) : null;
    const waitMs = nextWait({ askedMs, tries, random: pace.random() });
    if (tries >= MAX_TRIES || waitedMs + waitMs > MAX_TOTAL_WAIT_MS) {
      const retryAt = askedMs === null ? null : pace.now() + Math.ceil(waitMs);
      throw transientError({ outcome, tried: args.tried, secrets: args.secrets, tries, retryAt });
    }
    await pace.wait(waitMs);
    waitedMs += waitMs;
  }
}

type Attempt =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'broken'; readonly error: Error & { readonly code: string } }
  | { readonly kind: 'held'; readonly error: HeldBack };

async function settle(send: () => Promise<Answer>): Promise<Attempt> {
  try {
    return { kind: 'answer', answer: await send() };
  } catch (error) {
    if (hasPrivateAddress(error)) {
      throw new OutsideError(`A registry sent us to a host that is not public: ${error.message}`, {
        code: 'address-refused',
        retryable: false,
        cause: error,
      });
    }
    if (error instanceof HeldBack) return { kind: 'held', error };
    if (!isNetworkError(error)) throw error;
    return { kind: 'broken', error };
  }
}

function isTransient(answer: Answer): boolean {
  return TRANSIENT.includes(answer.status) || isRateLimited({ status: answer.status, text: textOf(answer) });
}

function askedWait(answer: Answer, now: number): number | null {
  const retryAfter = headerOf(answer, 'retry-after');
  return readRetryAfterMs({ status: answer.status, retryAfter, text: textOf(answer), now });
}

// Jitter spreads callers out; an asked-for wait is only ever lengthened.
function nextWait(args: { readonly askedMs: number | null; readonly tries: number; readonly random: number }): number {
  if (args.askedMs !== null) return Math.max(args.askedMs, FIRST_WAIT_MS) * (1 + args.random / 4);
  return FIRST_WAIT_MS * 2 ** (args.tries - 1) * (0.5 + args.random);
}

function heldError(tried: string, held: HeldBack): OutsideError {
  return new OutsideError(`${tried}: not sent. ${held.message}.`, {
    code: 'registry-unavailable',
    retryable: true,
    retryAt: held.retryAt,
    cause: held,
  });
}

function transientError(args: {
  readonly outcome: Exclude<Attempt, { kind: 'held' }>;
  readonly tried: string;
  readonly secrets: readonly string[];
  readonly tries: number;
  readonly retryAt: number | null;
}): OutsideError {
  const { outcome, tried, secrets, tries, retryAt } = args;
  const times = tries === 1 ? 'once' : `${tries} times`;
  if (outcome.kind === 'broken') {
    return new OutsideError(`${tried}: no answer (${outcome.error.code}), tried ${times}.`, {
      code: 'registry-unavailable',
      retryable: true,
      cause: outcome.error,
    });
  }
  const { answer } = outcome;
  const limited = isRateLimited({ status: answer.status, text: textOf(answer) });
  return new OutsideError(`${tried}: ${describeAnswer({ answer, secrets })}, tried ${times}.`, {
    code: limited ? 'registry-rate-limited' : 'registry-unavailable',
    retryable: true,
    retryAt,
    status: answer.status,
  });
}

function textOf(answer: Answer): string {
  return Buffer.from(answer.body).toString('utf8', 0, 4096);
}

function hasPrivateAddress(error: unknown): error is Error {
  return error instanceof PrivateAddressError || (error instanceof Error && error.cause instanceof PrivateAddressError);
}
