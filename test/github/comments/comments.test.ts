// Shows how our comments are written, edited and found again by their marker.
import nock from 'nock';
import { describe, expect, test } from 'vitest';
import {
  createComment,
  fetchCommentFate,
  fetchCommentPage,
  findCommentByMarker,
  updateComment,
} from '../../../src/github/comments/comments.ts';
import { addReaction } from '../../../src/github/comments/reactions.ts';
import { API, APP_ID, failureOf, grantToken, NOW, offlineGitHub, playOffline, REPO } from '../offline-github.ts';

playOffline();

const LIST = '/repos/acme/dotca/issues/3/comments';
const EDIT = '/repos/acme/dotca/issues/comments/77';
const MARKER = '<!-- imprimatur P12 -->';
const ours = { user: { type: 'Bot' }, performed_via_github_app: { id: APP_ID } };

test('a comment is created and its id returned', async () => {
  grantToken(7);
  nock(API).post(LIST, { body: 'hello' }).reply(201, { id: 77 });
  expect(await createComment({ client: client(), repo: REPO, issue: 3, body: 'hello' })).toBe(77);
});

test.each([
  { name: 'is updated', status: 200, answer: { id: 77 }, expected: 'updated' },
  { name: 'was deleted', status: 404, answer: { message: 'Not Found' }, expected: 'gone' },
  { name: 'went with its issue', status: 410, answer: { message: 'This issue was deleted' }, expected: 'gone' },
])('an edited comment $name', async ({ status, answer, expected }) => {
  grantToken(7);
  nock(API).patch(EDIT, { body: 'new' }).reply(status, answer);
  expect(await updateComment({ client: client(), repo: REPO, commentId: 77, body: 'new' })).toBe(expected);
});

test('an installation that is gone does not look like a deleted comment', async () => {
  nock(API).post('/app/installations/7/access_tokens').reply(404, { message: 'Not Found' });
  nock(API).get('/app/installations/7').reply(404, { message: 'Not Found' });
  const error = await failureOf(updateComment({ client: client(), repo: REPO, commentId: 77, body: 'new' }));
  expect(error.code).toBe('github-not-installed');
});

test.each([
  { name: 'our comment with the marker is found', comments: [{ id: 1, body: `${MARKER}\nP12`, ...ours }], expected: 1 },
  { name: 'Windows line ends do not hide it', comments: [{ id: 1, body: `${MARKER}\r\nP12`, ...ours }], expected: 1 },
  {
    name: 'the newest of two counts',
    comments: [
      { id: 1, body: MARKER, ...ours },
      { id: 2, body: MARKER, ...ours },
    ],
    expected: 2,
  },
  {
    name: 'a person who types the marker is not us',
    comments: [{ id: 1, body: MARKER, user: { type: 'User' }, performed_via_github_app: null }],
    expected: null,
  },
  {
    name: 'a person who comments through our App is not us',
    comments: [{ id: 1, body: MARKER, ...ours, user: { type: 'User' } }],
    expected: null,
  },
  {
    name: 'another App is not us',
    comments: [{ id: 1, body: MARKER, ...ours, performed_via_github_app: { id: 1 } }],
    expected: null,
  },
  {
    name: 'the marker of another promotion is another marker',
    comments: [{ id: 1, body: '<!-- imprimatur P123 -->', ...ours }],
    expected: null,
  },
  {
    name: 'a marker below the first line is a quotation',
    comments: [{ id: 1, body: `> see\n${MARKER}`, ...ours }],
    expected: null,
  },
  {
    name: 'a comment of a deleted account is passed over',
    comments: [{ id: 1, body: MARKER, user: null }],
    expected: null,
  },
  { name: 'an empty thread holds nothing', comments: [], expected: null },
])('$name', async ({ comments, expected }) => {
  grantToken(7);
  nock(API)
    .get(LIST)
    .query({ per_page: 100, page: 1 })
    .reply(200, [...comments]);
  expect(await find()).toBe(expected);
});

test('a long thread is read from its end', async () => {
  grantToken(7);
  const link = `<${API}${LIST}?per_page=100&page=2>; rel="next", <${API}${LIST}?per_page=100&page=30>; rel="last"`;
  const answer = (page: number, comments: readonly object[]): void => {
    nock(API)
      .get(LIST)
      .query({ per_page: 100, page })
      .reply(200, [...comments], { link });
  };
  answer(1, [{ id: 1, body: MARKER, ...ours }]);
  answer(30, [{ id: 3000, body: 'thanks', user: { type: 'User' } }]);
  answer(29, [{ id: 2900, body: MARKER, ...ours }]);
  expect(await find()).toBe(2900);
});

test('the search of an endless thread ends', async () => {
  grantToken(7);
  const link = `<${API}${LIST}?per_page=100&page=500>; rel="last"`;
  for (const page of [1, 500, 499, 498, 497, 496, 495, 494, 493, 492, 491]) {
    nock(API).get(LIST).query({ per_page: 100, page }).reply(200, [], { link });
  }
  expect(await find()).toBe(null);
});

test('a comment on an issue that was transferred away is not read there instead of written: it is gone', async () => {
  grantToken(7);
  nock(API)
    .post('/repos/acme/dotca/issues/3/comments')
    .reply(301, { message: 'Moved Permanently' }, { location: `${API}/repositories/9/issues/1/comments` });
  const error = await failureOf(createComment({ client: client(), repo: REPO, issue: 3, body: 'text' }));
  expect(error).toMatchObject({ code: 'github-gone', retryable: false });
});

test('a comment in a repository that was renamed is written under its new name', async () => {
  grantToken(7);
  nock(API)
    .post('/repos/acme/dotca/issues/3/comments')
    .reply(307, { message: 'Temporary Redirect' }, { location: `${API}/repositories/7/issues/3/comments` });
  nock(API).post('/repositories/7/issues/3/comments', { body: 'text' }).reply(201, { id: 78 });
  expect(await createComment({ client: client(), repo: REPO, issue: 3, body: 'text' })).toBe(78);
});

test('a write that is redirected to another host goes nowhere', async () => {
  grantToken(7);
  nock(API)
    .post('/repos/acme/dotca/issues/3/comments')
    .reply(307, { message: 'Temporary Redirect' }, { location: 'https://elsewhere.example/comments' });
  const error = await failureOf(createComment({ client: client(), repo: REPO, issue: 3, body: 'text' }));
  expect(error.code).toBe('github-unreadable');
});

describe('the comments of a thread since a time', () => {
  const since = NOW - 60_000;
  const query = { since: '2026-11-24T11:59:00.000Z', per_page: 100 };
  const list = (page = 1): ReturnType<typeof fetchCommentPage> =>
    fetchCommentPage({ client: client(), repo: REPO, issue: 3, since, page });
  const comment = {
    id: 3_900_000_002,
    body: '/status',
    user: { id: 5, login: 'ada', type: 'User' },
    created_at: '2026-11-24T11:59:30Z',
    updated_at: '2026-11-24T11:59:30Z',
    issue_url: `${API}/repos/Acme/dotca/issues/3`,
  };

  test('come with what is known of them, and the time of GitHub’s answer', async () => {
    grantToken(7);
    nock(API)
      .get(LIST)
      .query({ ...query, page: 1 })
      .reply(
        200,
        [
          { ...comment, updated_at: '2026-11-24T11:59:31Z' },
          { ...comment, id: 1, body: null, user: null },
          { ...comment, id: 2, user: { ...comment.user, type: 'Bot' } },
        ],
        { date: 'Tue, 24 Nov 2026 12:00:01 GMT' },
      );
    const writtenAt = NOW - 30_000;
    expect(await list()).toEqual({
      comments: [
        { id: 3_900_000_002, body: '/status', by: { id: 5, login: 'ada', kind: 'user' }, writtenAt, isEdited: true },
        { id: 1, body: '', by: null, writtenAt, isEdited: false },
        { id: 2, body: '/status', by: { id: 5, login: 'ada', kind: 'bot' }, writtenAt, isEdited: false },
      ],
      answeredAt: NOW + 1000,
      lastPage: 1,
    });
  });

  test('come in pages, each of which names the last one', async () => {
    grantToken(7);
    const link = `<${API}${LIST}?page=3>; rel="next", <${API}${LIST}?page=7>; rel="last"`;
    nock(API)
      .get(LIST)
      .query({ ...query, page: 2 })
      .reply(200, [comment], { link });
    expect(await list(2)).toMatchObject({ comments: [{ id: comment.id }], lastPage: 7 });
  });

  test.each([
    { name: 'deleted', status: 410, answer: { message: 'This issue was deleted' } },
    { name: 'not there', status: 404, answer: { message: 'Not Found' } },
    {
      name: 'moved to another repository',
      status: 200,
      answer: [{ ...comment, issue_url: `${API}/repos/acme/other/issues/3` }],
    },
    {
      name: 'moved to another number',
      status: 200,
      answer: [{ ...comment, issue_url: `${API}/repos/acme/dotca/issues/33` }],
    },
  ])('are none where it was $name', async ({ status, answer }) => {
    grantToken(7);
    nock(API)
      .get(LIST)
      .query({ ...query, page: 1 })
      .reply(status, answer);
    expect(await list()).toBeNull();
  });

  test('are an error if GitHub fails', async () => {
    grantToken(7);
    nock(API)
      .get(LIST)
      .query({ ...query, page: 1 })
      .reply(403, { message: 'Resource not accessible by integration' });
    expect((await failureOf(list())).code).toBe('github-forbidden');
  });
});

const TIME = '2026-11-24T11:59:30Z';

test.each([
  { fate: 'as-written', status: 200, answer: { created_at: TIME, updated_at: TIME } },
  { fate: 'edited', status: 200, answer: { created_at: TIME, updated_at: '2026-11-24T12:00:00Z' } },
  { fate: 'gone', status: 404, answer: { message: 'Not Found' } },
])('what became of a comment: $fate', async ({ fate, status, answer }) => {
  grantToken(7);
  nock(API).get(EDIT).reply(status, answer);
  expect(await fetchCommentFate({ client: client(), repo: REPO, commentId: 77 })).toBe(fate);
});

test.each([
  { name: 'is added', status: 201, answer: { id: 1, content: 'eyes' }, expected: 'added' },
  { name: 'stays when it was there', status: 200, answer: { id: 1, content: 'eyes' }, expected: 'added' },
  { name: 'has no place under a deleted comment', status: 404, answer: { message: 'Not Found' }, expected: 'gone' },
])('a reaction $name', async ({ status, answer, expected }) => {
  grantToken(7);
  nock(API).post(`${EDIT}/reactions`, { content: 'eyes' }).reply(status, answer);
  expect(await addReaction({ client: client(), repo: REPO, commentId: 77, reaction: 'eyes' })).toBe(expected);
});

test('a reaction that is forbidden is an error', async () => {
  grantToken(7);
  nock(API).post(`${EDIT}/reactions`).reply(403, { message: 'Resource not accessible by integration' });
  const error = await failureOf(addReaction({ client: client(), repo: REPO, commentId: 77, reaction: '-1' }));
  expect(error.code).toBe('github-forbidden');
});

function client(): ReturnType<ReturnType<typeof offlineGitHub>['forInstallation']> {
  return offlineGitHub().forInstallation(7);
}

function find(): Promise<number | null> {
  return findCommentByMarker({ client: client(), repo: REPO, issue: 3, marker: MARKER });
}
