// Shows how a commit's place relative to a branch is read, and what a missing branch, commit or repository looks like.
import nock from 'nock';
import { expect, test } from 'vitest';
import { compareWithBranch, listCommits } from '../../src/github/commits.ts';
import { API, COMMIT, failureOf, grantToken, offlineGitHub, playOffline, REPO } from './offline-github.ts';

playOffline();

const BASE = '/repos/acme/dotca';
const COMPARE = `${BASE}/compare/staging...${COMMIT}`;
const MISSING = { message: 'Not Found' };

test.each([
  { status: 'identical', expected: 'on-branch' },
  { status: 'behind', expected: 'on-branch' },
  { status: 'ahead', expected: 'not-on-branch' },
  { status: 'diverged', expected: 'not-on-branch' },
])('a commit that is $status is $expected', async ({ status, expected }) => {
  grantToken(7);
  nock(API).get(COMPARE).query({ per_page: 1 }).reply(200, { status, ahead_by: 0, behind_by: 0, commits: [] });
  expect((await compare()).membership).toBe(expected);
});

test('a slash in the name of a branch is part of the name', async () => {
  grantToken(7);
  nock(API).get(`${BASE}/compare/release%2F1.x...${COMMIT}`).query(true).reply(200, { status: 'behind' });
  expect((await compare('release/1.x')).membership).toBe('on-branch');
});

test('a commit without a common ancestor is not on the branch', async () => {
  grantToken(7);
  nock(API)
    .get(COMPARE)
    .query(true)
    .reply(404, { message: `No common ancestor between staging and ${COMMIT}.` });
  expect((await compare()).membership).toBe('not-on-branch');
});

test('if the branch exists, the commit is unknown', async () => {
  grantToken(7);
  nock(API).get(COMPARE).query(true).reply(404, MISSING);
  nock(API).get(`${BASE}/branches/staging`).reply(200, { name: 'staging' });
  nock(API).get(`${BASE}/commits/${COMMIT}`).query(true).reply(404, MISSING);
  expect((await compare()).membership).toBe('unknown-commit');
});

test('where branch and commit are there, GitHub contradicts itself, and is asked again later', async () => {
  grantToken(7);
  nock(API).get(COMPARE).query(true).reply(404, MISSING);
  nock(API).get(`${BASE}/branches/staging`).reply(200, { name: 'staging' });
  nock(API)
    .get(`${BASE}/commits/${COMMIT}`)
    .query(true)
    .reply(200, rawCommit(COMMIT, 'x', '2026-11-24T10:00:00Z'));
  expect(await failureOf(compare())).toMatchObject({ code: 'github-unavailable', retryable: true, status: 404 });
});

test.each([
  [422, 'Sorry, this diff is taking too long to generate.', true],
  [500, 'this diff is taking too long to generate.', true],
  [422, 'Diff is too large.', true],
  [422, 'Validation Failed', false],
])('HTTP %i "%s" may pass: %s', async (status, message, retryable) => {
  grantToken(7);
  nock(API).get(COMPARE).query(true).reply(status, { message });
  expect(await failureOf(compare())).toMatchObject({ retryable, status });
});

test('where the repository is there and the branch is not, there is no branch', async () => {
  grantToken(7);
  nock(API).get(COMPARE).query(true).reply(404, MISSING);
  nock(API).get(`${BASE}/branches/staging`).reply(404, { message: 'Branch not found' });
  nock(API).get(BASE).reply(200, { id: 1 });
  expect((await compare()).membership).toBe('no-branch');
});

test('a repository that is gone is an error, not a missing branch', async () => {
  grantToken(7);
  nock(API).get(COMPARE).query(true).reply(404, MISSING);
  nock(API).get(`${BASE}/branches/staging`).reply(404, MISSING);
  nock(API).get(BASE).reply(404, MISSING);
  const error = await failureOf(compare());
  expect(error.code).toBe('github-not-found');
  expect(error.message).toContain('reading acme/dotca: HTTP 404');
});

test('an unknown status of GitHub does not count as on-branch', async () => {
  grantToken(7);
  nock(API).get(COMPARE).query(true).reply(200, { status: 'beside' });
  expect((await failureOf(compare())).code).toBe('github-unreadable');
});

test('commits come newest first with the first line of their message', async () => {
  grantToken(7);
  nock(API)
    .get(`${BASE}/commits`)
    .query({ sha: 'staging', per_page: 5 })
    .reply(200, [
      rawCommit('b'.repeat(40), 'fix: the door\n\nIt was open.', '2026-11-24T10:00:00Z'),
      rawCommit('a'.repeat(40), 'feat: a door', '2026-11-24T09:00:00+01:00'),
    ]);
  expect(await list()).toEqual([
    { sha: 'b'.repeat(40), subject: 'fix: the door', author: null, at: Date.UTC(2026, 10, 24, 10) },
    { sha: 'a'.repeat(40), subject: 'feat: a door', author: null, at: Date.UTC(2026, 10, 24, 8) },
  ]);
});

test.each([
  ['the account that GitHub gives', { login: 'ada' }, { name: 'Ada Lovelace' }, 'ada'],
  ['the name in the commit, where GitHub knows no account', null, { name: 'Ada Lovelace' }, 'Ada Lovelace'],
  ['nobody, where neither is there', null, null, null],
  ['nobody, where GitHub writes something else', 'ada', { nickname: 'ada' }, null],
])('the author of a commit is %s', async (_, author, written, expected) => {
  grantToken(7);
  const at = '2026-11-24T10:00:00Z';
  const commit = { message: 'x', author: written, committer: { date: at } };
  nock(API)
    .get(`${BASE}/commits`)
    .query(true)
    .reply(200, [{ sha: COMMIT, author, commit }]);
  expect((await list()).map((one) => one.author)).toEqual([expected]);
});

test.each([
  ['the commit itself comes along', COMMIT, { subject: 'feat: a door', author: null }],
  ['not where GitHub names another one', 'c'.repeat(40), null],
  ['not where it can not be read', 'c', null],
])('on a branch, %s', async (_, sha, expected) => {
  grantToken(7);
  const found = rawCommit(sha, 'feat: a door\n\nMore', '2026-11-24T10:00:00Z');
  nock(API).get(COMPARE).query(true).reply(200, { status: 'behind', merge_base_commit: found });
  const { membership, commit } = await compare();
  expect(membership).toBe('on-branch');
  expect(commit === null ? null : { subject: commit.subject, author: commit.author }).toEqual(expected);
});

test('only part of a commit’s texts is kept', async () => {
  grantToken(7);
  const long = rawCommit(COMMIT, '\u{1F600}'.repeat(5000), '2026-11-24T10:00:00Z');
  nock(API).get(`${BASE}/commits`).query(true).reply(200, [long]);
  const subject = (await list())[0]?.subject ?? '';
  expect(subject.length).toBeLessThanOrEqual(200);
  expect(subject.isWellFormed()).toBe(true);
});

test('an empty repository has no commits', async () => {
  grantToken(7);
  nock(API).get(`${BASE}/commits`).query(true).reply(409, { message: 'Git Repository is empty.' });
  expect(await list()).toEqual([]);
});

test('a missing branch has no commits', async () => {
  grantToken(7);
  nock(API).get(`${BASE}/commits`).query(true).reply(404, MISSING);
  nock(API).get(`${BASE}/branches/staging`).reply(404, { message: 'Branch not found' });
  nock(API).get(BASE).reply(200, { id: 1 });
  expect(await list()).toEqual([]);
});

test('the commits of a repository that is gone are an error', async () => {
  grantToken(7);
  nock(API).get(`${BASE}/commits`).query(true).reply(404, MISSING);
  nock(API).get(`${BASE}/branches/staging`).reply(404, MISSING);
  nock(API).get(BASE).reply(404, MISSING);
  expect((await failureOf(list())).code).toBe('github-not-found');
});

function rawCommit(sha: string, message: string, date: string): object {
  return { sha, commit: { message, committer: { date } } };
}

function compare(branch = 'staging'): ReturnType<typeof compareWithBranch> {
  return compareWithBranch({ client: offlineGitHub().forInstallation(7), repo: REPO, branch, commit: COMMIT });
}

function list(): ReturnType<typeof listCommits> {
  return listCommits({ client: offlineGitHub().forInstallation(7), repo: REPO, branch: 'staging', limit: 5 });
}
