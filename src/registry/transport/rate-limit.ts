// Reads from a registry's answer whether it limits us, and for how long.

/** GitHub requires at least a minute after a secondary limit without a time. */
const SECONDARY_LIMIT_WAIT_MS = 60_000;
/** No limit is longer: a greater number is an error of the registry. */
const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;

/** True for 429 and for GitHub's secondary limit, which is a 403. */
export function isRateLimited(answer: { readonly status: number; readonly text: string }): boolean {
  return answer.status === 429 || (answer.status === 403 && /secondary rate limit/i.test(answer.text));
}

/**
 * The wait in milliseconds that the answer requests, or null: `Retry-After` in seconds or as an HTTP date
 * (RFC 9110 §10.2.3), or GHCR's `retry-after: 10.305464ms, allowed: 2000/minute` in the body; a day at most.
 */
export function readRetryAfterMs(answer: {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly text: string;
  readonly now: number;
}): number | null {
  const fromHeader = answer.retryAfter === null ? null : parseRetryAfter(answer.retryAfter.trim(), answer.now);
  const asked = fromHeader ?? (isRateLimited(answer) ? readBody(answer) : null);
  return asked === null ? null : Math.min(asked, LONGEST_WAIT_MS);
}

function readBody({ status, text }: { readonly status: number; readonly text: string }): number | null {
  const inBody = /retry-after:\s*([0-9a-zµμ.]+)/i.exec(text)?.[1];
  const fromBody = inBody === undefined ? null : parseGoDuration(inBody);
  return fromBody ?? (status === 403 ? SECONDARY_LIMIT_WAIT_MS : null);
}

/** Milliseconds of a Go duration such as `1m2.5s`, `10.305464ms` or `250µs`, or null. */
export function parseGoDuration(text: string): number | null {
  if (!/^(?:[0-9]+(?:\.[0-9]*)?(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return null;
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(/([0-9.]+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    totalMs += Number(amount) * (UNIT_MS.get(unit ?? '') ?? 0);
  }
  return totalMs;
}

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['μs', 1e-3],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

function parseRetryAfter(value: string, now: number): number | null {
  if (/^[0-9]+(?:\.[0-9]+)?$/.test(value)) return Number(value) * 1000;
  const duration = parseGoDuration(value);
  if (duration !== null) return duration;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
