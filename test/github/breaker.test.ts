// A GitHub that fails again and again is asked only now and then: by all installations together, tokens included.
import nock from 'nock';
import { expect, test } from 'vitest';
import { createHostGuard } from '../../src/net/host-guard.ts';
import type { GitHub } from '../../src/github/client/client.ts';
import { createComment } from '../../src/github/comments/comments.ts';
import type { ObservedRequest } from '../../src/github/client/hooks.ts';
import { fetchActor } from '../../src/github/permissions.ts';
import { API, failureOf, grantToken, NOW, offlineGitHub, playOffline, REPO } from './offline-github.ts';

playOffline();

type World = { readonly github: GitHub; readonly observed: ObservedRequest[]; readonly turn: (ms: number) => void };

function makeWorld(): World {
  let at = NOW;
  const observed: ObservedRequest[] = [];
  const now = (): number => at;
  const guard = createHostGuard({ now, random: () => 0, onBreakerChange: () => {} });
  const github = offlineGitHub({ guard, now, onRequest: (request) => observed.push(request) });
  return { github, observed, turn: (ms) => void (at += ms) };
}

const ADA = { id: 11, login: 'ada', kind: 'user' } as const;
const PERMISSION = '/repos/acme/dotca/collaborators/ada/permission';
const MAY_WRITE = { permission: 'write', role_name: 'write', user: { id: 11, login: 'ada' } };

function ask(github: GitHub, installation = 7): ReturnType<typeof fetchActor> {
  return fetchActor({ client: github.forInstallation(installation), repo: REPO, ...ADA });
}

test('after five failures in a row nothing is sent for any installation, until a probe is answered', async () => {
  const { github, observed, turn } = makeWorld();
  grantToken(7);
  nock(API).get(PERMISSION).times(5).reply(502, 'bad gateway');
  for (let tries = 1; tries <= 5; tries += 1) await failureOf(ask(github));
  const sent = observed.length;

  const write = createComment({ client: github.forInstallation(7), repo: REPO, issue: 3, body: 'hello' });
  const error = await failureOf(write);
  expect(error).toMatchObject({ code: 'github-unavailable', retryable: true, retryAt: NOW + 2000, status: null });
  expect(error.message).toBe(
    'creating a comment on acme/dotca#3: not sent. api.github.com has failed since 12:00:00 UTC (HTTP 502), and is asked again at 12:00:02 UTC.',
  );
  expect((await failureOf(ask(github, 8))).message).toContain('not sent');
  expect(observed).toHaveLength(sent);

  turn(2000);
  nock(API).get(PERMISSION).twice().reply(200, MAY_WRITE);
  expect((await ask(github)).role).toBe('write');
  expect((await ask(github)).role).toBe('write');
});

test('a failed token request counts too, and a probe for one lets the request behind it through', async () => {
  const { github, turn } = makeWorld();
  nock(API).post('/app/installations/7/access_tokens').times(5).replyWithError('socket hang up');
  for (let tries = 1; tries <= 5; tries += 1) await failureOf(ask(github));
  expect((await failureOf(ask(github))).message).toContain('has failed since 12:00:00 UTC (no answer)');

  turn(2000);
  grantToken(7);
  nock(API).get(PERMISSION).reply(200, MAY_WRITE);
  expect((await ask(github)).role).toBe('write');
});

test.each([
  ['limits', 429],
  ['absences', 404],
  ['refusals', 422],
])('%s are answers: nothing is held back', async (_what, status) => {
  const { github, observed } = makeWorld();
  grantToken(7);
  nock(API).post('/repos/acme/dotca/issues/3/comments').times(8).reply(status, { message: 'no' });
  for (let tries = 1; tries <= 8; tries += 1) {
    await failureOf(createComment({ client: github.forInstallation(7), repo: REPO, issue: 3, body: 'hello' }));
  }
  expect(observed.filter((request) => request.status === status)).toHaveLength(8);
});
