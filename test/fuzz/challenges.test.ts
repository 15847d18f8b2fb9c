// Whatever a registry writes into its headers and errors: read in time, and never a route or a wait that is none.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseChallenges, pickScheme } from '../../src/registry/auth/challenge.ts';
import { readRetryAfterMs } from '../../src/registry/transport/rate-limit.ts';
import { planRoute } from '../../src/registry/auth/realm.ts';
import { parseNextLink } from '../../src/registry/tags.ts';
import { fuzz, swiftly } from './campaign.ts';
import { repeated, spliced, texts } from './hostile.ts';

/** What undici lets through for all headers of an answer. */
const MAX_HEADER_LENGTH = 16_384;
const DAY_MS = 24 * 60 * 60 * 1000;

const SIGNS = [
  ['"', '\\', '\\"', ',', ', ', '=', ' = ', ' ', '\t', 'Bearer ', 'Basic ', 'realm="', 'realm=', 'a=b', 'YWJj=='],
  [
    '<',
    '>',
    '; rel="next"',
    ';rel=next',
    ';',
    'a',
    '1',
    '.',
    's',
    'ms',
    'h',
    'µs',
    '1m',
    '/v2/acme/dotca/tags/list?n=1',
  ],
].flat();
const signs = fc.constantFrom(...SIGNS);
const floods = repeated(
  fc.array(signs, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
  MAX_HEADER_LENGTH,
);
const headers = fc.oneof(
  spliced(
    [
      'Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:acme/dotca:pull"',
      String.raw`Negotiate YWJj==, Basic realm="a \"b\" \\ c", Bearer REALM = "x" ,, service=y`,
      '</v2/acme/dotca/tags/list?last=z&n=100>; rel="next"',
      '</a>; rel="prev last"; title="x, y", <b>; title=";" ; REL=Next',
      'retry-after: 10.305464ms, allowed: 2000/minute',
      'Sat, 28 Nov 2026 12:00:00 GMT',
    ],
    fc.oneof(signs, texts),
  ),
  fc.array(signs, { maxLength: 40 }).map((parts) => parts.join('')),
  fc.tuple(floods, floods).map(([one, other]) => `${one}${other}`.slice(0, MAX_HEADER_LENGTH)),
);

test('challenges are read or refused', () => {
  expect(
    fuzz(headers, {
      runs: 1500,
      examine: expectChallenges,
    }),
  ).toBeNull();
});

test('an accepted realm is https, with a host name, without a login', () => {
  const targets = spliced(
    [
      'https://ghcr.io/token?service=x',
      'http://127.0.0.1:5000/token',
      'https://[::ffff:10.0.0.1]/',
      'https://2130706433/',
    ],
    fc.oneof(texts, fc.constantFrom('@', '#', '?', ':', '//', 'localhost', '169.254.169.254', '0x7f.1', 'user:pw@')),
  );
  expect(
    fuzz(targets, {
      runs: 1500,
      examine: expectPublicRoute,
    }),
  ).toBeNull();
});

test('a requested wait is a reasonable time, and a next page is one that was named', () => {
  expect(
    fuzz(headers, {
      runs: 1500,
      examine: expectWaitAndPage,
    }),
  ).toBeNull();
});

function expectChallenges(header: string): void {
  const challenges = swiftly(() => parseChallenges(header));
  for (const { scheme, params } of challenges ?? []) {
    expect(scheme).toBe(scheme.toLowerCase());
    for (const name of params.keys()) expect(name).toMatch(/^[^\s"=,]+$/);
  }
  const scheme = swiftly(() => pickScheme([header, 'Basic realm="a"']));
  expect(['bearer', 'basic']).toContain(scheme?.kind);
}

function expectPublicRoute(target: string): void {
  const route = swiftly(() => planRoute({ target, registryHost: 'ghcr.io', trustedHosts: [] }));
  if (route.kind === 'refused') return;
  expect(route.url).toMatchObject({ protocol: 'https:', username: '', password: '' });
  expect(route.url.hostname).not.toMatch(/^(?:127|10|169\.254)(?:\.\d+){2,3}$|^\[(?:::|f[cde])/);
  expect(route.kind === 'open').toBe(route.url.hostname === 'ghcr.io');
}

function expectWaitAndPage(text: string): void {
  const now = Date.UTC(2026, 10, 28);
  for (const status of [403, 429, 503]) {
    const wait = swiftly(() => readRetryAfterMs({ status, retryAfter: text, text, now }));
    expect(wait ?? 0).toBeGreaterThanOrEqual(0);
    expect(wait ?? 0).toBeLessThanOrEqual(DAY_MS);
  }
  const next = swiftly(() => parseNextLink([text]));
  expect(next === null ? `<${next}>` : text).toContain(`<${next}>`);
}
