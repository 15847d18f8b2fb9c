// The test GitHub itself: a real Octokit App works with it, and what GitHub would refuse is refused and noted.
import { verify } from '@octokit/webhooks-methods';
import { Octokit } from '@octokit/rest';
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { connectApp, SILENT } from './github/app-client.ts';
import { listen, type Listener } from './github/listener.ts';
import type { GitHubRepo } from './github/repo.ts';
import { DEFAULT_PERMISSIONS, startGitHub, type GitHubWorld } from './github/world.ts';

const START = Date.UTC(2026, 10, 24, 9, 0, 0);
const APPROVE = { label: 'Approve', description: 'Promote this image', identifier: 'approve' };
const OUTPUT = { title: 'Waiting for approval', summary: 'One of the reviewers must approve.' };

let clock = START;
let world: GitHubWorld;
let listener: Listener;
let repo: GitHubRepo;
let app: Octokit;
let at: { readonly owner: string; readonly repo: string };

beforeEach(async () => {
  clock = START;
  world = await startGitHub({ owners: ['acme', 'globex'], now: () => clock });
  listener = await listen();
  world.setAppUrl(listener.url);
  repo = await world.repo({ owner: 'acme', name: 'dotca', users: { ada: 'write', bob: 'maintain', eve: 'read' } });
  app = connectApp(world, world.installation('acme').id);
  at = { owner: 'acme', repo: 'dotca' };
});

afterEach(async () => {
  await world.settle();
  await world.close();
  await listener.close();
});

describe('the App and its installation', () => {
  test('the App learns who it is and where it is installed', async () => {
    const jwt = connectApp(world);
    const { data } = await jwt.rest.apps.getAuthenticated();
    expect(data).toMatchObject({ id: 770_001, slug: 'imprimatur', owner: { login: 'acme', type: 'Organization' } });
    const installations = await jwt.paginate(jwt.rest.apps.listInstallations, { per_page: 1 });
    expect(installations.map((one) => one.account?.login)).toEqual(['acme', 'globex']);
    const found = await jwt.rest.apps.getRepoInstallation(at);
    expect(found.data.id).toBe(world.installation('acme').id);
    expect(world.violations).toEqual([]);
  });

  test('a JWT of another key mints nothing', async () => {
    const format = { publicKeyEncoding: { type: 'spki', format: 'pem' } } as const;
    const key = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      ...format,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const impostor = connectApp({ ...world, env: { ...world.env, PRIVATE_KEY: key.privateKey } });
    expect(await statusOf(impostor.rest.apps.getAuthenticated())).toBe(401);
  });

  test('a token may be narrowed, but not widened', async () => {
    const jwt = connectApp(world);
    const installation_id = world.installation('acme').id;
    const { data } = await jwt.rest.apps.createInstallationAccessToken({
      installation_id,
      repositories: ['dotca'],
      permissions: { checks: 'read' },
    });
    expect(data).toMatchObject({ permissions: { checks: 'read' }, repository_selection: 'selected' });
    expect(data.token.length).toBeGreaterThan(400);
    const wide = jwt.rest.apps.createInstallationAccessToken({ installation_id, permissions: { contents: 'write' } });
    expect(await statusOf(wide)).toBe(422);
  });

  test('without checks:write no check run is made, and another account’s private repository is not found', async () => {
    await world.installation('acme').setPermissions({ ...DEFAULT_PERMISSIONS, checks: 'read' });
    expect(await statusOf(app.rest.checks.create({ ...at, name: 'x', head_sha: repo.head('main') }))).toBe(403);
    const foreign = connectApp(world, world.installation('globex').id);
    expect(await statusOf(foreign.rest.repos.get(at))).toBe(404);
  });

  test('a suspended installation and revoked tokens get nothing', async () => {
    const installation_id = world.installation('acme').id;
    const { data } = await connectApp(world).rest.apps.createInstallationAccessToken({ installation_id });
    // Not by the App's own strategy, which tries again for six seconds when a young token is refused.
    const bearer = new Octokit({ auth: data.token, baseUrl: world.url, log: SILENT });
    expect(await statusOf(bearer.rest.repos.get(at))).toBe(200);
    await world.installation('acme').suspend();
    expect(await statusOf(bearer.rest.repos.get(at))).toBe(403);
    await world.installation('acme').unsuspend();
    world.revokeTokens();
    expect(await statusOf(bearer.rest.repos.get(at))).toBe(401);
  });

  test('a renamed repository keeps its id and answers under its old name', async () => {
    repo.rename('dot-ca');
    const { data } = await app.rest.repos.get(at);
    expect(data).toMatchObject({ id: repo.id, full_name: 'acme/dot-ca' });
    expect(world.violations).toEqual([]);
  });
});

describe('check runs', () => {
  test('a run is created, completed with buttons, listed, and clicked', async () => {
    const sha = repo.commitOn('staging');
    const created = await app.rest.checks.create({ ...at, name: 'imprimatur / production', head_sha: sha });
    expect(created.data).toMatchObject({ status: 'queued', conclusion: null, app: { slug: 'imprimatur' } });
    expect(() => repo.click({ checkRun: created.data.id, action: 'approve', by: 'bob' })).toThrow('shows no button');
    await app.rest.checks.update({
      ...at,
      check_run_id: created.data.id,
      status: 'completed',
      conclusion: 'action_required',
      actions: [APPROVE],
      external_id: 'P1',
      output: OUTPUT,
    });
    const listed = await app.rest.checks.listForRef({ ...at, ref: 'staging', check_name: 'imprimatur / production' });
    expect(listed.data.check_runs).toMatchObject([{ id: created.data.id, external_id: 'P1', output: OUTPUT }]);
    expect(repo.checkRuns(sha)).toMatchObject([{ actions: [APPROVE], conclusion: 'action_required' }]);

    const sent = await repo.click({ checkRun: created.data.id, action: 'approve', by: 'bob' });
    expect(sent.status).toBe(202);
    expect(JSON.parse(listener.heard.at(-1)?.body ?? '')).toMatchObject({
      action: 'requested_action',
      requested_action: { identifier: 'approve' },
      check_run: { id: created.data.id, external_id: 'P1', head_sha: sha },
      sender: { login: 'bob', type: 'User' },
      repository: { id: repo.id, full_name: 'acme/dotca' },
      installation: { id: world.installation('acme').id },
    });
    expect(world.violations).toEqual([]);
  });

  test('a conclusion alone completes a run', async () => {
    const run = await createRun(repo.commitOn('staging'));
    const { data } = await app.rest.checks.update({ ...at, check_run_id: run, conclusion: 'success' });
    expect(data).toMatchObject({ status: 'completed', conclusion: 'success', completed_at: '2026-11-24T09:00:00Z' });
  });

  test('frozen, a completed run answers 200 and stays as it was', async () => {
    const run = await createRun(repo.commitOn('staging'));
    await app.rest.checks.update({ ...at, check_run_id: run, status: 'completed', conclusion: 'action_required' });
    world.setFreezeCompletedCheckRuns(true);
    const change = { ...at, check_run_id: run, status: 'completed', conclusion: 'success' } as const;
    expect((await app.rest.checks.update(change)).data.conclusion).toBe('action_required');
    world.setFreezeCompletedCheckRuns(false);
    expect((await app.rest.checks.update(change)).data.conclusion).toBe('success');
  });

  test('the latest run of a name hides the older ones', async () => {
    const ref = repo.commitOn('staging');
    const first = await createRun(ref);
    const second = await createRun(ref);
    const latest = await app.rest.checks.listForRef({ ...at, ref });
    expect(latest.data.check_runs.map((run) => run.id)).toEqual([second]);
    const all = await app.rest.checks.listForRef({ ...at, ref, filter: 'all' });
    expect(all.data.check_runs.map((run) => run.id)).toEqual([second, first]);
  });

  const four = [1, 2, 3, 4].map((number) => ({ ...APPROVE, identifier: `approve-${number}` }));
  const notes = Array.from({ length: 51 }, () => NOTE);
  test.each([
    ['four buttons', { actions: four }, 'must NOT have more than 3 items'],
    ['an identifier of 21 characters', { actions: [{ ...APPROVE, identifier: 'x'.repeat(21) }] }, 'identifier'],
    ['a label of 21 characters', { actions: [{ ...APPROVE, label: 'x'.repeat(21) }] }, 'label'],
    ['a description of 41 characters', { actions: [{ ...APPROVE, description: 'x'.repeat(41) }] }, 'description'],
    ['a summary of 65,536 characters', { output: { ...OUTPUT, summary: 'x'.repeat(65_536) } }, 'summary'],
    ['a text of 65,536 characters', { output: { ...OUTPUT, text: 'x'.repeat(65_536) } }, 'text'],
    ['51 annotations', { output: { ...OUTPUT, annotations: notes } }, 'annotations'],
    ['a status only Actions may set', { status: 'waiting' }, 'status'],
    ['completed without a conclusion', { status: 'completed' }, 'needs a conclusion'],
    ['a conclusion on a running one', { status: 'in_progress', conclusion: 'success' }, 'completes a check run'],
    ['the conclusion stale', { conclusion: 'stale' }, 'only GitHub'],
    ['an unknown field', { colour: 'green' }, 'colour is not a field'],
    ['no name', { name: undefined }, "'name'"],
  ])('a new check run with %s is refused and noted', async (_, fields, note) => {
    const sha = repo.commitOn('staging');
    const body = { name: 'imprimatur / production', head_sha: sha, ...fields };
    expect(await statusOf(app.request('POST /repos/acme/dotca/check-runs', body))).toBe(422);
    expect(world.violations).toHaveLength(1);
    expect(world.violations[0]).toContain(note);
    expect(repo.checkRuns(sha)).toEqual([]);
  });

  test('a commit that does not exist gets no check run', async () => {
    expect(await statusOf(app.rest.checks.create({ ...at, name: 'x', head_sha: 'a'.repeat(40) }))).toBe(422);
    expect(world.violations).toEqual([]);
  });
});

describe('the contract', () => {
  test('an operation that GitHub or we do not have is 404 and noted', async () => {
    expect(await statusOf(app.request('POST /repos/acme/dotca/promotions'))).toBe(404);
    expect(world.violations).toEqual([expect.stringContaining('POST /repos/acme/dotca/promotions: no operation')]);
  });

  test.each([
    ['a comment of 65,537 characters', { body: 'x'.repeat(65_537) }, 'characters'],
    ['a blank comment', { body: ' ' }, 'blank'],
    ['a comment without body', {}, 'body is missing'],
  ])('%s is refused and noted', async (_, body, note) => {
    repo.openIssue({ title: 'Release', by: 'ada' });
    expect(await statusOf(app.request('POST /repos/acme/dotca/issues/1/comments', body))).toBe(422);
    expect(world.violations).toEqual([expect.stringContaining(note)]);
  });

  test('a query that GitHub does not know is noted', async () => {
    expect(await statusOf(app.request('GET /repos/acme/dotca/branches', { sorted: 'yes' }))).toBe(422);
    expect(world.violations).toEqual([expect.stringContaining('(sorted)')]);
  });
});

describe('threads', () => {
  test('people and the App talk, the App reacts once, and everybody sees it', async () => {
    const issue = repo.openIssue({ title: 'Release', by: 'ada' });
    const posted = await repo.comment({ issue, by: 'ada', body: '/promote staging-abc1234' });
    const eyes = { ...at, comment_id: posted.id, content: 'eyes' } as const;
    expect((await app.rest.reactions.createForIssueComment(eyes)).status).toBe(201);
    expect((await app.rest.reactions.createForIssueComment(eyes)).status).toBe(200);
    const card = await app.rest.issues.createComment({ ...at, issue_number: issue, body: 'Waiting' });
    clock += 60_000;
    await app.rest.issues.updateComment({ ...at, comment_id: card.data.id, body: 'Promoted' });
    expect(repo.reactions(posted.id)).toEqual(['eyes']);
    expect(repo.comments(issue)).toMatchObject([
      { author: 'ada', byApp: false, body: '/promote staging-abc1234' },
      { author: 'imprimatur[bot]', byApp: true, body: 'Promoted', edited: true },
    ]);
    const listed = await app.rest.issues.listComments({ ...at, issue_number: issue });
    expect(listed.data[1]).toMatchObject({
      user: { type: 'Bot' },
      performed_via_github_app: { id: 770_001 },
      updated_at: '2026-11-24T09:01:00Z',
    });
    expect(world.violations).toEqual([]);
  });

  test('lists come in pages', async () => {
    const issue = repo.openIssue({ title: 'Release', by: 'ada' });
    for (const body of ['one', 'two', 'three']) await repo.comment({ issue, by: 'ada', body });
    const bodies = await app.paginate(app.rest.issues.listComments, { ...at, issue_number: issue, per_page: 1 });
    expect(bodies.map((comment) => comment.body)).toEqual(['one', 'two', 'three']);
  });

  test('a pull request is an issue with a head', async () => {
    const sha = repo.commitOn('feature');
    const number = repo.openPullRequest({ title: 'New', by: 'ada', head: 'feature' });
    expect((await app.rest.issues.get({ ...at, issue_number: number })).data.pull_request).toBeDefined();
    expect((await app.rest.pulls.get({ ...at, pull_number: number })).data.head.sha).toBe(sha);
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
    repo.user('kim', role);
    const { data } = await app.rest.repos.getCollaboratorPermissionLevel({ ...at, username: 'kim' });
    expect(data).toMatchObject({ permission, role_name, user: { login: 'kim' } });
  });

  test('unknown people are 404, strangers have nothing on a private repository and can read a public one', async () => {
    world.user('stranger');
    const open = await world.repo({ owner: 'acme', name: 'open', private: false });
    const ask = { ...at, username: 'stranger' };
    expect(await statusOf(app.rest.repos.getCollaboratorPermissionLevel({ ...at, username: 'nobody' }))).toBe(404);
    expect((await app.rest.repos.getCollaboratorPermissionLevel(ask)).data.permission).toBe('none');
    const there = await app.rest.repos.getCollaboratorPermissionLevel({ ...ask, repo: open.name() });
    expect(there.data.permission).toBe('read');
  });

  test('team membership is known to those who may read members', async () => {
    world.team({ org: 'acme', slug: 'release', members: { ada: 'active', bob: 'pending' } });
    expect((await membershipOf('ada')).data.state).toBe('active');
    expect((await membershipOf('bob')).data.state).toBe('pending');
    expect(await statusOf(membershipOf('eve'))).toBe(404);
    await world.installation('acme').setPermissions({ metadata: 'read' });
    expect(await statusOf(membershipOf('ada'))).toBe(403);
  });
});

describe('git', () => {
  test.each([
    ['identical', 'the head of staging', () => repo.head('staging')],
    ['behind', 'an older commit of staging', () => repo.head('main')],
    ['diverged', 'a commit on another branch', () => repo.commitOn('feature')],
    ['ahead', 'a commit of a fork', () => repo.commitOff('staging')],
  ])('“%s” is what a comparison of staging says of %s', async (status, _, shaOf) => {
    repo.commitOn('staging');
    const { data } = await app.rest.repos.compareCommitsWithBasehead({ ...at, basehead: `staging...${shaOf()}` });
    expect(data.status).toBe(status);
  });

  test('an unknown commit or branch can not be compared', async () => {
    const basehead = `main...${'b'.repeat(40)}`;
    expect(await statusOf(app.rest.repos.compareCommitsWithBasehead({ ...at, basehead }))).toBe(404);
    expect(await statusOf(app.rest.repos.getBranch({ ...at, branch: 'staging' }))).toBe(404);
  });

  test('files have git’s own ids and are 404 before they are written', async () => {
    const file = { ...at, path: '.github/promotion.yml' };
    expect(await statusOf(app.rest.repos.getContent(file))).toBe(404);
    repo.writeFiles('main', { '.github/promotion.yml': 'hello\n' });
    const { data } = await app.rest.repos.getContent(file);
    expect(data).toMatchObject({ sha: 'ce013625030ba8dba906f756967f9e9ca394464a', content: 'aGVsbG8K', size: 6 });
  });

  test('an unchanged answer is 304 for who has it', async () => {
    const first = await app.rest.repos.get(at);
    const headers = { 'if-none-match': first.headers.etag ?? '' };
    expect(await statusOf(app.request('GET /repos/{owner}/{repo}', { ...at, headers }))).toBe(304);
  });
});

describe('deployments', () => {
  test('the defaults that surprise refuse, the explicit form works and its statuses are kept', async () => {
    const sha = repo.commitOn('staging');
    repo.commitOn('main');
    const asked = { ...at, ref: sha, environment: 'production' };
    expect(await statusOf(app.rest.repos.createDeployment(asked))).toBe(409);
    const exact = { ...asked, auto_merge: false, required_contexts: [], payload: { promotion: 'P1' } };
    await app.rest.repos.createDeployment(exact);
    const [deployment] = (await app.rest.repos.listDeployments({ ...at, sha })).data;
    expect(deployment?.payload).toEqual({ promotion: 'P1' });
    const status = { ...at, deployment_id: deployment?.id ?? 0, state: 'success' } as const;
    await app.rest.repos.createDeploymentStatus({ ...status, description: 'x'.repeat(140) });
    expect(repo.deployments()[0]?.statuses).toMatchObject([{ state: 'success' }]);
    expect(world.violations).toEqual([]);
    const long = app.rest.repos.createDeploymentStatus({ ...status, description: 'x'.repeat(141) });
    expect(await statusOf(long)).toBe(422);
  });
});

describe('deliveries', () => {
  test('are signed over the raw bytes and named by a GUID', async () => {
    const issue = repo.openIssue({ title: 'Release', by: 'ada' });
    const { delivery } = await repo.comment({ issue, by: 'ada', body: '/status “ü”' });
    const [heard] = listener.heard;
    expect(heard?.path).toBe('/api/github/webhooks');
    const signature = String(heard?.headers['x-hub-signature-256']);
    expect(await verify(world.env.WEBHOOK_SECRET, heard?.body ?? '', signature)).toBe(true);
    expect(heard?.headers).toMatchObject({
      'x-github-delivery': delivery.guid,
      'x-github-event': 'issue_comment',
      'x-github-hook-installation-target-id': '770001',
      'x-github-hook-installation-target-type': 'integration',
    });
  });

  test('what the App does comes back to it, unless that is switched off', async () => {
    const issue = repo.openIssue({ title: 'Release', by: 'ada' });
    await app.rest.issues.createComment({ ...at, issue_number: issue, body: 'Hello' });
    await world.settle();
    expect(JSON.parse(listener.heard[0]?.body ?? '')).toMatchObject({
      action: 'created',
      sender: { login: 'imprimatur[bot]', type: 'Bot' },
    });
    world.setEcho(false);
    await app.rest.issues.createComment({ ...at, issue_number: issue, body: 'Hello again' });
    await world.settle();
    expect(listener.heard).toHaveLength(1);
  });

  test('a failed one is found in the log and asked for again', async () => {
    const jwt = connectApp(world);
    world.setAppUrl(null);
    const lost = await repo.push('staging');
    world.setAppUrl(listener.url);
    await repo.push('staging');
    const { data } = await jwt.rest.apps.listWebhookDeliveries({ status: 'failure' });
    expect(data).toMatchObject([{ guid: lost.delivery.guid, event: 'push', status_code: 502, redelivery: false }]);
    const full = await jwt.rest.apps.getWebhookDelivery({ delivery_id: data[0]?.id ?? 0 });
    expect(full.data.request.payload).toMatchObject({ after: lost.sha });
    await jwt.rest.apps.redeliverWebhookDelivery({ delivery_id: data[0]?.id ?? 0 });
    await world.settle();
    expect(listener.heard.at(-1)?.headers['x-github-delivery']).toBe(lost.delivery.guid);
    clock += 4 * 24 * 60 * 60 * 1000;
    expect((await jwt.rest.apps.listWebhookDeliveries()).data).toEqual([]);
    expect(world.violations).toEqual([]);
  });
});

describe('faults', () => {
  test('a failed call does nothing, a lost answer did it', async () => {
    const issue = repo.openIssue({ title: 'Release', by: 'ada' });
    const post = (): Promise<number> =>
      statusOf(app.rest.issues.createComment({ ...at, issue_number: issue, body: 'Hi' }));
    world.failNext({ method: 'POST', path: /comments$/, status: 503 });
    expect(await post()).toBe(503);
    expect(repo.comments(issue)).toHaveLength(0);
    world.applyThenFail({ method: 'POST', path: /comments$/, status: 502 });
    expect(await post()).toBe(502);
    expect(repo.comments(issue)).toHaveLength(1);
    world.applyThenFail({ method: 'POST', path: /comments$/, status: 'hang-up' });
    expect(await post()).toBe(500);
    expect(repo.comments(issue)).toHaveLength(2);
    expect(await post()).toBe(201);
    expect(world.requests.map((request) => request.status).slice(-4)).toEqual([503, 502, 'hang-up', 201]);
  });

  test('rate limits say when to come back', async () => {
    world.limitNext({ kind: 'primary', path: /dotca$/, seconds: 90 });
    const primary = await failureOf(app.rest.repos.get(at));
    expect(primary.response?.headers).toMatchObject({
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(START / 1000 + 90),
    });
    world.limitNext({ kind: 'secondary', path: /dotca$/, seconds: 60 });
    const secondary = await failureOf(app.rest.repos.get(at));
    expect(secondary.status).toBe(429);
    expect(secondary.response?.headers['retry-after']).toBe('60');
  });
});

const NOTE = { path: 'a', start_line: 1, end_line: 1, annotation_level: 'notice', message: 'x' };

const Failure = z.object({
  status: z.number(),
  response: z.object({ headers: z.record(z.string(), z.unknown()) }).optional(),
});

async function createRun(head_sha: string): Promise<number> {
  return (await app.rest.checks.create({ ...at, name: 'imprimatur / production', head_sha })).data.id;
}

function membershipOf(username: string): ReturnType<typeof app.rest.teams.getMembershipForUserInOrg> {
  return app.rest.teams.getMembershipForUserInOrg({ org: 'acme', team_slug: 'release', username });
}

/** The status of an answer, also of a refusal. */
async function statusOf(request: Promise<{ readonly status: number }>): Promise<number> {
  try {
    return (await request).status;
  } catch (error) {
    return Failure.parse(error).status;
  }
}

async function failureOf(request: Promise<unknown>): Promise<z.infer<typeof Failure>> {
  try {
    await request;
  } catch (error) {
    return Failure.parse(error);
  }
  throw new Error('the request did not fail');
}
