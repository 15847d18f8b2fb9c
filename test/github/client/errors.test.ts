// Shows which error each of GitHub's failures becomes: code, retry, sentence, and whether a write may have been applied.
import nock from 'nock';
import { expect, test } from 'vitest';
import { createComment } from '../../../src/github/comments/comments.ts';
import { isGitHubError, mayHaveBeenApplied } from '../../../src/github/client/errors.ts';
import { API, failureOf, grantToken, NOW, offlineGitHub, playOffline, REPO } from '../offline-github.ts';

playOffline();

const PATH = '/repos/acme/dotca/issues/3/comments';
const RESET_S = NOW / 1000 + 1800;

type Row = {
  readonly name: string;
  readonly status: number;
  readonly body: nock.Body;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expected: {
    readonly code: string;
    readonly retryable: boolean;
    readonly retryAt?: number;
    readonly unclear: boolean;
    readonly message: string;
  };
};

const FINAL = { retryable: false, unclear: false } as const;
const LIMITED = { code: 'github-rate-limited', retryable: true, unclear: false } as const;
const UNCLEAR = { code: 'github-unavailable', retryable: true, unclear: true } as const;

test.each<Row>([
  {
    name: 'a thing that is not there is final',
    status: 404,
    body: { message: 'Not Found' },
    expected: { ...FINAL, code: 'github-not-found', message: 'HTTP 404 Not Found. It does not exist' },
  },
  {
    name: 'a missing permission is named and the way out told',
    status: 403,
    body: { message: 'Resource not accessible by integration' },
    headers: { 'x-accepted-github-permissions': 'issues=write; pull_requests=write' },
    expected: {
      ...FINAL,
      code: 'github-forbidden',
      message: 'lacks issues: write or pull_requests: write: accept its new',
    },
  },
  {
    name: 'a missing permission that GitHub does not name is still explained',
    status: 403,
    body: { message: 'Resource not accessible by integration' },
    expected: { ...FINAL, code: 'github-forbidden', message: 'The App lacks a permission: accept its new permissions' },
  },
  {
    name: 'an IP allow list is named with who can change it',
    status: 403,
    body: {
      message:
        'Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.',
    },
    expected: {
      ...FINAL,
      code: 'github-forbidden',
      message: 'The organization has an IP allow list: an owner can add',
    },
  },
  {
    name: 'a locked conversation is final and says so',
    status: 403,
    body: { message: 'Unable to create comment because issue is locked.' },
    expected: { ...FINAL, code: 'github-closed', message: 'The conversation is locked: unlock it' },
  },
  {
    name: 'a thread with as many comments as GitHub allows is full, which is no missing permission',
    status: 403,
    body: { message: 'Commenting is disabled on issues with more than 2500 comments', status: '403' },
    expected: { ...FINAL, code: 'github-thread-full', message: 'allows in a thread: use a new issue.' },
  },
  {
    name: 'a full thread, told as an error of the comment',
    status: 422,
    body: {
      message: 'Validation Failed',
      errors: [{ code: 'custom', message: 'Commenting is disabled on issues with more than 2,500 comments' }],
    },
    expected: { ...FINAL, code: 'github-thread-full', message: 'use a new issue.' },
  },
  {
    name: 'commenting that is disabled for another reason is no full thread',
    status: 403,
    body: { message: 'Commenting is disabled on this issue' },
    expected: { ...FINAL, code: 'github-forbidden', message: 'HTTP 403 Commenting is disabled' },
  },
  {
    name: 'an archived repository is final and says so',
    status: 403,
    body: { message: 'Repository was archived so is read-only.' },
    expected: { ...FINAL, code: 'github-closed', message: 'Nothing can be written in an archived repository' },
  },
  {
    name: 'issues that are turned off are gone',
    status: 410,
    body: { message: 'Issues are disabled for this repo' },
    expected: { ...FINAL, code: 'github-gone', message: 'HTTP 410 Issues are disabled for this repo.' },
  },
  {
    name: 'a refused body names the fields',
    status: 422,
    body: {
      message: 'Validation Failed',
      errors: [
        { resource: 'IssueComment', code: 'unprocessable', field: 'data', message: 'Body is too long' },
        'and more',
      ],
    },
    expected: {
      ...FINAL,
      code: 'github-rejected',
      message: 'HTTP 422 Validation Failed (Body is too long; and more).',
    },
  },
  {
    name: 'a refused field without a message is named with its code',
    status: 422,
    body: { message: 'Validation Failed', errors: [{ resource: 'CheckRun', code: 'invalid', field: 'head_sha' }] },
    expected: { ...FINAL, code: 'github-rejected', message: '(head_sha invalid)' },
  },
  {
    name: 'an exhausted primary limit waits for its reset',
    status: 403,
    body: { message: 'API rate limit exceeded for installation ID 7.' },
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(RESET_S) },
    expected: { ...LIMITED, retryAt: RESET_S * 1000, message: 'API rate limit exceeded' },
  },
  {
    name: 'an exhausted primary limit may come as 429',
    status: 429,
    body: { message: 'API rate limit exceeded' },
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(RESET_S) },
    expected: { ...LIMITED, retryAt: RESET_S * 1000, message: 'HTTP 429' },
  },
  {
    name: 'a reset in the past means now',
    status: 403,
    body: { message: 'API rate limit exceeded' },
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' },
    expected: { ...LIMITED, retryAt: NOW, message: 'HTTP 403' },
  },
  {
    name: 'a secondary limit waits as long as retry-after message, whatever the primary one has left',
    status: 403,
    body: { message: 'You have exceeded a secondary rate limit.' },
    headers: { 'retry-after': '97', 'x-ratelimit-remaining': '4000', 'x-ratelimit-reset': String(RESET_S) },
    expected: { ...LIMITED, retryAt: NOW + 97_000, message: 'secondary rate limit' },
  },
  {
    name: 'a secondary limit without retry-after waits a minute',
    status: 403,
    body: { message: 'You have exceeded a secondary rate limit.' },
    headers: { 'x-ratelimit-remaining': '4000' },
    expected: { ...LIMITED, retryAt: NOW + 60_000, message: 'secondary rate limit' },
  },
  {
    name: 'a comment too soon after another one waits a minute',
    status: 422,
    body: { message: 'Validation Failed', errors: [{ message: 'was submitted too quickly' }] },
    expected: { ...LIMITED, retryAt: NOW + 60_000, message: 'was submitted too quickly' },
  },
  {
    name: 'a check run too soon, in one sentence',
    status: 422,
    body: { message: 'Validation failed: was submitted too quickly after another comment' },
    expected: { ...LIMITED, retryAt: NOW + 60_000, message: 'too quickly' },
  },
  {
    name: 'a bare 429 waits a minute',
    status: 429,
    body: '',
    expected: { ...LIMITED, retryAt: NOW + 60_000, message: 'HTTP 429' },
  },
  {
    name: 'a retry-after of more than a day waits a day',
    status: 429,
    body: '',
    headers: { 'retry-after': '9'.repeat(400) },
    expected: { ...LIMITED, retryAt: NOW + 86_400_000, message: 'HTTP 429' },
  },
  {
    name: 'a retry-after that is no number of seconds waits a minute',
    status: 429,
    body: '',
    headers: { 'retry-after': 'soon' },
    expected: { ...LIMITED, retryAt: NOW + 60_000, message: 'HTTP 429' },
  },
  {
    name: 'a web page with 502 is unclear, and is not shown',
    status: 502,
    body: '<html><h1>Unicorn!</h1></html>',
    headers: { 'content-type': 'text/html; charset=utf-8' },
    expected: { ...UNCLEAR, message: 'creating a comment on acme/dotca#3: HTTP 502.' },
  },
  {
    name: 'a 500 with a JSON body is unclear',
    status: 500,
    body: { message: 'Server Error' },
    expected: { ...UNCLEAR, message: 'HTTP 500 Server Error.' },
  },
  {
    name: 'a 451 is final',
    status: 451,
    body: { message: 'Repository access blocked', block: { reason: 'dmca' } },
    expected: { ...FINAL, code: 'github-rejected', message: 'HTTP 451 Repository access blocked.' },
  },
  {
    name: 'a success that is cut off is unclear',
    status: 201,
    body: '{"id": 12, "body": "hel',
    headers: { 'content-type': 'application/json' },
    expected: {
      ...UNCLEAR,
      code: 'github-unreadable',
      message: 'HTTP 201, but the answer could not be read (the whole body)',
    },
  },
  {
    name: 'a success without the id that we need is unclear',
    status: 201,
    body: { node_id: 'x' },
    expected: { ...UNCLEAR, code: 'github-unreadable', message: 'could not be read (id)' },
  },
])('$name', async ({ status, body, headers, expected }) => {
  grantToken(7);
  nock(API).post(PATH).reply(status, body, headers);
  const client = offlineGitHub().forInstallation(7);
  const error = await failureOf(createComment({ client, repo: REPO, issue: 3, body: 'hello' }));
  expect({
    code: error.code,
    status: error.status,
    retryable: error.retryable,
    retryAt: error.retryAt,
    unclear: mayHaveBeenApplied(error),
  }).toEqual({
    code: expected.code,
    status,
    retryable: expected.retryable,
    retryAt: expected.retryAt ?? null,
    unclear: expected.unclear,
  });
  expect(error.message).toContain('creating a comment on acme/dotca#3: ');
  expect(error.message).toContain(expected.message);
});

test('GitHub’s message is shown on one line of bounded length', async () => {
  grantToken(7);
  nock(API)
    .post(PATH)
    .reply(422, { message: `a\nb\u0000c ${'x'.repeat(5000)}` });
  const client = offlineGitHub().forInstallation(7);
  const { message } = await failureOf(createComment({ client, repo: REPO, issue: 3, body: 'hello' }));
  expect(message).toContain('HTTP 422 a b c xxx');
  expect(message.length).toBeLessThan(500);
});

test.each([
  {
    name: 'an installation that is gone',
    status: 404,
    message: 'Not Found',
    confirmed: { status: 404, body: { message: 'Not Found' } },
    expected: 'is no longer installed there',
  },
  {
    name: 'a suspended installation',
    status: 403,
    message: 'This installation has been suspended',
    confirmed: { status: 200, body: { suspended_at: '2026-11-24T09:00:00Z' } },
    expected: 'Its installation is suspended',
  },
])('$name is not mistaken for a missing comment or permission', async ({ status, message, confirmed, expected }) => {
  nock(API).post('/app/installations/7/access_tokens').reply(status, { message });
  nock(API).get('/app/installations/7').reply(confirmed.status, confirmed.body);
  const client = offlineGitHub().forInstallation(7);
  const error = await failureOf(createComment({ client, repo: REPO, issue: 3, body: 'hello' }));
  expect(error).toMatchObject({ code: 'github-not-installed', retryable: false, status });
  expect(error.message).toContain(expected);
});

test.each([
  { name: 'shows the installation', status: 404, answer: { status: 200, body: { suspended_at: null } } },
  { name: 'does not answer', status: 404, answer: { status: 502, body: {} } },
  { name: 'shows the installation', status: 403, answer: { status: 200, body: {} } },
  { name: 'does not answer', status: 403, answer: { status: 503, body: {} } },
])('a token refused with $status is retryable if GitHub $name', async ({ status, answer }) => {
  nock(API).post('/app/installations/7/access_tokens').reply(status, { message: 'Forbidden' });
  nock(API).get('/app/installations/7').reply(answer.status, answer.body);
  const client = offlineGitHub().forInstallation(7);
  const error = await failureOf(createComment({ client, repo: REPO, issue: 3, body: 'hello' }));
  expect(error).toMatchObject({ code: 'github-unavailable', retryable: true, status });
  expect(error.message).toContain('does not say that it is gone');
});

test('a bug of ours is no error of GitHub', () => {
  const bug = new TypeError('undefined is not a function');
  expect(mayHaveBeenApplied(bug)).toBe(false);
  expect(isGitHubError(bug, 'github-unavailable')).toBe(false);
});
