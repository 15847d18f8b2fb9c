// The one error class for everything that goes wrong outside this process: registry, GitHub, database, network.
import type { OutsideProblem } from '../domain/outside-problem.ts';
import { redact } from './redact.ts';

/**
 * Thrown by layer 2 only. The worker reads only `retryable` and `retryAt`. People read `message`: what was tried, what
 * came back and, if known, what to do.
 */
export class OutsideError extends Error {
  /** Stable kebab-case word for the failure, such as `registry-denied` or `github-rate-limited`. */
  readonly code: string;
  /** True if the same request may succeed later without a change. */
  readonly retryable: boolean;
  /** Epoch milliseconds before which a retry is pointless (rate limits), or null when unknown. */
  readonly retryAt: number | null;
  /** HTTP status of the answer, or null when there was none (reset, timeout, refused). */
  readonly status: number | null;

  constructor(
    message: string,
    details: {
      readonly code: string;
      readonly retryable: boolean;
      readonly retryAt?: number | null;
      readonly status?: number | null;
      readonly cause?: unknown;
    },
  ) {
    super(message, { cause: details.cause });
    this.name = 'OutsideError';
    this.code = details.code;
    this.retryable = details.retryable;
    this.retryAt = details.retryAt ?? null;
    this.status = details.status ?? null;
  }

  /** The part that may be stored. Clients redact known secrets; text in the form of credentials is redacted once more. */
  toProblem(): OutsideProblem {
    return { code: this.code, detail: redact(this.message).slice(0, MAX_DETAIL_LENGTH).toWellFormed() };
  }
}

const MAX_DETAIL_LENGTH = 2000;
