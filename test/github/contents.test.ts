// Reading one file: its text and blob, no file, no plain file, too large a file, and the difference to no repository.
import { createHash } from 'node:crypto';
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createGitHub, type InstallationClient } from '../../src/github/client/client.ts';
import { fetchFile } from '../../src/github/contents.ts';
import type { ObservedRequest } from '../../src/github/client/hooks.ts';
import type { GitHubRepo } from '../support/github/repo.ts';
import { startGitHub, type GitHubWorld } from '../support/github/world.ts';
import { API, failureOf, grantToken, offlineGitHub, playOffline, REPO, repoName } from './offline-github.ts';

const PATH = '.github/promotion.yml';
const BASE = '/repos/acme/dotca';
const MISSING = { message: 'Not Found', documentation_url: 'https://docs.github.com/rest' };
const FILE = { type: 'file', sha: 'b10b', size: 5, encoding: 'base64', content: 'a:\n' };

describe('against api.github.com as nock plays it', () => {
  playOffline();
  beforeEach(() => grantToken(7));

  test('the text is decoded, line breaks in the base64 and all', async () => {
    const content = Buffer.from('branch: größe\n').toString('base64').replaceAll(/.{8}/g, '$&\n');
    answer(200, { ...FILE, content });
    expect(await fetch()).toEqual({ kind: 'file', blob: 'b10b', text: 'branch: größe\n' });
  });

  test('invalid UTF-8 is marked in the text', async () => {
    answer(200, { ...FILE, content: Buffer.from([0x61, 0xff, 0x62]).toString('base64') });
    expect(await fetch()).toEqual({ kind: 'file', blob: 'b10b', text: 'a\ufffdb' });
  });

  test('an empty file is a file', async () => {
    answer(200, { ...FILE, size: 0, content: '' });
    expect(await fetch()).toEqual({ kind: 'file', blob: 'b10b', text: '' });
  });

  test('a ref is passed on', async () => {
    nock(API).get(`${BASE}/contents/.github%2Fpromotion.yml`).query({ ref: 'staging' }).reply(200, FILE);
    expect((await fetch({ ref: 'staging' }))?.kind).toBe('file');
  });

  test.each([
    ['a folder', [{ ...FILE, path: 'x' }], 'directory'],
    ['an empty folder', [], 'directory'],
    ['a symbolic link that leads nowhere', { type: 'symlink', target: '../x', sha: 'b10b', size: 3 }, 'symlink'],
    ['a submodule', { type: 'submodule', sha: 'b10b', size: 0, submodule_git_url: null }, 'submodule'],
  ])('%s is not a file', async (_name, body, what) => {
    answer(200, body);
    expect(await fetch()).toEqual({ kind: 'not-a-file', what });
  });

  test('over 1 MB GitHub sends no content: too large, not empty', async () => {
    answer(200, { ...FILE, size: 1_000_001, encoding: 'none', content: '' });
    expect(await fetch()).toEqual({ kind: 'too-large', blob: 'b10b', sizeBytes: 1_000_001 });
  });

  test.each([
    ['over the limit of the caller it is too large', 6, 'too-large'],
    ['at the limit it is not', 5, 'file'],
  ])('%s', async (_name, size, kind) => {
    answer(200, { ...FILE, size });
    expect((await fetch({ maxBytes: 5 }))?.kind).toBe(kind);
  });

  test('a 404 in an existing repository means no file', async () => {
    answer(404, MISSING);
    nock(API).get(BASE).reply(200, { id: 77 });
    expect(await fetch()).toBeNull();
  });

  test('a 404 in a repository that is gone is an error, not a missing file', async () => {
    answer(404, MISSING);
    nock(API).get(BASE).reply(404, MISSING);
    expect((await failureOf(fetch())).code).toBe('github-not-found');
  });

  test.each([
    [403, { message: 'Resource not accessible by integration' }, 'github-forbidden'],
    [502, { message: 'Bad gateway' }, 'github-unavailable'],
    [200, { type: 'file', size: 3 }, 'github-unreadable'],
    [200, { ...FILE, encoding: 'utf-16' }, 'github-unreadable'],
  ])('HTTP %i with %j is no missing file', async (status, body, code) => {
    answer(status, body);
    expect((await failureOf(fetch())).code).toBe(code);
  });
});

describe('against a stateful GitHub', () => {
  let world: GitHubWorld;
  let repo: GitHubRepo;
  let client: InstallationClient;
  let requests: readonly ObservedRequest[];

  beforeEach(async () => {
    requests = [];
    world = await startGitHub();
    repo = await world.repo({ owner: 'acme', name: 'dotca', users: { ada: 'write' } });
    client = createGitHub({
      appId: Number(world.env.APP_ID),
      privateKey: world.env.PRIVATE_KEY,
      apiUrl: world.env.GITHUB_API_URL,
      userAgent: 'imprimatur/test',
      log: { debug: () => undefined, warn: () => undefined },
      now: Date.now,
      onRequest: (request) => {
        requests = [...requests, request];
      },
    }).forInstallation(world.installation('acme').id);
  });

  afterEach(async () => {
    await world.settle();
    await world.close();
    if (world.violations.length > 0) throw new Error(world.violations.join('\n'));
  });

  const read = (of = REPO): ReturnType<typeof fetchFile> => fetchFile({ client, repo: of, path: PATH });

  test('the file is what the default branch has, now, with the id that git gives it', async () => {
    expect(await read()).toBeNull();
    repo.writeFiles('staging', { [PATH]: 'preset: strict\n' });
    expect(await read()).toBeNull();
    repo.writeFiles('main', { [PATH]: 'preset: strict\n' });
    const blob = createHash('sha1').update('blob 15\0preset: strict\n').digest('hex');
    expect(await read()).toEqual({ kind: 'file', blob, text: 'preset: strict\n' });
    repo.writeFiles('main', { [PATH]: '' });
    expect(await read()).toMatchObject({ kind: 'file', text: '' });
    repo.writeFiles('main', { [PATH]: null });
    expect(await read()).toBeNull();
  });

  test('a missing ref has no file', async () => {
    repo.writeFiles('main', { [PATH]: 'preset: strict\n' });
    expect(await fetchFile({ client, repo: REPO, path: PATH, ref: 'release/1' })).toBeNull();
    expect(await fetchFile({ client, repo: REPO, path: PATH, ref: 'main' })).toMatchObject({ kind: 'file' });
  });

  test('a folder of that name is not a file', async () => {
    repo.writeFiles('main', { [`${PATH}/a.yml`]: 'x' });
    expect(await read()).toEqual({ kind: 'not-a-file', what: 'directory' });
  });

  test('an empty repository has no file; one that is gone is an error', async () => {
    await world.repo({ owner: 'acme', name: 'empty', empty: true });
    expect(await read(repoName('acme/empty'))).toBeNull();
    expect((await failureOf(read(repoName('acme/gone')))).code).toBe('github-not-found');
  });

  test('an unchanged file is not sent again', async () => {
    repo.writeFiles('main', { [PATH]: 'preset: strict\n' });
    const first = await read();
    expect(await read()).toEqual(first);
    const statuses = requests.filter(({ route }) => route.includes('/contents/')).map(({ status }) => status);
    expect(statuses).toEqual([200, 304]);
  });
});

function fetch(options: { readonly ref?: string; readonly maxBytes?: number } = {}): ReturnType<typeof fetchFile> {
  return fetchFile({ client: offlineGitHub().forInstallation(7), repo: REPO, path: PATH, ...options });
}

function answer(status: number, body: nock.Body): nock.Scope {
  return nock(API).get(`${BASE}/contents/.github%2Fpromotion.yml`).reply(status, body);
}
