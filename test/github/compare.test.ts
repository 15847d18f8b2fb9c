// The comparison of two commits: what GitHub's answer says, and when none can be made.
import nock from 'nock';
import { describe, expect, test } from 'vitest';
import { compareCommits, type ComparisonResult } from '../../src/github/compare.ts';
import { API, COMMIT, failureOf, grantToken, offlineGitHub, playOffline, REPO } from './offline-github.ts';

playOffline();

const HELD = 'b'.repeat(40);
const PATH = `/repos/acme/dotca/compare/${HELD}...${COMMIT}`;

function raw(message: string, change: object = {}): object {
  const commit = { message, author: { name: 'Ada L.' }, tree: { sha: '1'.repeat(40) } };
  return { sha: COMMIT, author: { id: 7, login: 'ada' }, commit, parents: [{ sha: HELD }], ...change };
}

function answer(commits: readonly object[], change: object = {}): object {
  const base = { commit: { tree: { sha: '2'.repeat(40) } } };
  return { ahead_by: commits.length, behind_by: 0, base_commit: base, commits, files: [{ patch: 'x' }], ...change };
}

function compare(): Promise<ComparisonResult> {
  return compareCommits({ client: offlineGitHub().forInstallation(7), repo: REPO, base: HELD, head: COMMIT });
}

test('has the commits between, the distance and the trees of both', async () => {
  grantToken(7);
  nock(API)
    .get(PATH)
    .reply(200, answer([raw('One\n\nMore'), raw('Two')], { behind_by: 3 }));
  expect(await compare()).toMatchObject({
    kind: 'compared',
    ahead: 2,
    behind: 3,
    baseTree: '2'.repeat(40),
    headTree: '1'.repeat(40),
    commits: [{ subject: 'One', author: { id: 7, login: 'ada' }, name: 'Ada L.', isMerge: false }, { subject: 'Two' }],
  });
});

test('of one commit has the same tree on both sides', async () => {
  grantToken(7);
  nock(API).get(PATH).reply(200, answer([]));
  expect(await compare()).toMatchObject({ ahead: 0, behind: 0, headTree: '2'.repeat(40) });
});

test('of an older commit does not know its tree', async () => {
  grantToken(7);
  nock(API)
    .get(PATH)
    .reply(200, answer([], { behind_by: 1 }));
  expect(await compare()).toMatchObject({ behind: 1, headTree: null });
});

test('that lists only a part of the commits lists none', async () => {
  grantToken(7);
  nock(API)
    .get(PATH)
    .reply(200, answer([raw('One')], { ahead_by: 251 }));
  expect(await compare()).toMatchObject({ ahead: 251, commits: null, headTree: null });
});

test('reads an unknown author as none, and a merge as one', async () => {
  grantToken(7);
  const parents = [{ sha: HELD }, { sha: COMMIT }];
  nock(API)
    .get(PATH)
    .reply(200, answer([raw('One', { author: null, parents }), raw('Two', { author: {} })]));
  expect(await compare()).toMatchObject({ commits: [{ author: null, isMerge: true }, { author: null }] });
});

describe('the title of a commit', () => {
  test.each([
    ['Add login', { subject: 'Add login', pull: null }],
    ['Add login (#12)', { subject: 'Add login', pull: 12 }],
    ['Revert "Add login (#12)" (#15)', { subject: 'Revert "Add login (#12)"', pull: 15 }],
    ['Merge pull request #12 from acme/login\n\nAdd login\n\nDetails', { subject: 'Add login', pull: 12 }],
    ['Merge pull request #12 from acme/login', { subject: 'Merge pull request #12 from acme/login', pull: 12 }],
    ["Merge branch 'main' into staging", { subject: "Merge branch 'main' into staging", pull: null }],
    ['Fix #12', { subject: 'Fix #12', pull: null }],
    ['(#12)', { subject: '(#12)', pull: null }],
    ['\nBelow', { subject: '', pull: null }],
    [`${'x'.repeat(500)} (#12)`, { subject: 'x'.repeat(200), pull: 12 }],
  ])('%s', async (message, expected) => {
    grantToken(7);
    nock(API)
      .get(PATH)
      .reply(200, answer([raw(message)]));
    expect(await compare()).toMatchObject({ commits: [expected] });
  });
});

test.each([
  [404, 'Not Found', 'commit-gone'],
  [404, `No common ancestor between ${HELD} and ${COMMIT}.`, 'no-common-history'],
  [422, 'Sorry, this diff is taking too long to generate.', 'too-large'],
  [500, 'Sorry, this diff is taking too long to generate.', 'too-large'],
] as const)('can not be made: %i %s', async (status, message, because) => {
  grantToken(7);
  nock(API).get(PATH).reply(status, { message });
  expect(await compare()).toEqual({ kind: 'impossible', because });
});

test.each([
  [403, 'Resource not accessible by integration', false],
  [502, 'Bad Gateway', true],
] as const)('fails where GitHub fails: %i', async (status, message, retryable) => {
  grantToken(7);
  nock(API).get(PATH).reply(status, { message });
  expect(await failureOf(compare())).toMatchObject({ retryable });
});
