// Turns what Octokit throws into outside errors: a code, whether a retry helps and when, and a sentence for people.
import type { z } from 'zod';
import { OutsideError } from '../../net/outside-error.ts';
import {
  describeFailure,
  failedToMint,
  heldBackOf,
  readBody,
  readFailure,
  tidy,
  type FailedResponse,
  type Failure,
} from './failure.ts';

export type GitHubErrorCode =
  /** A locked conversation, an archived repository: nothing can be written there. */
  | 'github-closed'
  | 'github-forbidden'
  | 'github-gone'
  | 'github-not-found'
  | 'github-not-installed'
  | 'github-rate-limited'
  | 'github-rejected'
  /** The issue or pull request has as many comments as GitHub allows: a new comment is refused for good. */
  | 'github-thread-full'
  | 'github-unauthorized'
  | 'github-unavailable'
  | 'github-unreadable';

/** `tried` begins the sentence: `creating a comment on acme/dotca#3`. `now` is epoch milliseconds. */
export type Attempt = { readonly tried: string; readonly now: number };

/** The outside error for `error`; null if it is not from GitHub or the network, so a bug of ours. */
export function toOutsideError(error: unknown, attempt: Attempt): OutsideError | null {
  const failure = readFailure(error);
  if (failure === null) return null;
  const held = heldBackOf(error);
  if (held !== null) {
    const details = { code: 'github-unavailable', retryable: true, retryAt: held.retryAt, cause: held } as const;
    return new OutsideError(`${attempt.tried}: not sent. ${held.message}.`, details);
  }
  const { status, advice, ...verdict } = judge({ failure, minting: failedToMint(error), now: attempt.now });
  const message = [`${attempt.tried}: ${describeFailure(failure)}.`, advice].filter((part) => part !== '').join(' ');
  return new OutsideError(message, { ...verdict, status, cause: error });
}

/** GitHub accepted the request, but the body is cut off, not JSON, or lacks a field that we need. */
export function unreadableAnswer(
  attempt: Attempt,
  answer: { readonly status: number; readonly problem: z.ZodError },
): OutsideError {
  const places = answer.problem.issues.map(({ path }) => path.join('.') || 'the whole body').join(', ');
  return new OutsideError(
    `${attempt.tried}: HTTP ${answer.status}, but the answer could not be read (${tidy(places)}).`,
    { code: 'github-unreadable', retryable: true, status: answer.status, cause: answer.problem },
  );
}

/**
 * True when a write may have reached GitHub although it failed for us: no answer, a 5xx, an answer that was cut off.
 * Before it is sent again, its marker must be looked for.
 */
export function mayHaveBeenApplied(error: unknown): boolean {
  return isGitHubError(error, 'github-unavailable') || isGitHubError(error, 'github-unreadable');
}

export function isGitHubError(error: unknown, code: GitHubErrorCode): error is OutsideError {
  return error instanceof OutsideError && error.code === code;
}

type Verdict = {
  readonly code: GitHubErrorCode;
  readonly retryable: boolean;
  readonly retryAt?: number;
  readonly status: number | null;
  readonly advice: string;
};

function judge({
  failure,
  minting,
  now,
}: {
  readonly failure: Failure;
  readonly minting: boolean;
  readonly now: number;
}): Verdict {
  const { status, response } = failure;
  if (response === undefined) return { code: 'github-unavailable', retryable: true, status: null, advice: '' };
  const final = { retryable: false, status, advice: '' };
  const retryAt = findRetryAt(failure, now);
  if (retryAt !== null) {
    const until = Math.min(retryAt, now + LONGEST_LIMIT_MS);
    return { ...final, code: 'github-rate-limited', retryable: true, retryAt: until };
  }
  const missing = { ...final, code: 'github-not-installed' as const };
  if (minting && status === 404) return { ...missing, advice: 'The App is no longer installed there.' };
  // A token from before the suspension is refused with this text.
  const { message } = readBody(response.data);
  const isSuspended = minting ? !IP_ALLOW_LIST.test(message) : /installation has been suspended/i.test(message);
  if (status === 403 && isSuspended)
    return { ...missing, advice: 'Its installation is suspended: the owner of the account can unsuspend it.' };
  if ((status === 403 || status === 422) && THREAD_FULL.test(describeFailure(failure))) {
    const advice = 'It has as many comments as GitHub allows in a thread: use a new issue.';
    return { ...final, code: 'github-thread-full', advice };
  }
  switch (status) {
    case 401:
      return {
        ...final,
        code: 'github-unauthorized',
        advice: 'Check APP_ID and PRIVATE_KEY, and that the clock is right.',
      };
    case 403:
      return { ...final, ...judgeForbidden(response) };
    case 404:
      return { ...final, code: 'github-not-found', advice: 'It does not exist, or the App cannot read it.' };
    case 410:
      return {
        ...final,
        code: 'github-gone',
        advice: 'It was deleted, or the feature is turned off in that repository.',
      };
    case 408:
      return { ...final, code: 'github-unavailable', retryable: true };
    default:
      return status >= 500
        ? { ...final, code: 'github-unavailable', retryable: true }
        : { ...final, code: 'github-rejected' };
  }
}

/** "Commenting is disabled on issues with more than 2500 comments", also of pull requests. */
const THREAD_FULL = /\bmore than [\d,]+ comments\b/i;
const IP_ALLOW_LIST = /\bIP allow list\b/i;

const SECONDARY_LIMIT_MS = 60_000;
/** GitHub's own limits end within the hour: a longer one is an error. */
const LONGEST_LIMIT_MS = 24 * 60 * 60 * 1000;

/** GitHub's order: `retry-after`, then the reset of an exhausted primary limit, else a minute. */
function findRetryAt(failure: Failure, now: number): number | null {
  const { status, response } = failure;
  if (response === undefined) return null;
  // Of comments and check runs in quick succession GitHub says so with a 422.
  if (status === 422 && /submitted too quickly/i.test(describeFailure(failure))) {
    return now + SECONDARY_LIMIT_MS;
  }
  if (status !== 403 && status !== 429) return null;
  const seconds = toNumber(response.headers['retry-after']);
  if (seconds !== null) return now + seconds * 1000;
  const reset = toNumber(response.headers['x-ratelimit-reset']);
  if (response.headers['x-ratelimit-remaining'] === '0' && reset !== null) return Math.max(reset * 1000, now);
  const saysSo = /rate limit|abuse detection/i.test(readBody(response.data).message);
  return status === 429 || saysSo ? now + SECONDARY_LIMIT_MS : null;
}

function judgeForbidden(response: FailedResponse): Pick<Verdict, 'code' | 'advice'> {
  const { message } = readBody(response.data);
  if (IP_ALLOW_LIST.test(message)) {
    const advice = "The organization has an IP allow list: an owner can add this server's address to it.";
    return { code: 'github-forbidden', advice };
  }
  if (/not accessible by integration/i.test(message)) {
    const accepted = response.headers['x-accepted-github-permissions'];
    const permission = typeof accepted === 'string' && accepted !== '' ? formatPermissions(accepted) : 'a permission';
    const advice = `The App lacks ${permission}: accept its new permissions on the page of its installation.`;
    return { code: 'github-forbidden', advice };
  }
  const code = 'github-closed';
  if (/archived/i.test(message)) return { code, advice: 'Nothing can be written in an archived repository.' };
  if (/locked/i.test(message)) {
    return { code, advice: 'The conversation is locked: unlock it, or use another one.' };
  }
  return { code: 'github-forbidden', advice: '' };
}

/** `issues=write; pull_requests=write` → `issues: write or pull_requests: write`. */
function formatPermissions(header: string): string {
  const ways = header.split(';').map((way) =>
    way
      .split(',')
      .map((one) => one.trim().replace('=', ': '))
      .join(' and '),
  );
  return tidy(ways.join(' or '));
}

function toNumber(header: unknown): number | null {
  return typeof header === 'string' && /^\d+$/.test(header) ? Number(header) : null;
}
