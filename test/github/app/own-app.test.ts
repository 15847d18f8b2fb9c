// Shows that GitHub's answers about the App, its webhook and the machine user's token are read, and what refuses them.
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createGitHub,
  createTokenClient,
  type AppClient,
  type TokenClient,
} from '../../../src/github/client/client.ts';
import { fetchMachineToken } from '../../../src/github/app/machine-user.ts';
import {
  clockOfRefusal,
  fetchOwnApp,
  fetchWebhook,
  listInstallations,
  listWebhookDeliveries,
} from '../../../src/github/app/own-app.ts';
import { startGitHub, type GitHubWorld } from '../../support/github/world.ts';
import { API, failureOf, NOW, playOffline } from '../offline-github.ts';

const log = { debug: () => undefined, warn: () => undefined };
const TOKEN = 'ghp_0123456789abcdefghij';
const DAY_MS = 86_400_000;

function tokenClient(apiUrl: string, token = TOKEN): TokenClient {
  return createTokenClient({ apiUrl, token, userAgent: 'imprimatur/test', log, now: () => NOW });
}

describe('the App', () => {
  let github: GitHubWorld;
  let app: AppClient;
  beforeEach(async () => {
    github = await startGitHub({ now: () => NOW });
    app = appOf(github.env.PRIVATE_KEY);
  });
  afterEach(async () => {
    expect(github.violations).toEqual([]);
    await github.close();
  });

  function appOf(privateKey: string, id = github.env.APP_ID): AppClient {
    const options = { apiUrl: github.url, userAgent: 'imprimatur/test', log, now: () => NOW };
    return createGitHub({ ...options, appId: Number(id), privateKey }).asApp();
  }

  test('it is read with its permissions, its events and the clock of GitHub', async () => {
    const { permissions, events, at, owner } = await fetchOwnApp(app);
    expect({ owner, at, checks: permissions['checks'] }).toEqual({ owner: 'acme', at: NOW, checks: 'write' });
    expect(events).toContain('issue_comment');
  });

  test('a refusal shows the clock too', async () => {
    const error = await failureOf(fetchOwnApp(appOf(github.env.PRIVATE_KEY, '770099')));
    expect(error.code).toBe('github-unauthorized');
    expect(clockOfRefusal(error)).toBe(NOW);
    github.failNext({ path: /./, status: 'hang-up' });
    expect(clockOfRefusal(await failureOf(fetchOwnApp(app)))).toBeNull();
  });

  test('an installation shows what is granted, and whether it is suspended', async () => {
    const acme = github.installation('acme');
    await acme.setPermissions({ metadata: 'read' });
    await acme.suspend();
    expect(await listInstallations(app)).toEqual([
      {
        id: acme.id,
        account: 'acme',
        isSuspended: true,
        permissions: { metadata: 'read' },
        events: expect.arrayContaining(['push']),
      },
    ]);
  });

  test('GitHub shows only whether the webhook has a secret', async () => {
    const url = 'https://imprimatur.example.com/api/github/webhooks';
    expect(await fetchWebhook(app)).toEqual({ url, contentType: 'json', checksCertificate: true, hasSecret: true });
    github.setHook({ url: '', contentType: 'form', insecureSsl: '1', hasSecret: false });
    expect(await fetchWebhook(app)).toEqual({
      url: null,
      contentType: 'form',
      checksCertificate: false,
      hasSecret: false,
    });
  });

  test('deliveries are listed newest first, with their answers', async () => {
    await github.deliver({ event: 'ping', payload: {} });
    expect(await listWebhookDeliveries(app)).toEqual([
      { at: NOW, event: 'ping', status: 502, message: 'failed to connect to host' },
    ]);
  });

  test.each([
    ['a classic token', { scopes: ['write:packages'], expiresAt: NOW + DAY_MS }],
    ['a classic token that never expires', { scopes: ['read:packages', 'repo'], expiresAt: null }],
    ['a token without scopes', { scopes: null, expiresAt: NOW + DAY_MS }],
  ])('%s shows its user, its scopes and its expiry', async (_, token) => {
    github.personalToken(TOKEN, { login: 'acme-bot', ...token });
    expect(await fetchMachineToken(tokenClient(github.url))).toEqual({
      kind: 'accepted',
      id: expect.any(Number),
      login: 'acme-bot',
      ...token,
    });
  });

  test.each([
    ['unknown', null],
    ['expired', { login: 'acme-bot', scopes: ['write:packages'], expiresAt: NOW }],
  ])('a token that is %s is refused, asked about once', async (_, token) => {
    github.personalToken(TOKEN, token);
    expect(await fetchMachineToken(tokenClient(github.url))).toEqual({ kind: 'refused' });
    expect(github.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /user']);
  });

  test('without an answer, it reports that', async () => {
    github.failNext({ path: /./, status: 503 });
    const token = await fetchMachineToken(tokenClient(github.url));
    expect(token).toMatchObject({
      kind: 'unknown',
      because: expect.stringContaining('asking GitHub about GHCR_TOKEN: HTTP 503'),
    });
  });
});

describe('a machine user’s token', () => {
  playOffline();

  test('is not sent to a redirect of GitHub', async () => {
    nock(API).get('/user').reply(302, undefined, { location: 'https://elsewhere.example/user' });
    const elsewhere = nock('https://elsewhere.example').get('/user').reply(200, { login: 'thief' });
    expect(await fetchMachineToken(tokenClient(API))).toMatchObject({ kind: 'unknown' });
    expect(elsewhere.isDone()).toBe(false);
    nock.cleanAll();
  });

  test('with an invalid expiry is an error', async () => {
    nock(API).get('/user').reply(200, { id: 9, login: 'a' }, { 'github-authentication-token-expiration': 'soon' });
    expect(await fetchMachineToken(tokenClient(API))).toEqual({
      kind: 'unknown',
      because: 'GitHub sent the expiry "soon", which is not a time',
      user: { id: 9, login: 'a', scopes: null },
    });
  });
});
