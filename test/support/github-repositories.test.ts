// Threads, people, commits and deployments on the test GitHub, asked for by a real Octokit.
import type { Octokit } from '@octokit/rest';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { GitHubRepo } from './github/repo.ts';
import { AT, statusOf, useStage } from './github/stage.ts';

const stage = useStage();

describe('threads', () => {
  test('people and the App talk, the App reacts once, and everybody sees it', async () => {
    const { world, repo, app, turnClock } = stage();
    const issue = repo.openIssue({ title: 'Release', by: 'ada' });
    const posted = await repo.comment({ issue, by: 'ada', body: '/promote staging-abc1234' });
    const eyes = { ...AT, comment_id: posted.id, content: 'eyes' } as const;
    expect((await app.rest.reactions.createForIssueComment(eyes)).status).toBe(201);
    expect((await app.rest.reactions.createForIssueComment(eyes)).status).toBe(200);
    const card = await app.rest.issues.createComment({ ...AT, issue_number: issue, body: 'Waiting' });
    turnClock(60_000);
    await app.rest.issues.updateComment({ ...AT, comment_id: card.data.id, body: 'Promoted' });
    expect(repo.reactions(posted.id)).toEqual(['eyes']);
    expect(repo.comments(issue)).toMatchObject([
      { author: 'ada', byApp: false, body: '/promote staging-abc1234' },
      { author: 'imprimatur[bot]', byApp: true, body: 'Promoted', edited: true },
    ]);
    const listed = await app.rest.issues.listComments({ ...AT, issue_number: issue });
    expect(listed.data[1]).toMatchObject({
      user: { type: 'Bot' },
      performed_via_github_app: { id: 770_001 },
      updated_at: '2026-11-24T09:01:00Z',
    });
    expect(world.violations).toEqual([]);
  });

  test('lists come in pages', async () => {
    const { repo, app } = stage();
    const issue = repo.openIssue({ title: 'Release', by: 'ada' });
    for (const body of ['one', 'two', 'three']) await repo.comment({ issue, by: 'ada', body });
    const bodies = await app.paginate(app.rest.issues.listComments, { ...AT, issue_number: issue, per_page: 1 });
    expect(bodies.map((comment) => comment.body)).toEqual(['one', 'two', 'three']);
  });

  test('a transferred issue takes its comments along, is readable there, and is not writable in its old place', async () => {
    const { world, repo, app } = stage();
    const other = await world.repo({ owner: 'acme', name: 'other' });
    other.openIssue({ title: 'First', by: 'ada' });
    const issue = repo.openIssue({ title: 'Release', by: 'ada' });
    await repo.comment({ issue, by: 'ada', body: 'one' });
    expect(repo.transferIssue(issue, other)).toBe(2);
    expect([repo.comments(issue), other.comments(2).map(({ body }) => body)]).toEqual([[], ['one']]);
    const listed = await app.rest.issues.listComments({ ...AT, issue_number: issue, per_page: 5 });
    expect(listed.data.map(({ issue_url }) => new URL(issue_url).pathname)).toEqual(['/repos/acme/other/issues/2']);
    const write = { ...AT, issue_number: issue, body: 'two', request: { redirect: 'manual' } } as const;
    expect(await statusOf(app.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', write))).toBe(301);
    expect(other.comments(2)).toHaveLength(1);
    expect(world.violations).toEqual([]);
  });

  test('a pull request is an issue with a head', async () => {
    const { repo, app } = stage();
    const sha = repo.commitOn('feature');
    const number = repo.openPullRequest({ title: 'New', by: 'ada', head: 'feature' });
    expect((await app.rest.issues.get({ ...AT, issue_number: number })).data.pull_request).toBeDefined();
    expect((await app.rest.pulls.get({ ...AT, pull_number: number })).data.head.sha).toBe(sha);
  });
});

describe('people', () => {
  test.each([
    ['admin', 'admin', 'admin'],
    ['maintain', 'write', 'maintain'],
    ['write', 'write', 'write'],
    ['triage', 'read', 'triage'],
    ['read', 'read', 'read'],
    ['none', 'none', 'none'],
    [{ custom: 'release-manager', base: 'write' } as const, 'write', 'release-manager'],
  ] as const)('role %s is permission %s', async (role, permission, role_name) => {
    const { repo, app } = stage();
    repo.user('kim', role);
    const { data } = await app.rest.repos.getCollaboratorPermissionLevel({ ...AT, username: 'kim' });
    expect(data).toMatchObject({ permission, role_name, user: { login: 'kim' } });
  });

  test('unknown people are 404, strangers have nothing on a private repository and can read a public one', async () => {
    const { world, app } = stage();
    world.user('stranger');
    const open = await world.repo({ owner: 'acme', name: 'open', private: false });
    const ask = { ...AT, username: 'stranger' };
    expect(await statusOf(app.rest.repos.getCollaboratorPermissionLevel({ ...AT, username: 'nobody' }))).toBe(404);
    expect((await app.rest.repos.getCollaboratorPermissionLevel(ask)).data.permission).toBe('none');
    const there = await app.rest.repos.getCollaboratorPermissionLevel({ ...ask, repo: open.name() });
    expect(there.data.permission).toBe('read');
  });

  test('all who have a role are listed, with its name and what it permits', async () => {
    const { world, repo, app } = stage();
    world.user('stranger');
    repo.user('Kim', { custom: 'release-manager', base: 'triage' });
    repo.user('bob', 'none');
    const { data, headers } = await app.rest.repos.listCollaborators(AT);
    const none = { pull: false, triage: false, push: false, maintain: false, admin: false };
    expect(data.map(({ login, role_name, permissions }) => ({ login, role_name, permissions }))).toEqual([
      { login: 'ada', role_name: 'write', permissions: { ...none, pull: true, triage: true, push: true } },
      { login: 'eve', role_name: 'read', permissions: { ...none, pull: true } },
      { login: 'Kim', role_name: 'release-manager', permissions: { ...none, pull: true, triage: true } },
    ]);
    expect(headers.link).toBeUndefined();
    expect(world.violations).toEqual([]);
  });

  test('the list of people comes in pages, linked to each other', async () => {
    const { repo, app } = stage();
    repo.user('kim', 'admin');
    const second = await app.rest.repos.listCollaborators({ ...AT, per_page: 2, page: 2 });
    expect(second.data.map(({ login }) => login)).toEqual(['eve', 'kim']);
    expect(second.headers.link).toMatch(/page=1>; rel="prev"$/);
    const all = await app.paginate(app.rest.repos.listCollaborators, { ...AT, per_page: 1 });
    expect(all.map(({ login }) => login)).toEqual(['ada', 'bob', 'eve', 'kim']);
  });

  test('people who can only read a public repository can’t list its members', async () => {
    const { world, app } = stage();
    const open = await world.repo({ owner: 'globex', name: 'open', private: false, users: { ada: 'admin' } });
    const list = app.rest.repos.listCollaborators({ owner: 'globex', repo: open.name() });
    expect(await statusOf(list)).toBe(403);
  });

  test('an unknown filter is never ignored', async () => {
    const { world, app } = stage();
    const { url } = app.rest.repos.listCollaborators.endpoint({ ...AT, permission: 'push' });
    expect(await statusOf(app.request({ url, request: { retries: 0 } }))).toBe(500);
    expect(world.violations).toEqual([expect.stringContaining('does not filter by permission')]);
  });

  test('team membership is shown to people who may read members', async () => {
    const { world, app } = stage();
    world.team({ org: 'acme', slug: 'release', members: { ada: 'active', bob: 'pending' } });
    await world.installation('acme').setPermissions({ metadata: 'read', members: 'read' });
    expect((await membershipOf(app, 'ada')).data.state).toBe('active');
    expect((await membershipOf(app, 'bob')).data.state).toBe('pending');
    expect(await statusOf(membershipOf(app, 'eve'))).toBe(404);
    await world.installation('acme').setPermissions({ metadata: 'read' });
    expect(await statusOf(membershipOf(app, 'ada'))).toBe(403);
  });
});

describe('git', () => {
  test.each([
    ['identical', 'the head of staging', (repo: GitHubRepo) => repo.head('staging')],
    ['behind', 'an older commit of staging', (repo: GitHubRepo) => repo.head('main')],
    ['diverged', 'a commit on another branch', (repo: GitHubRepo) => repo.commitOn('feature')],
    ['ahead', 'a commit of a fork', (repo: GitHubRepo) => repo.commitOff('staging')],
  ])('“%s” is what a comparison of staging says of %s', async (status, _, shaOf) => {
    const { repo, app } = stage();
    repo.commitOn('staging');
    const { data } = await app.rest.repos.compareCommitsWithBasehead({ ...AT, basehead: `staging...${shaOf(repo)}` });
    expect(data.status).toBe(status);
  });

  test('an unknown commit or branch can not be compared', async () => {
    const { app } = stage();
    const basehead = `main...${'b'.repeat(40)}`;
    expect(await statusOf(app.rest.repos.compareCommitsWithBasehead({ ...AT, basehead }))).toBe(404);
    expect(await statusOf(app.rest.repos.getBranch({ ...AT, branch: 'staging' }))).toBe(404);
  });

  test('commits are listed newest first over all parents, each once, and in pages', async () => {
    const { world, repo, app, turnClock } = stage();
    const first = repo.head('main');
    const commit = (branch: string): string => {
      turnClock(60_000);
      return repo.commitOn(branch);
    };
    const shas = [commit('main'), commit('feature'), commit('main'), commit('main')];
    turnClock(60_000);
    const merged = repo.merge({ from: 'feature', into: 'main' });
    commit('elsewhere');
    const expected = [merged, ...shas.toReversed(), first];
    const listed = await app.rest.repos.listCommits({ ...AT, sha: 'main' });
    expect(listed.data.map(({ sha }) => sha)).toEqual(expected);
    expect(listed.data[0]?.commit.committer?.date).toBe('2026-11-24T09:05:00Z');
    const paged = await app.paginate(app.rest.repos.listCommits, { ...AT, sha: 'main', per_page: 4 });
    expect(paged.map(({ sha }) => sha)).toEqual(expected);
    const second = await app.rest.repos.listCommits({ ...AT, sha: 'main', per_page: 4, page: 2 });
    expect(second.data.map(({ sha }) => sha)).toEqual(expected.slice(4));
    expect(world.violations).toEqual([]);
  });

  test('commits are listed from a commit too, and by default from the default branch', async () => {
    const { repo, app } = stage();
    const older = repo.commitOn('staging', { message: 'Older' });
    repo.commitOn('staging', { message: 'Newer' });
    const messages = async (from: { readonly sha?: string }): Promise<readonly string[]> =>
      (await app.rest.repos.listCommits({ ...AT, ...from })).data.map(({ commit }) => commit.message);
    expect(await messages({ sha: older })).toEqual(['Older', 'First commit']);
    expect(await messages({ sha: 'staging' })).toEqual(['Newer', 'Older', 'First commit']);
    expect(await messages({})).toEqual(['First commit']);
  });

  test('commits of an unknown branch are 404, of an empty repository 409, without the permission 403', async () => {
    const { world, app } = stage();
    const empty = await world.repo({ owner: 'acme', name: 'empty', empty: true });
    const list = (repo: string): Promise<number> =>
      statusOf(app.rest.repos.listCommits({ owner: 'acme', repo, sha: 'staging' }));
    expect(await list(AT.repo)).toBe(404);
    expect(await list('empty')).toBe(409);
    empty.commitOn('staging');
    expect(await list('empty')).toBe(200);
    await world.installation('acme').setPermissions({ metadata: 'read' });
    expect(await list(AT.repo)).toBe(403);
  });

  test('files have git’s own ids and are 404 before they are written', async () => {
    const { repo, app } = stage();
    const file = { ...AT, path: '.github/promotion.yml' };
    expect(await statusOf(app.rest.repos.getContent(file))).toBe(404);
    repo.writeFiles('main', { '.github/promotion.yml': 'hello\n' });
    const { data } = await app.rest.repos.getContent(file);
    expect(data).toMatchObject({ sha: 'ce013625030ba8dba906f756967f9e9ca394464a', content: 'aGVsbG8K', size: 6 });
  });

  test('a folder is a list of files and folders, and as an object it has its own id', async () => {
    const { repo, app } = stage();
    repo.writeFiles('main', { '.github/workflows/ci.yml': 'on: push\n', '.github/CODEOWNERS': '*\n' });
    const folder = { ...AT, path: '.github' };
    const entries = [
      { name: 'CODEOWNERS', path: '.github/CODEOWNERS', type: 'file', size: 2 },
      { name: 'workflows', path: '.github/workflows', type: 'dir', size: 0 },
    ];
    const list = (await app.rest.repos.getContent(folder)).data;
    expect(list).toMatchObject(entries);
    const headers = { accept: 'application/vnd.github.object+json' };
    const asObject = (await app.rest.repos.getContent({ ...folder, headers })).data;
    expect(asObject).toMatchObject({ type: 'dir', path: '.github', entries });
    const root = (await app.rest.repos.getContent({ ...AT, path: '' })).data;
    const { sha } = z.object({ sha: z.string() }).parse(asObject);
    expect(root).toContainEqual(expect.objectContaining({ name: '.github', type: 'dir', sha }));
  });

  test('an unchanged answer is 304 for a caller that has it', async () => {
    const { app } = stage();
    const first = await app.rest.repos.get(AT);
    const headers = { 'if-none-match': first.headers.etag ?? '' };
    expect(await statusOf(app.request('GET /repos/{owner}/{repo}', { ...AT, headers }))).toBe(304);
  });
});

describe('deployments', () => {
  test('the defaults that surprise refuse, the explicit form works and its statuses are kept', async () => {
    const { world, repo, app } = stage();
    const sha = repo.commitOn('staging');
    repo.commitOn('main');
    const asked = { ...AT, ref: sha, environment: 'production' };
    expect(await statusOf(app.rest.repos.createDeployment(asked))).toBe(409);
    const exact = { ...asked, auto_merge: false, required_contexts: [], payload: { promotion: 'P1' } };
    await app.rest.repos.createDeployment(exact);
    const [deployment] = (await app.rest.repos.listDeployments({ ...AT, sha })).data;
    expect(deployment?.payload).toEqual({ promotion: 'P1' });
    const status = { ...AT, deployment_id: deployment?.id ?? 0, state: 'success' } as const;
    await app.rest.repos.createDeploymentStatus({ ...status, description: 'x'.repeat(140) });
    expect(repo.deployments()[0]?.statuses).toMatchObject([{ state: 'success' }]);
    expect(world.violations).toEqual([]);
    const long = app.rest.repos.createDeploymentStatus({ ...status, description: 'x'.repeat(141) });
    expect(await statusOf(long)).toBe(422);
  });
});

function membershipOf(app: Octokit, username: string): ReturnType<typeof app.rest.teams.getMembershipForUserInOrg> {
  return app.rest.teams.getMembershipForUserInOrg({ org: 'acme', team_slug: 'release', username });
}
