// The machine user's token is watched: what is logged, what the metric shows, and what stands on cards of ghcr.io.
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  createRegistryTokenWatch,
  createTokenQuestion,
  type RegistryTokenWatch,
} from '../../../src/github/app/registry-token-watch.ts';
import { loadView } from '../../../src/engine/publish/load-view.ts';
import { tokenWarningText } from '../../../src/messages/machine-token.ts';
import { renderCard } from '../../../src/messages/card/card.ts';
import { parseImageRepository } from '../../../src/domain/image/reference.ts';
import type { Promotion } from '../../../src/domain/promotion/promotion.ts';
import { must, viewOf } from '../../messages/sample-view.ts';
import { startGitHub, type GitHubWorld } from '../../support/github/world.ts';
import { openEndpoints } from '../../web/harness.ts';
import { START, startEngine } from '../../engine/harness.ts';

const TOKEN = 'ghp_0123456789abcdefghij';
const DAY_MS = 86_400_000;

let github: GitHubWorld;
let now: number;
let lines: string[];
let watch: RegistryTokenWatch;
beforeEach(async () => {
  now = START;
  lines = [];
  github = await startGitHub({ now: () => now });
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const question = { apiUrl: github.url, token: TOKEN, userAgent: 'imprimatur/test', log, now: () => now };
  watch = createRegistryTokenWatch({ ask: createTokenQuestion(question), log, now: () => now });
});
afterEach(async () => {
  expect(lines.join('\n')).not.toContain(TOKEN);
  expect(github.violations).toEqual([]);
  await github.close();
});

function expiresIn(days: number | null): void {
  const expiresAt = days === null ? null : START + days * DAY_MS;
  github.personalToken(TOKEN, { login: 'acme-bot', scopes: ['write:packages'], expiresAt });
}

/** `level message` of what was logged since the last call. */
function logged(): readonly unknown[] {
  return lines.splice(0).map((line) => {
    const { level, msg, days, because }: Record<string, unknown> = JSON.parse(line);
    return { level, msg, ...(days === undefined ? {} : { days }), ...(because === undefined ? {} : { because }) };
  });
}

test('it logs daily how long the token is valid, and warns for the last 14 days', async () => {
  expiresIn(15);
  expect([watch.daysLeft(), watch.warning()]).toEqual([null, null]);
  await watch.check();
  expect(logged()).toEqual([{ level: 30, msg: 'GHCR_TOKEN is valid', days: 15 }]);
  expect([watch.daysLeft(), watch.warning()]).toEqual([15, null]);
  now += DAY_MS;
  // What was heard counts from that hour on, without asking again.
  expect(watch.daysLeft()).toBe(14);
  expect(watch.warning()).toEqual({ kind: 'expires', at: START + 15 * DAY_MS });
  await watch.check();
  expect(logged()).toEqual([
    { level: 40, msg: 'GHCR_TOKEN expires within 14 days: create a new token, and restart with it', days: 14 },
  ]);
  now += 15 * DAY_MS;
  await watch.check();
  expect(logged()).toEqual([
    {
      level: 50,
      msg: 'GitHub does not accept GHCR_TOKEN: nothing can be promoted on ghcr.io until you set a new token',
    },
  ]);
  expect([watch.daysLeft(), watch.warning()]).toEqual([0, { kind: 'refused' }]);
});

test('a token without an expiry is reported so', async () => {
  expiresIn(null);
  await watch.check();
  expect(logged()).toEqual([{ level: 30, msg: 'GHCR_TOKEN never expires' }]);
  expect([watch.daysLeft(), watch.warning()]).toEqual([null, null]);
});

test('in an outage of GitHub, yesterday’s answer stays', async () => {
  expiresIn(3);
  await watch.check();
  logged();
  github.failNext({ path: /./, status: 503 });
  await watch.check();
  expect(logged()).toEqual([
    {
      level: 40,
      msg: 'the expiry of GHCR_TOKEN is unknown',
      because: expect.stringContaining('asking GitHub about GHCR_TOKEN: HTTP 503'),
    },
  ]);
  expect(watch.daysLeft()).toBe(3);
});

test('a review asks for its user: once at a time, and again half a minute after a failure of GitHub', async () => {
  expiresIn(null);
  github.failNext({ path: /./, status: 503 });
  const both = await Promise.allSettled([watch.learnUser(), watch.learnUser()]);
  expect(both).toMatchObject([{ reason: { retryable: true } }, { reason: { retryable: true } }]);
  await expect(watch.learnUser()).rejects.toMatchObject({ code: 'github-unavailable', retryable: true });
  expect(github.requests).toHaveLength(1);
  now += 30_000;
  expect(await watch.learnUser()).toMatchObject({ login: 'acme-bot', canComment: false });
  expect(await watch.learnUser()).toMatchObject({ login: 'acme-bot' });
  expect(github.requests).toHaveLength(2);
});

test.each([
  ['https://ghes.example/api/v3', 'ghes.example'],
  ['https://api.acme.ghe.com', 'api.acme.ghe.com'],
  ['https://api.github.com.evil.example', 'api.github.com.evil.example'],
])('a token for ghcr.io is not sent to %s', async (apiUrl, host) => {
  const log = { debug: () => undefined, warn: () => undefined };
  const ask = createTokenQuestion({ apiUrl, token: TOKEN, userAgent: 'imprimatur/test', log, now: () => now });
  expect(await ask()).toEqual({
    kind: 'unknown',
    because: `GHCR_TOKEN is sent to github.com only, not to ${host}`,
    isFinal: true,
  });
});

const ELSEWHERE = must(parseImageRepository('registry.example.com/acme/dotca'));

/** The card of a promotion that is like the sample but for this. */
async function cardOf(changes: Partial<Promotion>): Promise<string> {
  const engine = await startEngine();
  try {
    const services = { ...engine.services, registryTokenWatch: watch };
    return renderCard(await loadView(services, viewOf(changes).promotion));
  } finally {
    await engine.close();
  }
}

test('an open card of ghcr.io shows when the token is about to expire, and no other card does', async () => {
  const at = Date.UTC(2026, 11, 1, 9);
  expiresIn(7);
  expect(await cardOf({})).not.toContain('token');
  await watch.check();
  expect(watch.warning()).toEqual({ kind: 'expires', at });
  expect(await cardOf({})).toContain(`\n\n${tokenWarningText({ tokenWarning: { kind: 'expires', at } })}\n\n`);
  const images = viewOf().promotion.images.map((image) => ({ ...image, repository: ELSEWHERE }));
  expect(await cardOf({ images })).not.toContain('token');
  expect(await cardOf({ state: { kind: 'expired' } })).not.toContain('token');
  github.personalToken(TOKEN, null);
  await watch.check();
  expect(await cardOf({})).toContain(tokenWarningText({ tokenWarning: { kind: 'refused' } }));
});

test('a server checks the token when it starts, and has a metric with the days left', async () => {
  expiresIn(null);
  const machineUser = { GHCR_USERNAME: 'acme-bot', GHCR_TOKEN: TOKEN };
  const endpoints = await openEndpoints({ ...github.env, ...machineUser });
  try {
    const metric = async (): Promise<string | undefined> =>
      /^imprimatur_pat_days_left.*$/m.exec(await (await fetch(`${endpoints.url}/metrics`)).text())?.[0];
    expect(await metric()).toBeUndefined();
    // The server goes by the clock of the wall.
    const expiresAt = Date.now() + 3.5 * DAY_MS;
    now = Date.now();
    github.personalToken(TOKEN, { login: 'acme-bot', scopes: ['write:packages'], expiresAt });
    endpoints.app.start();
    await endpoints.logged('GHCR_TOKEN expires within 14 days: create a new token, and restart with it');
    expect(await metric()).toMatch(/^imprimatur_pat_days_left\{host="ghcr\.io"\} 3\.4\d+$/);
    expect(endpoints.log.join('\n')).not.toContain(TOKEN);
  } finally {
    await endpoints.close();
  }
});
