// Every installation of the App is listed, however many there are, and the repositories of those that are not suspended.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGitHub, type GitHub } from '../../../src/github/client/client.ts';
import { listInstalledRepos } from '../../../src/github/app/installed-repos.ts';
import { listInstallations } from '../../../src/github/app/own-app.ts';
import { startGitHub, type GitHubWorld } from '../../support/github/world.ts';
import { NOW } from '../offline-github.ts';

const log = { debug: () => undefined, warn: () => undefined };

/** Two pages, and one installation on a third. */
const OWNERS = [...Array.from({ length: 200 }, (_, index) => `org-${index}`), 'acme'];

let world: GitHubWorld;
let github: GitHub;
beforeEach(async () => {
  world = await startGitHub({ now: () => NOW, owners: OWNERS });
  const { APP_ID, PRIVATE_KEY: privateKey } = world.env;
  const options = { apiUrl: world.url, userAgent: 'imprimatur/test', log, now: () => NOW };
  github = createGitHub({ ...options, appId: Number(APP_ID), privateKey });
});
afterEach(async () => {
  expect(world.violations).toEqual([]);
  await world.close();
});

test('all pages of installations are read, and none after the last', async () => {
  expect((await listInstallations(github.asApp())).map(({ account }) => account)).toEqual(OWNERS);
  expect(world.requests.filter(({ path }) => path.startsWith('/app/installations'))).toHaveLength(3);
});

test('a repository of the last installation is found', async () => {
  for (const owner of OWNERS.slice(1, -1)) await world.installation(owner).suspend();
  const names = [
    { owner: 'org-0', name: 'api' },
    { owner: 'org-1', name: 'suspended' },
    { owner: 'acme', name: 'dotca' },
  ];
  for (const name of names) await world.repo(name);
  expect((await listInstalledRepos(github)).map(({ name }) => name)).toEqual(['org-0/api', 'acme/dotca']);
});
