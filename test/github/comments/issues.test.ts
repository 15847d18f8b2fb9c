// Shows how our issues are opened and found again by their marker.
import nock from 'nock';
import { expect, test } from 'vitest';
import { createIssue, findIssueByMarker } from '../../../src/github/comments/issues.ts';
import { API, APP_ID, grantToken, offlineGitHub, playOffline, REPO } from '../offline-github.ts';

playOffline();

const ISSUES = '/repos/acme/dotca/issues';
const MARKER = '<!-- imprimatur reply drift -->';
const OURS = {
  number: 3,
  body: `${MARKER}\n\nDrift`,
  locked: false,
  comments: 2499,
  performed_via_github_app: { id: APP_ID },
};

test('an issue is opened and its number returned', async () => {
  grantToken(7);
  nock(API).post(ISSUES, { title: 'Drift', body: 'hello' }).reply(201, { number: 3 });
  expect(await createIssue({ client: client(), repo: REPO, title: 'Drift', body: 'hello' })).toBe(3);
});

test.each([
  { name: 'our issue with the marker is found', issues: [OURS], expected: 3 },
  { name: 'the newest of two counts', issues: [{ ...OURS, number: 9 }, OURS], expected: 9 },
  { name: 'a locked one takes no comments', issues: [{ ...OURS, number: 9, locked: true }, OURS], expected: 3 },
  { name: 'a full one takes no comments', issues: [{ ...OURS, number: 9, comments: 2500 }, OURS], expected: 3 },
  { name: 'another marker is another issue', issues: [{ ...OURS, body: `x ${MARKER}` }], expected: null },
  { name: 'no text at all', issues: [{ ...OURS, body: null }], expected: null },
  { name: 'another App is not us', issues: [{ ...OURS, performed_via_github_app: { id: 1 } }], expected: null },
  {
    name: 'an issue by nobody’s App is not ours',
    issues: [{ ...OURS, performed_via_github_app: null }],
    expected: null,
  },
])('$name', async ({ issues, expected }) => {
  grantToken(7);
  nock(API).get(ISSUES).query({ creator: 'imprimatur[bot]', per_page: 100, page: 1 }).reply(200, issues);
  expect(await find()).toBe(expected);
});

test('further pages are read while there are any', async () => {
  grantToken(7);
  const others = Array.from({ length: 100 }, (_, at) => ({ ...OURS, number: 200 - at, body: 'something else' }));
  nock(API).get(ISSUES).query({ creator: 'imprimatur[bot]', per_page: 100, page: 1 }).reply(200, others);
  nock(API).get(ISSUES).query({ creator: 'imprimatur[bot]', per_page: 100, page: 2 }).reply(200, [OURS]);
  expect(await find()).toBe(3);
});

function find(): Promise<number | null> {
  return findIssueByMarker({ client: client(), repo: REPO, creator: 'imprimatur[bot]', marker: MARKER });
}

function client(): ReturnType<ReturnType<typeof offlineGitHub>['forInstallation']> {
  return offlineGitHub().forInstallation(7);
}
