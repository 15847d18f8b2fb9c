// Walks through our GitHub room against a stateful GitHub that checks each request against GitHub's own description.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fetchApp } from '../../src/github/app/app.ts';
import { findCheckRuns, publishCheckRun, type CheckRunContent } from '../../src/github/checks/check-runs.ts';
import { createGitHub, type GitHub, type InstallationClient } from '../../src/github/client/client.ts';
import { createComment, findCommentByMarker, updateComment } from '../../src/github/comments/comments.ts';
import { findOtherReviewer } from '../../src/github/collaborators.ts';
import { compareWithBranch, listCommits } from '../../src/github/commits.ts';
import { mayHaveBeenApplied } from '../../src/github/client/errors.ts';
import { fetchActor } from '../../src/github/permissions.ts';
import { addReaction } from '../../src/github/comments/reactions.ts';
import type { GitHubRepo } from '../support/github/repo.ts';
import { startGitHub, type GitHubWorld } from '../support/github/world.ts';
import { commitSha, failureOf, REPO, repoName } from './offline-github.ts';

let world: GitHubWorld;
let repo: GitHubRepo;
let github: GitHub;
let client: InstallationClient;

beforeEach(async () => {
  world = await startGitHub();
  repo = await world.repo({ owner: 'acme', name: 'dotca', users: { ada: 'write', bob: 'maintain', eve: 'read' } });
  github = createGitHub({
    appId: Number(world.env.APP_ID),
    privateKey: world.env.PRIVATE_KEY,
    apiUrl: world.env.GITHUB_API_URL,
    userAgent: 'imprimatur/test',
    log: { debug: () => undefined, warn: () => undefined },
    now: Date.now,
  });
  client = github.forInstallation(world.installation('acme').id);
});

afterEach(async () => {
  vi.useRealTimers();
  await world.settle();
  await world.close();
  if (world.violations.length > 0) throw new Error(world.violations.join('\n'));
});

test('the App reads its owner', async () => {
  expect(await fetchApp(github.asApp())).toMatchObject({ slug: 'imprimatur', owner: 'acme', id: client.appId });
});

test.each([
  { login: 'ada', role: 'write' },
  { login: 'bob', role: 'maintain' },
  { login: 'eve', role: 'read' },
  { login: 'nobody-knows-me', role: 'none' },
])('$login has the role $role', async ({ login, role }) => {
  const id = senderId(login);
  expect(await fetchActor({ client, repo: REPO, login, id, kind: 'user' })).toEqual({ login, id, kind: 'user', role });
});

test('a removed role no longer counts, immediately', async () => {
  const ada = { login: 'ada', id: senderId('ada'), kind: 'user' } as const;
  expect((await fetchActor({ client, repo: REPO, ...ada })).role).toBe('write');
  repo.user('ada', 'read');
  expect((await fetchActor({ client, repo: REPO, ...ada })).role).toBe('read');
});

test('a commit is placed relative to a branch', async () => {
  const older = commitSha(repo.commitOn('staging'));
  const newer = commitSha(repo.commitOn('staging'));
  const elsewhere = commitSha(repo.commitOff('staging'));
  const compare = (commit: typeof older, branch = 'staging'): ReturnType<typeof compareWithBranch> =>
    compareWithBranch({ client, repo: REPO, branch, commit });
  expect((await compare(older)).membership).toBe('on-branch');
  expect((await compare(newer)).membership).toBe('on-branch');
  expect((await compare(elsewhere)).membership).toBe('not-on-branch');
  expect((await compare(commitSha('f'.repeat(40)))).membership).toBe('unknown-commit');
  expect((await compare(newer, 'release/1')).membership).toBe('no-branch');
});

test('the newest commits of a branch come with subject and time, at most as many as asked for', async () => {
  repo.commitOn('staging', { message: 'Older\n\nwith a body' });
  const newest = commitSha(repo.commitOn('staging', { message: 'Newest' }));
  const staging = { client, repo: REPO, branch: 'staging' };
  expect((await listCommits({ ...staging, limit: 30 })).map(({ subject }) => subject)).toEqual([
    'Newest',
    'Older',
    'First commit',
  ]);
  const [commit, ...others] = await listCommits({ ...staging, limit: 1 });
  expect(others).toEqual([]);
  expect(commit).toEqual({ sha: newest, subject: 'Newest', author: expect.any(String), at: expect.any(Number) });
  expect(Math.abs((commit?.at ?? 0) - Date.now())).toBeLessThan(60_000);
});

test('a missing branch and an empty repository have no commits', async () => {
  expect(await listCommits({ client, repo: REPO, branch: 'release/1', limit: 5 })).toEqual([]);
  await world.repo({ owner: 'acme', name: 'empty', empty: true });
  expect(await listCommits({ client, repo: repoName('acme/empty'), branch: 'main', limit: 5 })).toEqual([]);
  const error = await failureOf(listCommits({ client, repo: repoName('acme/gone'), branch: 'main', limit: 5 }));
  expect(error.code).toBe('github-not-found');
});

test('whether somebody else could review follows the roles of the moment', async () => {
  expect(await otherThanAda()).toEqual({ write: 'some', maintain: 'some', admin: 'none' });
  repo.user('bob', 'read');
  expect(await otherThanAda()).toEqual({ write: 'none', maintain: 'none', admin: 'none' });
  repo.user('eve', { custom: 'release-manager', base: 'write' });
  expect(await otherThanAda()).toEqual({ write: 'some', maintain: 'none', admin: 'none' });
});

test('the one other reviewer is found on the second page', async () => {
  for (let index = 0; index < 100; index += 1) repo.user(`reader-${index}`, 'read');
  repo.user('zoe', 'admin');
  const ask = { client, repo: REPO, exceptIds: [senderId('ada')], role: 'admin' } as const;
  expect(await findOtherReviewer(ask)).toBe('some');
  expect(world.requests.filter(({ path }) => path.endsWith('/collaborators'))).toHaveLength(2);
});

test('a comment whose creation was unclear is found by its marker and edited', async () => {
  const issue = repo.openIssue({ title: 'Promote', by: 'ada' });
  const marker = '<!-- imprimatur P12 -->';
  await repo.comment({ issue, by: 'eve', body: `${marker}\nmine` });
  world.applyThenFail({ method: 'POST', path: /comments$/, status: 'hang-up' });
  const error = await failureOf(createComment({ client, repo: REPO, issue, body: `${marker}\nP12 is examined` }));
  expect(mayHaveBeenApplied(error)).toBe(true);

  const commentId = await findCommentByMarker({ client, repo: REPO, issue, marker });
  if (commentId === null) throw new Error('the comment was not found');
  expect(await updateComment({ client, repo: REPO, commentId, body: `${marker}\nP12 waits` })).toBe('updated');
  expect(repo.comments(issue).map(({ author, body }) => [author, body])).toEqual([
    ['eve', `${marker}\nmine`],
    [world.botLogin, `${marker}\nP12 waits`],
  ]);
});

test('a locked conversation is a final error', async () => {
  const issue = repo.openIssue({ title: 'Promote', by: 'ada' });
  repo.lock(issue);
  const error = await failureOf(createComment({ client, repo: REPO, issue, body: 'hello' }));
  expect(error).toMatchObject({ code: 'github-closed', retryable: false });
  expect(error.message).toContain('The conversation is locked');
});

test('a reaction is added once, and a deleted comment is no error', async () => {
  const issue = repo.openIssue({ title: 'Promote', by: 'ada' });
  const { id: commentId } = await repo.comment({ issue, by: 'ada', body: '/promote' });
  const react = { client, repo: REPO, commentId, reaction: 'eyes' } as const;
  expect([await addReaction(react), await addReaction(react)]).toEqual(['added', 'added']);
  expect(repo.reactions(commentId)).toEqual(['eyes']);
  await repo.deleteComment({ comment: commentId, by: 'ada' });
  expect(await addReaction(react)).toBe('gone');
});

test('a check run goes from examining to approval to success in place', async () => {
  const content = contentOn(repo.commitOn('staging'));
  const id = await publish(content.examining, { existing: null });
  expect(await publish(content.waiting, { existing: id })).toBe(id);
  expect(await publish(content.examining, { existing: id })).toBe(id);
  expect(shown(content.waiting)).toEqual([`${id} completed action_required`]);
  expect(await publish(content.done, { existing: id })).toBe(id);
  expect(shown(content.waiting)).toEqual([`${id} completed success`]);
});

test('if GitHub freezes completed check runs, a new one takes over', async () => {
  const content = contentOn(repo.commitOn('staging'));
  const first = await publish(content.waiting, { existing: null });
  world.freezeCompletedCheckRuns(true);
  const second = await publish(content.done, { existing: first });
  expect(shown(content.waiting)).toEqual([`${first} completed action_required`, `${second} completed success`]);
});

test('a check run whose creation was unclear is not created twice', async () => {
  const content = contentOn(repo.commitOn('staging'));
  world.applyThenFail({ method: 'POST', path: /check-runs$/, status: 502 });
  const error = await failureOf(publish(content.waiting, { existing: null }));
  expect(mayHaveBeenApplied(error)).toBe(true);
  const id = await publish(content.waiting, { existing: null, mayExist: true });
  expect(shown(content.waiting)).toEqual([`${id} completed action_required`]);
  const { headSha: commit, name, externalId } = content.waiting;
  expect(await findCheckRuns({ client, repo: REPO, commit, name, externalId })).toHaveLength(1);
});

test('without the permission for checks, the error says what to accept', async () => {
  await world.installation('acme').setPermissions({ metadata: 'read', contents: 'read' });
  const error = await failureOf(publish(contentOn(repo.commitOn('staging')).waiting, { existing: null }));
  expect(error).toMatchObject({ code: 'github-forbidden', retryable: false });
  expect(error.message).toMatch(/The App lacks .*: accept its new permissions/);
});

test('limits name the time of the next try', async () => {
  const issue = repo.openIssue({ title: 'Promote', by: 'ada' });
  const before = Date.now();
  for (const kind of ['primary', 'secondary'] as const) {
    world.limitNext({ kind, seconds: 90, path: /comments$/ });
    const error = await failureOf(createComment({ client, repo: REPO, issue, body: 'hello' }));
    expect(error).toMatchObject({ code: 'github-rate-limited', retryable: true });
    expect(error.retryAt).toBeGreaterThanOrEqual(before + 90_000);
    expect(error.retryAt).toBeLessThan(Date.now() + 92_000);
  }
});

test('revoked tokens are replaced', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const issue = repo.openIssue({ title: 'Promote', by: 'ada' });
  await createComment({ client, repo: REPO, issue, body: 'one' });
  world.revokeTokens();
  // auth-app waits some real seconds for a token that is younger than five.
  vi.setSystemTime(Date.now() + 10_000);
  await createComment({ client, repo: REPO, issue, body: 'two' });
  expect(repo.comments(issue).map(({ body }) => body)).toEqual(['one', 'two']);
});

test('a suspended or removed installation is reported so', async () => {
  const issue = repo.openIssue({ title: 'Promote', by: 'ada' });
  await world.installation('acme').suspend();
  const suspended = await failureOf(createComment({ client, repo: REPO, issue, body: 'hello' }));
  expect(suspended.code).toBe('github-not-installed');
  expect(suspended.message).toContain('suspended');
  await world.installation('acme').uninstall();
  const removed = await failureOf(createComment({ client, repo: REPO, issue, body: 'hello' }));
  expect(removed.code).toBe('github-not-installed');
  expect(removed.message).toContain('no longer installed there');
});

type Content = {
  readonly examining: CheckRunContent;
  readonly waiting: CheckRunContent;
  readonly done: CheckRunContent;
};

function contentOn(sha: string): Content {
  const common = {
    name: 'imprimatur / production',
    headSha: commitSha(sha),
    externalId: 'promotion-1',
    title: 'P12',
    summary: 'Everything passed.',
  };
  const actions = [{ label: 'Approve', description: 'Let it go to production', identifier: 'approve' }];
  return {
    examining: { ...common, status: 'in_progress', actions: [] },
    waiting: { ...common, status: 'completed', conclusion: 'action_required', actions },
    done: { ...common, status: 'completed', conclusion: 'success', actions: [] },
  };
}

function publish(
  content: CheckRunContent,
  { existing, mayExist = false }: { readonly existing: number | null; readonly mayExist?: boolean },
): Promise<number> {
  const known = existing === null ? null : { id: existing };
  return publishCheckRun({ client, repo: REPO, content, existing: known, mayExist });
}

function shown({ headSha }: CheckRunContent): readonly string[] {
  return repo.checkRuns(headSha).map(({ id, status, conclusion }) => `${id} ${status} ${conclusion}`);
}

/** Who else could review, for each role that may be asked for. */
async function otherThanAda(): Promise<Readonly<Record<'write' | 'maintain' | 'admin', string>>> {
  const ask = { client, repo: REPO, exceptIds: [senderId('ada')] };
  return {
    write: await findOtherReviewer({ ...ask, role: 'write' }),
    maintain: await findOtherReviewer({ ...ask, role: 'maintain' }),
    admin: await findOtherReviewer({ ...ask, role: 'admin' }),
  };
}

function senderId(login: string): number {
  const sender = repo.frame(login)['sender'];
  if (typeof sender !== 'object' || sender === null || !('id' in sender) || typeof sender.id !== 'number') {
    throw new Error(`${login} has no id`);
  }
  return sender.id;
}
