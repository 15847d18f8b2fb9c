// The test GitHub itself: a real Octokit App works with it, hears from it, and is told where it breaks the contract.
import { generateKeyPairSync } from 'node:crypto';
import { Octokit } from '@octokit/rest';
import { Webhooks } from '@octokit/webhooks';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { connectApp, SILENT } from './github/app-client.ts';
import { DEFAULT_PERMISSIONS } from './github/world.ts';
import { AT, failureOf, START, statusOf, useStage } from './github/stage.ts';

const stage = useStage();

describe('the App and its installation', () => {
  test('the App reads its identity and its installations', async () => {
    const { world } = stage();
    const jwt = connectApp(world);
    const { data } = await jwt.rest.apps.getAuthenticated();
    expect(data).toMatchObject({ id: 770_001, slug: 'imprimatur', owner: { login: 'acme', type: 'Organization' } });
    const installations = await jwt.paginate(jwt.rest.apps.listInstallations, { per_page: 1 });
    expect(installations.map((one) => one.account?.login)).toEqual(['acme', 'globex']);
    const found = await jwt.rest.apps.getRepoInstallation(AT);
    expect(found.data.id).toBe(world.installation('acme').id);
    expect(world.violations).toEqual([]);
  });

  test('a JWT of another key creates no token', async () => {
    const { world } = stage();
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
    const { world } = stage();
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

  test('without checks:write no check run is created, and another account’s private repository is not found', async () => {
    const { world, repo, app } = stage();
    await world.installation('acme').setPermissions({ ...DEFAULT_PERMISSIONS, checks: 'read' });
    expect(await statusOf(app.rest.checks.create({ ...AT, name: 'x', head_sha: repo.head('main') }))).toBe(403);
    const foreign = connectApp(world, world.installation('globex').id);
    expect(await statusOf(foreign.rest.repos.get(AT))).toBe(404);
  });

  test('a suspended installation and revoked tokens get nothing', async () => {
    const { world } = stage();
    const installation_id = world.installation('acme').id;
    const { data } = await connectApp(world).rest.apps.createInstallationAccessToken({ installation_id });
    // Not by the App's own strategy, which tries again for six seconds when a young token is refused.
    const bearer = new Octokit({ auth: data.token, baseUrl: world.url, log: SILENT });
    expect(await statusOf(bearer.rest.repos.get(AT))).toBe(200);
    await world.installation('acme').suspend();
    expect(await statusOf(bearer.rest.repos.get(AT))).toBe(403);
    await world.installation('acme').unsuspend();
    world.revokeTokens();
    expect(await statusOf(bearer.rest.repos.get(AT))).toBe(401);
  });

  test('a renamed repository keeps its id and answers under its old name', async () => {
    const { world, repo, app } = stage();
    repo.rename('dot-ca');
    const { data } = await app.rest.repos.get(AT);
    expect(data).toMatchObject({ id: repo.id, full_name: 'acme/dot-ca' });
    await app.rest.checks.create({ ...AT, name: 'imprimatur / production', head_sha: repo.head('main') });
    expect(repo.checkRuns(repo.head('main'))).toHaveLength(1);
    expect(world.violations).toEqual([]);
  });
});

describe('the contract', () => {
  test('an operation that GitHub or we do not have is 404 and recorded', async () => {
    const { world, app } = stage();
    expect(await statusOf(app.request('POST /repos/acme/dotca/promotions'))).toBe(404);
    expect(world.violations).toEqual([expect.stringContaining('POST /repos/acme/dotca/promotions: no operation')]);
  });

  test.each([
    ['a comment of 65,537 characters', { body: 'x'.repeat(65_537) }, 'characters'],
    ['a blank comment', { body: ' ' }, 'blank'],
    ['a comment without body', {}, 'body is missing'],
  ])('%s is refused and recorded', async (_, body, note) => {
    const { world, repo, app } = stage();
    repo.openIssue({ title: 'Release', by: 'ada' });
    expect(await statusOf(app.request('POST /repos/acme/dotca/issues/1/comments', body))).toBe(422);
    expect(world.violations).toEqual([expect.stringContaining(note)]);
  });

  test('a query that GitHub does not know is recorded', async () => {
    const { world, app } = stage();
    expect(await statusOf(app.request('GET /repos/acme/dotca/branches', { sorted: 'yes' }))).toBe(422);
    expect(world.violations).toEqual([expect.stringContaining('(sorted)')]);
  });
});

describe('deliveries', () => {
  test('are signed over the raw bytes and named by a GUID', async () => {
    const { world, listener, repo } = stage();
    const issue = repo.openIssue({ title: 'Release', by: 'ada' });
    const { delivery } = await repo.comment({ issue, by: 'ada', body: '/status “ü”' });
    const [received] = listener.received;
    expect(received?.path).toBe('/api/github/webhooks');
    const signature = String(received?.headers['x-hub-signature-256']);
    expect(await new Webhooks({ secret: world.env.WEBHOOK_SECRET }).verify(received?.body ?? '', signature)).toBe(true);
    expect(received?.headers).toMatchObject({
      'x-github-delivery': delivery.guid,
      'x-github-event': 'issue_comment',
      'x-github-hook-installation-target-id': '770001',
      'x-github-hook-installation-target-type': 'integration',
    });
  });

  test('the App’s own actions are delivered to it, unless that is switched off', async () => {
    const { world, listener, repo, app } = stage();
    const issue = repo.openIssue({ title: 'Release', by: 'ada' });
    await app.rest.issues.createComment({ ...AT, issue_number: issue, body: 'Hello' });
    await world.settle();
    expect(JSON.parse(listener.received[0]?.body ?? '')).toMatchObject({
      action: 'created',
      sender: { login: 'imprimatur[bot]', type: 'Bot' },
    });
    world.setEcho(false);
    await app.rest.issues.createComment({ ...AT, issue_number: issue, body: 'Hello again' });
    await world.settle();
    expect(listener.received).toHaveLength(1);
  });

  test('a failed one is found in the log and redelivered', async () => {
    const { world, listener, repo, turnClock } = stage();
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
    expect(listener.received.at(-1)?.headers['x-github-delivery']).toBe(lost.delivery.guid);
    turnClock(4 * 24 * 60 * 60 * 1000);
    expect((await jwt.rest.apps.listWebhookDeliveries()).data).toEqual([]);
    expect(world.violations).toEqual([]);
  });
});

describe('deliveries with faults', () => {
  test('are lost, swallowed, doubled, or held until they are released, in any order', async () => {
    const { world, listener, repo } = stage();
    const issue = repo.openIssue({ title: 'Release', by: 'ada' });
    const say = (body: string): Promise<unknown> => repo.comment({ issue, by: 'ada', body });
    const fates = ['lost', 'swallowed', 'unlisted', 'doubled', 'late', 'late', 'arrives'] as const;
    for (const [number, fate] of fates.entries()) {
      world.setFate(() => fate);
      await say(`${number} ${fate}`);
    }
    world.setFate(null);
    const [first, second] = world.late().map(({ guid }) => guid);
    await world.release([second ?? '', first ?? '']);
    const Comment = z.object({ comment: z.object({ body: z.string() }) });
    const bodies = listener.received.map(({ body }) => Comment.parse(JSON.parse(body)).comment.body);
    expect(bodies).toEqual(['3 doubled', '3 doubled', '6 arrives', '5 late', '4 late']);
    const { data } = await connectApp(world).rest.apps.listWebhookDeliveries();
    expect(data.map(({ status }) => status === 'OK')).toEqual([true, true, true, true, true, true, false]);
    expect(new Set(data.map(({ guid }) => guid)).size).toBe(6);
    expect(world.late()).toEqual([]);
    expect(world.violations).toEqual([]);
  });

  test('are listed newest first, page after page by a cursor', async () => {
    const { world, repo } = stage();
    const issue = repo.openIssue({ title: 'Release', by: 'ada' });
    for (const word of ['one', 'two', 'three']) await repo.comment({ issue, by: 'ada', body: word });
    const { rest } = connectApp(world);
    const guids = world.deliveries.map(({ guid }) => guid).toReversed();
    const first = await rest.apps.listWebhookDeliveries({ per_page: 2 });
    const cursor = /[?&]cursor=([^&>]+)[^>]*>; rel="next"/.exec(first.headers.link ?? '')?.[1] ?? '';
    const second = await rest.apps.listWebhookDeliveries({ per_page: 2, cursor });
    expect([...first.data, ...second.data].map(({ guid }) => guid)).toEqual(guids);
    expect(second.headers.link).toBeUndefined();
    expect(world.violations).toEqual([]);
  });
});

describe('a thread with 2,500 comments', () => {
  test('takes no more, but edits, reactions and new issues; a deleted comment makes room', async () => {
    const { world, repo, app } = stage();
    const issue = repo.openIssue({ title: 'Release', by: 'ada' });
    const { issues, reactions } = app.rest;
    const post = (): Promise<number> => statusOf(issues.createComment({ ...AT, issue_number: issue, body: 'Hi' }));
    repo.fill(issue, 2499);
    expect(await post()).toBe(201);
    expect(await post()).toBe(403);
    await expect(repo.comment({ issue, by: 'ada', body: 'Hi' })).rejects.toThrow('no more comments');
    const comment_id = repo.comments(issue).at(-1)?.id ?? 0;
    expect(await statusOf(issues.updateComment({ ...AT, comment_id, body: 'Hello' }))).toBe(200);
    expect(await statusOf(reactions.createForIssueComment({ ...AT, comment_id, content: 'eyes' }))).toBe(201);
    const list = await issues.listForRepo(AT);
    expect(list.data.map(({ comments }) => comments)).toEqual([2500]);
    await repo.deleteComment({ comment: comment_id, by: 'ada' });
    expect(await post()).toBe(201);
    expect(await statusOf(issues.create({ ...AT, title: 'Next' }))).toBe(201);
    repo.settings.disableIssues();
    expect(await statusOf(issues.create({ ...AT, title: 'Next' }))).toBe(410);
    expect(world.violations).toEqual([]);
  });
});

describe('faults', () => {
  test('a failed call does nothing, a lost answer did it', async () => {
    const { world, repo, app } = stage();
    const issue = repo.openIssue({ title: 'Release', by: 'ada' });
    const post = (): Promise<number> =>
      statusOf(app.rest.issues.createComment({ ...AT, issue_number: issue, body: 'Hi' }));
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

  test('a wait ends when the App has done it, and reports what did not happen', async () => {
    const { world, repo, app } = stage();
    const issue = repo.openIssue({ title: 'Release', by: 'ada' });
    const answered = world.until(() => repo.comments(issue).length === 1, { what: 'a reply' });
    await app.rest.issues.createComment({ ...AT, issue_number: issue, body: 'Hi' });
    await answered;
    const never = world.until(() => repo.comments(issue).length === 9, { what: 'nine replies', timeoutMs: 1 });
    await expect(never).rejects.toThrow('nine replies');
  });

  test('rate limits name the time of the next try', async () => {
    const { world, app } = stage();
    world.limitNext({ kind: 'primary', path: /dotca$/, seconds: 90 });
    const primary = await failureOf(app.rest.repos.get(AT));
    expect(primary.response?.headers).toMatchObject({
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(START / 1000 + 90),
    });
    world.limitNext({ kind: 'secondary', path: /dotca$/, seconds: 60 });
    const secondary = await failureOf(app.rest.repos.get(AT));
    expect(secondary.status).toBe(429);
    expect(secondary.response?.headers['retry-after']).toBe('60');
  });
});
