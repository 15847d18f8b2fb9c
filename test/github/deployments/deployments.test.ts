// Finds our own deployment again among those that anybody may have made, and lists what there is.
import nock from 'nock';
import { expect, test } from 'vitest';
import {
  findOwnDeployment,
  listDeployments,
  listDeploymentStates,
} from '../../../src/github/deployments/deployments.ts';
import { API, COMMIT, grantToken, offlineGitHub, playOffline, REPO } from '../offline-github.ts';

playOffline();

const ADA = { id: 1, login: 'ada', type: 'User' };

const OURS = {
  id: 7,
  sha: COMMIT,
  payload: { promotion: 'P12', digest: 'x' },
  creator: { id: 70, login: 'imprimatur[bot]', type: 'Bot' },
};

test.each<{ readonly name: string; readonly listed: readonly object[]; readonly found: number | null }>([
  { name: 'our own', listed: [OURS], found: 7 },
  { name: 'the newest of two of our own', listed: [{ ...OURS, id: 9 }, OURS], found: 9 },
  { name: 'none of another promotion', listed: [{ ...OURS, payload: { promotion: 'P1' } }], found: null },
  { name: 'none by a person', listed: [{ ...OURS, creator: { id: 1, login: 'ada', type: 'User' } }], found: null },
  {
    name: 'none by another App that copied our payload, such as a workflow',
    listed: [{ ...OURS, creator: { id: 41_898_282, login: 'github-actions[bot]', type: 'Bot' } }],
    found: null,
  },
  { name: 'none whose maker is gone', listed: [{ ...OURS, creator: null }], found: null },
  { name: 'none whose payload is a text', listed: [{ ...OURS, payload: '{"promotion":"P12"}' }], found: null },
  { name: 'none where there is none', listed: [], found: null },
])('finds $name', async ({ listed, found }) => {
  grantToken(61);
  nock(API)
    .get('/repos/acme/dotca/deployments')
    .query({ sha: COMMIT, environment: 'prod/eu', per_page: 100 })
    .reply(200, [...listed]);
  const client = offlineGitHub().forInstallation(61);
  const question = {
    client,
    repo: REPO,
    commit: COMMIT,
    environment: 'prod/eu',
    promotion: 'P12',
    bot: 'imprimatur[bot]',
  };
  expect(await findOwnDeployment(question)).toBe(found);
});

test('lists the newest to an environment, and reads their statuses', async () => {
  grantToken(61);
  nock(API).get('/repos/acme/dotca/deployments').query({ environment: 'staging', per_page: 100 }).reply(200, [OURS]);
  nock(API)
    .get('/repos/acme/dotca/deployments/7/statuses')
    .query({ per_page: 30 })
    .reply(200, [{ state: 'inactive' }, { state: 'success', creator: ADA }, { state: 'in_progress', creator: null }]);
  const place = { client: offlineGitHub().forInstallation(61), repo: REPO };
  expect(await listDeployments({ ...place, environment: 'staging' })).toMatchObject([
    { id: 7, sha: COMMIT, digests: [], creator: { id: 70, kind: 'bot' } },
  ]);
  expect(await listDeploymentStates({ ...place, deployment: 7 })).toEqual([
    { state: 'success', by: { id: 1, login: 'ada', kind: 'user' } },
    { state: 'in_progress', by: null },
  ]);
});
