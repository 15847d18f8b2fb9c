// Finding the policy file: the right name, names that are meant as it, and files that move while they are read.
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findPolicyFile, type FoundPolicyFile } from '../../../../src/engine/core/policy/find-policy-file.ts';
import { createGitHub, type InstallationClient } from '../../../../src/github/client/client.ts';
import type { ObservedRequest } from '../../../../src/github/client/hooks.ts';
import {
  API,
  failureOf,
  grantToken,
  offlineGitHub,
  playOffline,
  REPO,
  repoName,
} from '../../../github/offline-github.ts';
import type { GitHubRepo } from '../../../support/github/repo.ts';
import { startGitHub, type GitHubWorld } from '../../../support/github/world.ts';

const RIGHT = '.github/promotion.yml';
const POLICY = 'environments: { production: { approvals: { required: 2 } } }\n';
const WORKFLOW = 'name: Promotion\non: push\njobs: {}\n';
const NONE = { kind: 'none' } as const;

function misnamed(...paths: readonly string[]): FoundPolicyFile {
  return { kind: 'misnamed', paths };
}

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

  const find = (stored: ReadonlyMap<string, string> = new Map(), name = 'acme/dotca'): Promise<FoundPolicyFile> =>
    findPolicyFile({ client, repo: repoName(name), findText: async (blob) => stored.get(blob) ?? null });

  const countPaid = (): number =>
    requests.filter(({ route, status }) => route.startsWith('/repos/') && status !== 304).length;

  test.each<readonly [string, Readonly<Record<string, string>>, FoundPolicyFile]>([
    ['another ending', { '.github/promotion.yaml': POLICY }, misnamed('.github/promotion.yaml')],
    [
      'another ending, whatever the text',
      { '.github/promotion.yaml': 'enviroments: [' },
      misnamed('.github/promotion.yaml'),
    ],
    ['another case', { '.github/Promotion.yml': POLICY }, misnamed('.github/Promotion.yml')],
    ['capitals', { '.github/PROMOTION.YML': POLICY }, misnamed('.github/PROMOTION.YML')],
    ['one letter more', { '.github/promotions.yml': POLICY }, misnamed('.github/promotions.yml')],
    ['a hidden ending', { '.github/promotion.yml.txt': POLICY }, misnamed('.github/promotion.yml.txt')],
    ['JSON', { '.github/promotion.json': '{"preset":"strict"}' }, misnamed('.github/promotion.json')],
    ['the name of the App', { '.github/imprimatur.yml': POLICY }, misnamed('.github/imprimatur.yml')],
    [
      'two at once',
      { '.github/promotion.yaml': POLICY, '.github/promotions.yml': POLICY },
      misnamed('.github/promotion.yaml', '.github/promotions.yml'),
    ],
    ['a folder in another case', { '.GitHub/promotion.yml': POLICY }, misnamed('.GitHub/promotion.yml')],
    ['the root', { 'promotion.yml': POLICY }, misnamed('promotion.yml')],
    ['the root, with another ending', { 'Promotion.yaml': POLICY, '.github/a.md': 'x' }, misnamed('Promotion.yaml')],
    ['the root, with a syntax error', { 'promotion.yml': 'environments: [\n' }, misnamed('promotion.yml')],
    ['a file of the root without a key of ours', { 'promotion.yml': WORKFLOW }, NONE],
    ['an empty file of the root', { 'promotion.yml': '' }, NONE],
    ['a similar file of the root', { 'promotions.yml': POLICY, 'promotion.json': '{"preset":"strict"}' }, NONE],
    ['a large file of the root', { 'promotion.yml': `${POLICY}#${'x'.repeat(70_000)}` }, NONE],
    ['a folder of the root', { 'promotion.yml/a.txt': POLICY }, NONE],
    ['a workflow', { '.github/workflows/promotion.yml': WORKFLOW }, NONE],
    ['a similar file without a key of ours', { '.github/promotions.json': '{"summer": 20}' }, NONE],
    ['a file that somebody put aside', { '.github/promotion.yml.bak': POLICY }, NONE],
    ['a folder with such a name', { '.github/promotion.yaml/README.md': POLICY }, NONE],
    ['a file of another folder', { 'deploy/promotion.yml': POLICY }, NONE],
    ['no file at all', {}, NONE],
  ])('%s', async (_name, files, found) => {
    repo.writeFiles('main', files);
    expect(await find()).toEqual(found);
  });

  test('the right file holds, whatever is beside it', async () => {
    repo.writeFiles('main', { [RIGHT]: 'preset: strict\n', '.github/promotion.yaml': POLICY, 'promotion.yml': POLICY });
    expect(await find()).toMatchObject({ kind: 'found', file: { kind: 'file', text: 'preset: strict\n' } });
    repo.writeFiles('main', { [RIGHT]: '' });
    expect(await find()).toMatchObject({ kind: 'found', file: { kind: 'file', text: '' } });
  });

  test.each([
    ['the folder', /contents\/.github$/],
    ['the file', /promotion.yml$/],
  ])('a single 404 for %s, which is there, is not believed', async (_name, path) => {
    repo.writeFiles('main', { [RIGHT]: POLICY });
    world.failNext({ path, status: 404, body: { message: 'Not Found' } });
    expect(await find()).toMatchObject({ kind: 'found', file: { kind: 'file', text: POLICY } });
  });

  test('a single 404 for the root, which is there, is not believed', async () => {
    repo.writeFiles('main', { 'promotion.yml': POLICY, '.github/a.md': 'x' });
    world.failNext({ path: /contents$/, status: 404, body: { message: 'Not Found' } });
    expect(await find()).toEqual(misnamed('promotion.yml'));
  });

  test('a folder of the right name is found too', async () => {
    repo.writeFiles('main', { [`${RIGHT}/a.yml`]: POLICY });
    expect(await find()).toEqual({ kind: 'found', file: { kind: 'not-a-file', what: 'directory' } });
  });

  test('a folder that GitHub does not list to its end may hold the file', async () => {
    const others = Array.from({ length: 1000 }, (_, at) => [`.github/a-${at}.md`, 'x']);
    repo.writeFiles('main', { ...Object.fromEntries(others), [RIGHT]: POLICY });
    expect(await find()).toMatchObject({ kind: 'found', file: { kind: 'file', text: POLICY } });
    repo.writeFiles('main', { [RIGHT]: null });
    expect(await find()).toEqual(NONE);
  });

  test('an empty repository has none; one that is gone is an error', async () => {
    await world.repo({ owner: 'acme', name: 'empty', empty: true });
    expect(await find(new Map(), 'acme/empty')).toEqual(NONE);
    expect((await failureOf(find(new Map(), 'acme/gone'))).code).toBe('github-not-found');
  });

  test('a text that is stored already is not read again', async () => {
    repo.writeFiles('main', { [RIGHT]: POLICY });
    const found = await find();
    if (found.kind !== 'found' || found.file.kind !== 'file') throw new Error('there is a file');
    const { blob } = found.file;
    const before = requests.length;
    expect(await find(new Map([[blob, POLICY]]))).toEqual(found);
    expect(requests.slice(before).map(({ status }) => status)).toEqual([304]);
  });

  test('a stored text that somebody changed is read from GitHub', async () => {
    repo.writeFiles('main', { [RIGHT]: POLICY });
    const found = await find();
    if (found.kind !== 'found' || found.file.kind !== 'file') throw new Error('there is a file');
    const weaker = 'environments: { production: { approvals: { required: 0 } } }\n';
    expect(await find(new Map([[found.file.blob, weaker]]))).toEqual(found);
  });

  test.each<readonly [string, Readonly<Record<string, string>>]>([
    ['with the file', { [RIGHT]: POLICY }],
    ['without one', { '.github/workflows/ci.yml': WORKFLOW }],
    ['with another name', { '.github/promotion.yaml': POLICY }],
    ['in the root', { 'promotion.yml': POLICY, '.github/workflows/ci.yml': WORKFLOW }],
  ])('%s, another read costs nothing while nothing changes', async (_name, files) => {
    repo.writeFiles('main', files);
    const found = await find();
    const paid = countPaid();
    expect(await find()).toEqual(found);
    expect(countPaid()).toBe(paid);
  });

  test.each<
    readonly [string, RegExp, Readonly<Record<string, string | null>>, Readonly<Record<string, string | null>>]
  >([
    [
      'from the root to its place',
      /contents$/,
      { 'promotion.yml': POLICY },
      { 'promotion.yml': null, [RIGHT]: POLICY },
    ],
    [
      'while the one of the root is read',
      /contents\/promotion.yml$/,
      { 'promotion.yml': POLICY },
      { 'promotion.yml': null, [RIGHT]: POLICY },
    ],
    [
      'while a similar one is read',
      /promotions.yml$/,
      { '.github/promotions.yml': POLICY },
      { '.github/promotions.yml': null, [RIGHT]: POLICY },
    ],
  ])('renamed %s meanwhile, the file is found', async (_name, path, before, after) => {
    repo.writeFiles('main', { 'README.md': 'x', ...before });
    world.onNext({ path, work: async () => void repo.writeFiles('main', after) });
    expect(await find()).toMatchObject({ kind: 'found', file: { kind: 'file', text: POLICY } });
  });

  test.each<readonly [string, Readonly<Record<string, string | null>>, FoundPolicyFile]>([
    ['renamed to another', { '.github/promotion.yaml': POLICY }, misnamed('.github/promotion.yaml')],
    ['moved to the root', { 'promotion.yml': POLICY }, misnamed('promotion.yml')],
    ['deleted', { 'README.md': 'y' }, NONE],
  ])('the right file that is %s while it is read is not taken for none', async (_name, files, found) => {
    repo.writeFiles('main', { 'README.md': 'x', [RIGHT]: POLICY });
    world.onNext({
      path: /promotion.yml$/,
      work: async () => void repo.writeFiles('main', { ...files, [RIGHT]: null }),
    });
    expect(await find()).toEqual(found);
  });
});

describe('against api.github.com as nock plays it', () => {
  playOffline();
  beforeEach(() => grantToken(7));

  test('a symbolic link is followed by GitHub: what is stored under the id of the link is not the file', async () => {
    answer('.github', 200, folder('t1', entry('promotion.yml', 'symlink', '11')));
    const content = Buffer.from('preset: strict').toString('base64');
    answer('.github%2Fpromotion.yml', 200, { type: 'file', sha: 'b2', size: 14, encoding: 'base64', content });
    expect(await findOffline()).toEqual({ kind: 'found', file: { kind: 'file', blob: 'b2', text: 'preset: strict' } });
  });

  test.each(['file', 'symlink', 'submodule'])('a .github that is a %s holds no policy', async (type) => {
    answer('.github', 200, { type, sha: 't1', size: 3 });
    // GitHub lists a submodule as a file.
    answer('', 200, folder('t0', entry('.github', type === 'symlink' ? 'symlink' : 'file')));
    expect(await findOffline()).toEqual(NONE);
  });

  test('a GitHub that answers with plain lists is understood', async () => {
    const list: nock.Body = [{ name: 'CODEOWNERS', type: 'file', sha: 'b1', size: 9 }];
    answer('.github', 200, list);
    answer('', 200, [{ name: '.github', type: 'dir', sha: 't1', size: 0 }]);
    expect(await findOffline()).toEqual(NONE);
  });

  test('two answers that never agree are no answer', async () => {
    for (let round = 0; round < 3; round += 1) {
      answer('.github', 200, folder('t1', entry('CODEOWNERS')));
      answer('', 200, folder('t0', entry('.github', 'dir', 't2')));
    }
    expect(await failureOf(findOffline())).toMatchObject({ code: 'github-unavailable', retryable: true });
  });

  test.each([
    [403, { message: 'Resource not accessible by integration' }, 'github-forbidden'],
    [502, { message: 'Bad gateway' }, 'github-unavailable'],
    [200, { type: 'dir', sha: 't1', entries: 'many' }, 'github-unreadable'],
  ])('HTTP %i with %j is no missing file', async (status, body, code) => {
    answer('.github', status, body);
    expect((await failureOf(findOffline())).code).toBe(code);
  });
});

function findOffline(): Promise<FoundPolicyFile> {
  return findPolicyFile({ client: offlineGitHub().forInstallation(7), repo: REPO, findText: async () => 'stored' });
}

function entry(name: string, type = 'file', sha = 'b10b'): object {
  return { name, type, sha, size: type === 'dir' ? 0 : 9 };
}

function folder(sha: string, ...entries: readonly object[]): nock.Body {
  return { type: 'dir', sha, size: 0, entries };
}

function answer(path: string, status: number, body: nock.Body): nock.Scope {
  return nock(API)
    .get(`/repos/acme/dotca/contents${path === '' ? '' : `/${path}`}`)
    .reply(status, body);
}
