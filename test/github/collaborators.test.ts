// Shows when somebody else could review, when nobody could, and when it can't be known.
import nock from 'nock';
import { expect, test } from 'vitest';
import { findOtherReviewer } from '../../src/github/collaborators.ts';
import { API, failureOf, grantToken, offlineGitHub, playOffline, REPO } from './offline-github.ts';

playOffline();

const FLAGS = { admin: false, maintain: false, push: false, triage: false, pull: true };
const ada = {
  id: 11,
  login: 'ada',
  type: 'User',
  role_name: 'admin',
  permissions: { ...FLAGS, admin: true, push: true },
};
const bob = { id: 12, login: 'bob', type: 'User', role_name: 'write', permissions: { ...FLAGS, push: true } };
const eve = { id: 13, login: 'eve', type: 'User', role_name: 'read', permissions: FLAGS };
const bot = { ...bob, id: 14, login: 'bors[bot]', type: 'Bot' };
const byTeam = { ...eve, id: 15, role_name: 'maintain' };
const custom = { ...bob, id: 16, role_name: 'deployer' };
const ASK = { repo: REPO, exceptIds: [11], role: 'write' } as const;

function answerPage(page: number, people: readonly object[]): void {
  nock(API)
    .get('/repos/acme/dotca/collaborators')
    .query({ per_page: 100, page })
    .reply(200, [...people]);
}

const many = Array.from({ length: 100 }, (_, index) => ({ ...eve, id: 1000 + index }));

test.each<{ readonly name: string; readonly pages: readonly (readonly object[])[]; readonly expected: string }>([
  { name: 'a second writer could', pages: [[ada, bob]], expected: 'some' },
  { name: 'the one who asked does not count, whatever the role', pages: [[ada]], expected: 'none' },
  { name: 'readers could not', pages: [[ada, eve]], expected: 'none' },
  { name: 'bots could not', pages: [[ada, bot]], expected: 'none' },
  { name: 'a role given by a team counts though the base permission is read', pages: [[byTeam]], expected: 'some' },
  { name: 'a custom role counts as its base', pages: [[custom]], expected: 'some' },
  { name: 'the one who could stands on the second page', pages: [many, [bob]], expected: 'some' },
  { name: 'a many of readers that ends is nobody', pages: [many, [ada]], expected: 'none' },
  { name: 'a many that does not end stays unknown', pages: [many, many, many], expected: 'unknown' },
])('$name', async ({ pages, expected }) => {
  grantToken(7);
  pages.forEach((people, index) => answerPage(index + 1, people));
  expect(await findOtherReviewer({ client: offlineGitHub().forInstallation(7), ...ASK })).toBe(expected);
});

test('without the right to list people it stays unknown', async () => {
  grantToken(7);
  nock(API)
    .get('/repos/acme/dotca/collaborators')
    .query(true)
    .reply(403, { message: 'Resource not accessible by integration' });
  expect(await findOtherReviewer({ client: offlineGitHub().forInstallation(7), ...ASK })).toBe('unknown');
});

test('a rate limit is not an answer', async () => {
  grantToken(7);
  nock(API)
    .get('/repos/acme/dotca/collaborators')
    .query(true)
    .reply(403, { message: 'You have exceeded a secondary rate limit' }, { 'retry-after': '5' });
  const error = await failureOf(findOtherReviewer({ client: offlineGitHub().forInstallation(7), ...ASK }));
  expect(error.code).toBe('github-rate-limited');
});
