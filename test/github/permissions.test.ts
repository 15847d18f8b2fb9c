// Shows which role counts for which answer of GitHub, and that doubt means none.
import nock from 'nock';
import { expect, test } from 'vitest';
import { fetchActor } from '../../src/github/permissions.ts';
import { API, failureOf, grantToken, offlineGitHub, playOffline, REPO } from './offline-github.ts';

playOffline();

const PATH = '/repos/acme/dotca/collaborators/ada/permission';
const ADA = { id: 11, login: 'ada', kind: 'user' } as const;

test.each([
  { name: 'write is write', answer: { permission: 'write', role_name: 'write', user: { id: 11 } }, role: 'write' },
  {
    name: 'maintain comes as write',
    answer: { permission: 'write', role_name: 'maintain', user: { id: 11 } },
    role: 'maintain',
  },
  {
    name: 'triage comes as read',
    answer: { permission: 'read', role_name: 'triage', user: { id: 11 } },
    role: 'triage',
  },
  {
    name: 'a custom role is its base',
    answer: { permission: 'write', role_name: 'deployer', user: { id: 11 } },
    role: 'write',
  },
  {
    name: 'a role named admin with read is read',
    answer: { permission: 'read', role_name: 'admin', user: { id: 11 } },
    role: 'read',
  },
  { name: 'an old server names no role', answer: { permission: 'admin', user: { id: 11 } }, role: 'admin' },
  { name: 'none is none', answer: { permission: 'none', role_name: '', user: { id: 11 } }, role: 'none' },
  {
    name: 'the login belongs to somebody else now',
    answer: { permission: 'admin', role_name: 'admin', user: { id: 12 } },
    role: 'none',
  },
  {
    name: 'GitHub does not say whose permission it is',
    answer: { permission: 'admin', role_name: 'admin', user: null },
    role: 'none',
  },
])('$name', async ({ answer, role }) => {
  grantToken(7);
  nock(API).get(PATH).reply(200, answer);
  const actor = await fetchActor({ client: offlineGitHub().forInstallation(7), repo: REPO, ...ADA });
  expect(actor).toEqual({ ...ADA, role });
});

test('a person unknown to the repository has no role', async () => {
  grantToken(7);
  nock(API).get(PATH).reply(404, { message: 'ada is not a user' });
  const actor = await fetchActor({ client: offlineGitHub().forInstallation(7), repo: REPO, ...ADA });
  expect(actor.role).toBe('none');
});

test('a bot is not asked about', async () => {
  const bot = { id: 99, login: 'renovate[bot]', kind: 'bot' } as const;
  const actor = await fetchActor({ client: offlineGitHub().forInstallation(7), repo: REPO, ...bot });
  expect(actor).toEqual({ ...bot, role: 'none' });
});

test('when GitHub fails, nobody gets a right', async () => {
  grantToken(7);
  nock(API).get(PATH).reply(503, '');
  const error = await failureOf(fetchActor({ client: offlineGitHub().forInstallation(7), repo: REPO, ...ADA }));
  expect(error).toMatchObject({ code: 'github-unavailable', retryable: true });
});
