// Finds our own deployment again among those that anybody may have made, and lists what there is.
import nock from 'nock';
import { expect, test } from 'vitest';
import {
  fetchDeploymentState,
  findOwnDeployment,
  listDeployments,
} from '../../../src/github/deployments/deployments.ts';
import { API, APP_ID, COMMIT, grantToken, offlineGitHub, playOffline, REPO } from '../offline-github.ts';

playOffline();

const OURS = {
  id: 7,
  sha: COMMIT,
  payload: { promotion: 'P12', digest: 'x' },
  creator: { type: 'Bot' },
  performed_via_github_app: { id: APP_ID },
};

test.each<{ readonly name: string; readonly listed: readonly object[]; readonly found: number | null }>([
  { name: 'our own', listed: [OURS], found: 7 },
  { name: 'the newest of two of our own', listed: [{ ...OURS, id: 9 }, OURS], found: 9 },
  {
    name: 'one by a bot where GitHub does not tell the App',
    listed: [{ ...OURS, performed_via_github_app: null }],
    found: 7,
  },
  { name: 'none of another promotion', listed: [{ ...OURS, payload: { promotion: 'P1' } }], found: null },
  { name: 'none by a person', listed: [{ ...OURS, creator: { type: 'User' } }], found: null },
  { name: 'none by another App', listed: [{ ...OURS, performed_via_github_app: { id: 1 } }], found: null },
  { name: 'none whose payload is a text', listed: [{ ...OURS, payload: '{"promotion":"P12"}' }], found: null },
  { name: 'none where there is none', listed: [], found: null },
])('finds $name', async ({ listed, found }) => {
  grantToken(61);
  nock(API)
    .get('/repos/acme/dotca/deployments')
    .query({ sha: COMMIT, environment: 'prod/eu', per_page: 100 })
    .reply(200, [...listed]);
  const client = offlineGitHub().forInstallation(61);
  const question = { client, repo: REPO, commit: COMMIT, environment: 'prod/eu', promotion: 'P12' };
  expect(await findOwnDeployment(question)).toBe(found);
});

test('lists the newest to an environment, and reads how one went', async () => {
  grantToken(61);
  nock(API).get('/repos/acme/dotca/deployments').query({ environment: 'staging', per_page: 100 }).reply(200, [OURS]);
  nock(API)
    .get('/repos/acme/dotca/deployments/7/statuses')
    .query({ per_page: 30 })
    .reply(200, [{ state: 'inactive' }, { state: 'success' }, { state: 'in_progress' }]);
  const place = { client: offlineGitHub().forInstallation(61), repo: REPO };
  expect(await listDeployments({ ...place, environment: 'staging' })).toEqual([{ id: 7, sha: COMMIT }]);
  expect(await fetchDeploymentState({ ...place, deployment: 7 })).toBe('success');
});
