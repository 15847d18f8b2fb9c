// How long a registry wants to be left alone, in all the ways it says so.
import { describe, expect, test } from 'vitest';
import { isRateLimited, parseGoDuration, readRetryAfterMs } from '../../../src/registry/transport/rate-limit.ts';

describe('Waits', () => {
  test.each([
    ['10.305464ms', 10.305464],
    ['250µs', 0.25],
    ['1m2.5s', 62_500],
    ['1h', 3_600_000],
    ['2s', 2000],
    ['', null],
    ['12', null],
    ['5 s', null],
    ['-1s', null],
  ])('the Go duration "%s" is %j ms', (text, ms) => {
    expect(parseGoDuration(text)).toBe(ms);
  });

  test.each([
    ['seconds', 429, '12', '', 12_000],
    ['a date in the past', 429, 'Tue, 24 Nov 2026 11:00:00 GMT', '', 0],
    ['a date to come', 503, 'Tue, 24 Nov 2026 12:00:30 GMT', '', 30_000],
    ['a header before a body', 429, '3', 'retry-after: 9s', 3000],
    ['the body of a 429', 429, null, '{"message":"retry-after: 1.5s, allowed: 2000/minute"}', 1500],
    ['nothing where nothing is said', 429, null, 'slow down', null],
    ['nothing in the body of another status', 500, null, 'retry-after: 9s', null],
    ['a header that is neither', 429, 'soon', '', null],
    ['more than a day, as a day', 429, '9'.repeat(400), '', 86_400_000],
    ['a body with more than a day, as a day', 429, null, `retry-after: ${'9'.repeat(400)}h`, 86_400_000],
  ])('are read from %s', (_name, status, retryAfter, text, ms) => {
    expect(readRetryAfterMs({ status, retryAfter, text, now: Date.UTC(2026, 10, 24, 12) })).toBe(ms);
  });

  test.each([
    [429, '', true],
    [403, 'You have exceeded a secondary rate limit', true],
    [403, 'permission_denied: write_package', false],
    [503, '', false],
  ])('HTTP %i with "%s" is a limit: %j', (status, text, limited) => {
    expect(isRateLimited({ status, text })).toBe(limited);
  });
});
