// Shows how the clients behave on the wire: tokens, ETags, timeouts, resets, and what they tell about themselves.
import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import nock from 'nock';
import { afterEach, expect, test, vi } from 'vitest';
import { fetchApp } from '../../../src/github/app/app.ts';
import { createComment } from '../../../src/github/comments/comments.ts';
import { mayHaveBeenApplied } from '../../../src/github/client/errors.ts';
import type { ObservedRequest } from '../../../src/github/client/hooks.ts';
import { fetchActor } from '../../../src/github/permissions.ts';
import { API, failureOf, grantToken, offlineGitHub, playOffline, REPO } from '../offline-github.ts';

playOffline();

const servers: Server[] = [];

afterEach(async () => {
  vi.useRealTimers();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

const ADA = { id: 11, login: 'ada', kind: 'user' } as const;
const PERMISSION = '/repos/acme/dotca/collaborators/ada/permission';
const MAY_WRITE = { permission: 'write', role_name: 'write', user: { id: 11, login: 'ada' } };

test('one token serves many requests of an installation, and another installation gets its own', async () => {
  const github = offlineGitHub();
  grantToken(7, 'ghs_seven');
  grantToken(8, 'ghs_eight');
  nock(API).get(PERMISSION).matchHeader('authorization', 'token ghs_seven').twice().reply(200, MAY_WRITE);
  nock(API).get(PERMISSION).matchHeader('authorization', 'token ghs_eight').reply(200, MAY_WRITE);
  await fetchActor({ client: github.forInstallation(7), repo: REPO, ...ADA });
  await fetchActor({ client: github.forInstallation(7), repo: REPO, ...ADA });
  await fetchActor({ client: github.forInstallation(8), repo: REPO, ...ADA });
  expect(github.forInstallation(7)).toBe(github.forInstallation(7));
});

test('a token that GitHub revoked is replaced once, and the request repeated', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const client = offlineGitHub().forInstallation(7);
  grantToken(7, 'ghs_old');
  nock(API).get(PERMISSION).matchHeader('authorization', 'token ghs_old').reply(200, MAY_WRITE);
  await fetchActor({ client, repo: REPO, ...ADA });

  vi.setSystemTime(Date.now() + 600_000);
  grantToken(7, 'ghs_new');
  nock(API).get(PERMISSION).matchHeader('authorization', 'token ghs_old').reply(401, { message: 'Bad credentials' });
  nock(API).get(PERMISSION).matchHeader('authorization', 'token ghs_new').reply(200, MAY_WRITE);
  expect((await fetchActor({ client, repo: REPO, ...ADA })).role).toBe('write');
});

test('a wrong private key is final and says what to check', async () => {
  nock(API).get('/app').reply(401, { message: 'A JSON web token could not be decoded' });
  const error = await failureOf(fetchApp(offlineGitHub().asApp()));
  expect(error).toMatchObject({ code: 'github-unauthorized', retryable: false, status: 401 });
  expect(error.message).toContain('Check APP_ID and PRIVATE_KEY');
});

test('a known answer is requested by its ETag, and a 304 means that answer', async () => {
  const client = offlineGitHub().forInstallation(7);
  grantToken(7);
  nock(API).get(PERMISSION).reply(200, MAY_WRITE, { etag: 'W/"one"' });
  nock(API).get(PERMISSION).matchHeader('if-none-match', 'W/"one"').reply(304);
  nock(API)
    .get(PERMISSION)
    .matchHeader('if-none-match', 'W/"one"')
    .reply(200, { ...MAY_WRITE, permission: 'read', role_name: 'read' }, { etag: 'W/"two"' });
  nock(API).get(PERMISSION).matchHeader('if-none-match', 'W/"two"').reply(304);
  const roles: string[] = [];
  for (let round = 0; round < 4; round += 1) roles.push((await fetchActor({ client, repo: REPO, ...ADA })).role);
  expect(roles).toEqual(['write', 'write', 'read', 'read']);
});

test('an incomplete answer is not cached by its ETag', async () => {
  let asked = 0;
  const apiUrl = await listen((request, response) => {
    const isToken = request.url?.endsWith('/access_tokens') === true;
    const text = JSON.stringify(isToken ? { token: 'ghs_one', permissions: {} } : MAY_WRITE);
    if (!isToken) asked += 1;
    if (request.headers['if-none-match'] === '"one"') return void response.writeHead(304).end();
    response.writeHead(isToken ? 201 : 200, {
      'content-type': 'application/json',
      'content-length': text.length,
      ...(isToken ? {} : { etag: '"one"' }),
    });
    if (isToken || asked > 1) response.end(text);
    else response.write(text.slice(0, 20), () => request.socket.destroy());
  });
  const client = offlineGitHub({ apiUrl }).forInstallation(7);
  expect((await failureOf(fetchActor({ client, repo: REPO, ...ADA }))).retryable).toBe(true);
  expect((await fetchActor({ client, repo: REPO, ...ADA })).role).toBe('write');
  expect(asked).toBe(2);
});

test('an answer of one installation is not shown to another', async () => {
  const github = offlineGitHub();
  grantToken(7, 'ghs_seven');
  grantToken(8, 'ghs_eight');
  nock(API).get(PERMISSION).reply(200, MAY_WRITE, { etag: '"one"' });
  nock(API, { badheaders: ['if-none-match'] })
    .get(PERMISSION)
    .reply(404, { message: 'Not Found' });
  expect((await fetchActor({ client: github.forInstallation(7), repo: REPO, ...ADA })).role).toBe('write');
  expect((await fetchActor({ client: github.forInstallation(8), repo: REPO, ...ADA })).role).toBe('none');
});

test('a failure after a known answer is a failure, not the old answer', async () => {
  const client = offlineGitHub().forInstallation(7);
  grantToken(7);
  nock(API).get(PERMISSION).reply(200, MAY_WRITE, { etag: '"one"' });
  nock(API).get(PERMISSION).reply(502, 'bad gateway');
  await fetchActor({ client, repo: REPO, ...ADA });
  const error = await failureOf(fetchActor({ client, repo: REPO, ...ADA }));
  expect(error).toMatchObject({ code: 'github-unavailable', retryable: true, status: 502 });
});

test.each<{ readonly name: string; readonly answer: RequestListener; readonly message: RegExp }>([
  { name: 'a server that never answers', answer: () => undefined, message: /no answer \(.*timeout/ },
  {
    name: 'an answer that stops in the middle',
    answer: (_request, response) => {
      response.writeHead(201, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"id": 1');
    },
    message: /no answer \(.*timeout/,
  },
  {
    name: 'a connection that is reset',
    answer: (request) => request.socket.resetAndDestroy(),
    message: /no answer \(.*(ECONNRESET|closed)/,
  },
])('after $name, the write may have been applied', async ({ answer, message }) => {
  const apiUrl = await listen((request, response) => {
    if (request.url?.endsWith('/access_tokens') !== true) {
      answer(request, response);
      return;
    }
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ token: 'ghs_one', permissions: {} }));
  });
  const client = offlineGitHub({ apiUrl, timeoutMs: 200 }).forInstallation(7);
  const error = await failureOf(createComment({ client, repo: REPO, issue: 3, body: 'hello' }));
  expect(error.message).toMatch(message);
  expect(error.retryable).toBe(true);
  expect(mayHaveBeenApplied(error)).toBe(true);
});

test('a refused connection is retryable', async () => {
  const client = offlineGitHub({ apiUrl: await deadUrl() }).forInstallation(7);
  const error = await failureOf(createComment({ client, repo: REPO, issue: 3, body: 'hello' }));
  expect(error).toMatchObject({ code: 'github-unavailable', retryable: true, status: null });
  expect(error.message).toContain('ECONNREFUSED');
});

test('a write that fails is sent once: repeating is decided by the job table', async () => {
  const client = offlineGitHub().forInstallation(7);
  grantToken(7);
  let sent = 0;
  nock(API)
    .post('/repos/acme/dotca/issues/3/comments')
    .times(3)
    .reply(() => {
      sent += 1;
      return [502, ''];
    });
  await failureOf(createComment({ client, repo: REPO, issue: 3, body: 'hello' }));
  expect(sent).toBe(1);
  nock.cleanAll();
});

test('each request is reported by its documented route; no token or body reaches the log', async () => {
  const seen: Pick<ObservedRequest, 'method' | 'route' | 'status' | 'installationId'>[] = [];
  const lines: string[] = [];
  const log = (fields: object, message: string): void => void lines.push(`${JSON.stringify(fields)} ${message}`);
  const github = offlineGitHub({
    log: { debug: log, warn: log },
    onRequest: ({ method, route, status, installationId }) => seen.push({ method, route, status, installationId }),
  });
  grantToken(7, 'ghs_secret');
  nock(API).post('/repos/acme/dotca/issues/3/comments').reply(500, { message: 'Server Error' });
  nock(API)
    .get('/app')
    .reply(200, { id: 4711, slug: 'imprimatur', name: 'Imprimatur', owner: { login: 'acme' } });
  await failureOf(
    createComment({ client: github.forInstallation(7), repo: REPO, issue: 3, body: 'a private sentence' }),
  );
  await fetchApp(github.asApp());
  expect(seen).toEqual([
    { method: 'POST', route: '/app/installations/{installation_id}/access_tokens', status: 201, installationId: 7 },
    { method: 'POST', route: '/repos/{owner}/{repo}/issues/{issue_number}/comments', status: 500, installationId: 7 },
    { method: 'GET', route: '/app', status: 200, installationId: null },
  ]);
  expect(lines.join('\n')).toContain('{"installation":7} POST /repos/acme/dotca/issues/3/comments - 500');
  expect(lines.join('\n')).not.toMatch(/ghs_secret|private sentence|BEGIN|bearer/i);
});

async function listen(listener: RequestListener): Promise<string> {
  nock.enableNetConnect('127.0.0.1');
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

async function deadUrl(): Promise<string> {
  const url = await listen(() => undefined);
  const server = servers.pop();
  server?.close();
  return url;
}
