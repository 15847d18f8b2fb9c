// Deployments: one follows every promotion, deployers report how it goes, and others deploy what they like.
import { afterEach, describe, expect, test } from 'vitest';
import { begin, type Conversation } from './conversation.ts';
import { runStateOn, type RunState } from './run-state.ts';
import { IMAGE, stage, START } from './world.ts';

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

const SECOND = 1000;
const ACTIONS = 'github-actions[bot]';

describe('after a promotion', () => {
  test('there is a deployment of its commit, with everything that a deployer needs', async () => {
    talk = await begin();
    await talk.say('ada', `/promote ${talk.short} --reason "new login"`);
    await talk.click('bob', 'approve');
    const { image, short, commit } = talk;
    expect(talk.repo.deployments()).toEqual([
      expect.objectContaining({
        sha: commit,
        ref: commit,
        environment: 'production',
        production: true,
        transient: false,
        description: expect.stringMatching(new RegExp(`^P1\\b.*staging-${short}.*production.*ada`)),
        payload: {
          image: `${talk.world.registry.host}/acme/dotca@${image.digest}`,
          digest: image.digest,
          tags: [`main-staging-${short}`, 'main', 'latest'],
          promotion: 'P1',
          reason: 'new login',
        },
      }),
    ]);
    expect(talk.world.github.requests.find(isCreation)?.body).toMatchObject({
      auto_merge: false,
      required_contexts: [],
      production_environment: true,
    });
    // Its own event came back, and was not taken for somebody else's.
    expect(await kinds()).not.toContain('deployment-by-others');
    await talk.world.end();
  });

  test('the deployer reports, and card and check run follow', async () => {
    talk = await begin();
    const deployment = await promote();
    await report(deployment, 'in_progress');
    expect(await runState()).toEqual({ state: 'deploying', conclusion: 'success' });
    expect((await talk.promotion()).state).toMatchObject({ since: START, url: null });
    talk.world.clock.turn(60 * SECOND);
    await report(deployment, 'success', 'https://ci.example.com/runs/7');
    expect(await runState()).toEqual({ state: 'deployed', conclusion: 'success' });
    expect((await talk.promotion()).state).toMatchObject({ since: START + 60 * SECOND });
    expect(talk.card()).toContain('2026-11-24 09:01 UTC');
    expect(talk.card()).toContain('](https://ci.example.com/runs/7)');
    await report(deployment, 'inactive');
    expect(await talk.state()).toBe('deployed');
    await talk.world.end();
  });

  test('statuses that come late, twice or in the wrong order change nothing', async () => {
    talk = await begin();
    const { world, repo } = talk;
    const deployment = await promote();
    world.github.setAppUrl(null);
    const started = await repo.deploymentStatus({ deployment, state: 'in_progress', by: ACTIONS });
    world.clock.turn(10 * SECOND);
    const done = await repo.deploymentStatus({ deployment, state: 'success', by: ACTIONS });
    expect([started.status, done.status]).toEqual([502, 502]);
    const address = world.app.server.address();
    world.github.setAppUrl(typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : null);
    for (const { guid } of [done, started, done]) {
      await world.github.redeliver(guid);
      await world.drain();
      expect(await talk.state()).toBe('deployed');
    }
    expect((await kinds()).slice(-2)).toEqual(['promoted', 'deployed']);
    await world.end();
  });

  test('a failure mentions the requester and shows the rollback, once; so does a second one after another try', async () => {
    talk = await begin();
    const deployment = await promote();
    await report(deployment, 'failure', 'https://ci.example.com/runs/8');
    expect(await runState()).toEqual({ state: 'deployment-failed', conclusion: 'failure' });
    expect(talk.card()).toContain('`/rollback --reason "…"`');
    const [line = ''] = talk.replies();
    expect(line).toMatch(/^@ada \[P1\]\(.*\), `staging-.*` → `production`/);
    expect(line).toContain('](https://ci.example.com/runs/8)');
    expect(line).toContain('`/rollback --reason "…"`');
    talk.world.clock.turn(SECOND);
    await report(deployment, 'error');
    expect(talk.replies()).toHaveLength(1);
    talk.world.clock.turn(SECOND);
    await report(deployment, 'queued');
    talk.world.clock.turn(SECOND);
    await report(deployment, 'failure');
    expect(talk.replies()).toHaveLength(2);
    await talk.world.end();
  });

  test('a rollback is deployed too, on the commit of the image that it went back to', async () => {
    talk = await begin();
    const first = await promote();
    await report(first, 'failure');
    await talk.say('ada', '/rollback --reason "it fails"');
    const back = talk.repo.deployments().at(-1);
    const staged = Object.entries(talk.world.registry.tags(IMAGE)).find(([, digest]) => digest === talk.old.digest);
    expect(back).toMatchObject({
      sha: expect.stringMatching(staged?.[0].replace('staging-', '^') ?? 'nothing'),
      description: expect.stringMatching(/^P2\b.*production.*rollback-.*ada/),
      payload: { digest: talk.old.digest, tags: ['main', 'latest'], promotion: 'P2', reason: 'it fails' },
    });
    talk.world.clock.turn(SECOND);
    await report(first, 'success');
    expect([await talk.state(1), await talk.state(2)]).toEqual(['deployed', 'promoted']);
    await report(back?.id ?? 0, 'success');
    expect([await talk.state(1), await talk.state(2)]).toEqual(['deployed', 'deployed']);
    await talk.world.end();
  });

  test('the deployment of an older promotion does not change the newer one', async () => {
    talk = await begin();
    const first = await promote();
    await report(first, 'success');
    const second = await promoteNext();
    expect(second).not.toBe(first);
    talk.world.clock.turn(SECOND);
    await report(first, 'failure');
    expect([await talk.state(1), await talk.state(2)]).toEqual(['deployment-failed', 'promoted']);
    await report(second, 'in_progress');
    expect([await talk.state(1), await talk.state(2)]).toEqual(['deployment-failed', 'deploying']);
    await talk.world.end();
  });

  test('nor a rollback that brought its image back', async () => {
    talk = await begin();
    const first = await promote();
    await promoteNext();
    await talk.say('ada', '/rollback to P1 --reason "it fails"');
    talk.world.clock.turn(SECOND);
    await report(first, 'failure');
    expect([await talk.state(1), await talk.state(3)]).toEqual(['deployment-failed', 'promoted']);
    await report(talk.repo.deployments().at(-1)?.id ?? 0, 'success');
    expect(await talk.state(3)).toBe('deployed');
    await talk.world.end();
  });
});

describe('deployments by others', () => {
  test.each<readonly [string, () => { readonly commit: string; readonly payload?: unknown }]>([
    ['of the same commit', () => ({ commit: talk.commit })],
    [
      'whose payload names the digest',
      () => ({ commit: talk.repo.head('main'), payload: { digest: talk.image.digest } }),
    ],
    [
      'whose payload is a text that names the image',
      () => ({ commit: talk.repo.head('main'), payload: JSON.stringify({ image: `x/y@${talk.image.digest}` }) }),
    ],
  ])('%s: the promotion follows them', async (_, what) => {
    talk = await begin();
    await promote();
    const { id } = await talk.repo.deploy({ by: 'carol', ...what() });
    await talk.world.drain();
    expect((await talk.promotion()).notice).toBeNull();
    await report(id, 'success');
    expect(await talk.state()).toBe('deployed');
    expect(await kinds()).toEqual(expect.arrayContaining(['deployment-by-others', 'deployed']));
    await talk.world.end();
  });

  test('of another commit are recorded, and the card and the check run warn until it is corrected', async () => {
    talk = await begin();
    const deployment = await promote();
    await report(deployment, 'success');
    const other = talk.repo.head('main');
    talk.world.clock.turn(SECOND);
    const { id } = await talk.repo.deploy({ by: 'carol', commit: other });
    await talk.world.drain();
    expect((await talk.promotion()).notice).toEqual({
      kind: 'other-deployment',
      environment: 'production',
      commit: other,
      by: 'carol',
      at: START + SECOND,
    });
    const link = `[\`${other.slice(0, 7)}\`](https://github.com/acme/dotca/commit/${other})`;
    expect(talk.card()).toContain(link);
    expect(talk.repo.checkRuns(talk.commit).at(-1)?.summary).toContain(link);
    expect(await entry('deployment-by-others')).toMatchObject({
      promotion: 1,
      actor: { login: 'carol' },
      details: { environment: 'production', commit: other, creator: 'carol', deployment: id },
    });
    // Their statuses are about something else.
    await report(id, 'failure');
    expect(await talk.state()).toBe('deployed');
    talk.world.clock.turn(SECOND);
    await report((await talk.repo.deploy({ by: 'carol', commit: talk.commit })).id, 'success');
    expect((await talk.promotion()).notice).toBeNull();
    expect(talk.card()).not.toContain(link);
    await talk.world.end();
  });

  test('to an environment outside the policy, and statuses of unknown deployments, change nothing', async () => {
    talk = await begin();
    await promote();
    const before = await kinds();
    const { id } = await talk.repo.deploy({ by: 'carol', commit: talk.commit, environment: 'qa' });
    await report(id, 'failure');
    await talk.repo.deploy({
      by: 'carol',
      commit: talk.repo.head('main'),
      environment: 'staging',
      payload: { digest: talk.image.digest },
    });
    await talk.world.drain();
    expect(await kinds()).toEqual(before);
    expect(await talk.state()).toBe('promoted');
    expect(talk.world.log.join('')).toContain('ignored a deployment status: it belongs to no promotion');
    await talk.world.end();
  });

  test('are matched by the policy’s name for the environment, and by the last known one while the file is unreadable', async () => {
    talk = await begin();
    const { repo, world } = talk;
    repo.writeFiles('main', {
      '.github/promotion.yml': 'environments: { production: { deployment: { environment: prod/eu } } }\n',
    });
    await promote();
    expect(repo.deployments()).toMatchObject([{ environment: 'prod/eu', production: true }]);
    const other = repo.head('main');
    await repo.deploy({ by: 'carol', commit: other, environment: 'production' });
    await world.drain();
    expect(await kinds()).not.toContain('deployment-by-others');
    repo.writeFiles('main', { '.github/promotion.yml': 'environments: [\n' });
    await repo.deploy({ by: 'carol', commit: other, environment: 'prod/eu' });
    await world.drain();
    expect((await talk.promotion()).notice).toMatchObject({ kind: 'other-deployment', environment: 'prod/eu' });
    expect(talk.card()).toContain('`prod/eu`');
    await world.end();
  });

  test('before the first promotion are recorded, without a promotion', async () => {
    talk = await begin();
    await talk.repo.deploy({ by: 'carol', commit: talk.commit, environment: 'Production' });
    await talk.world.drain();
    expect(await entry('deployment-by-others')).toMatchObject({ promotion: null, details: { creator: 'carol' } });
    await talk.world.end();
  });

  test('by our own App, without the App’s mark in the event, do not count as others', async () => {
    talk = await begin();
    const deployment = await promote();
    const { github } = talk.world;
    const echo = github.deliveries.find(({ event }) => event === 'deployment');
    const payload: { deployment: object } = JSON.parse(echo?.body ?? '');
    const unmarked = { ...payload, deployment: { ...payload.deployment, id: 7, performed_via_github_app: null } };
    await github.deliver({ event: 'deployment', payload: unmarked });
    await talk.world.drain();
    expect(await kinds()).not.toContain('deployment-by-others');
    expect(deployment).toBeGreaterThan(7);
    await talk.world.end();
  });
});

describe('whose statuses count', () => {
  test('those of a person who neither created the deployment nor is listed show with the line to add, and count once it is added', async () => {
    talk = await begin();
    const deployment = await promote();
    await report(deployment, 'in_progress');
    talk.world.clock.turn(SECOND);
    await reportAs('ada', deployment, { state: 'success' });
    expect(await talk.told()).toBe('deploying');
    const { uncountedReport } = await talk.promotion();
    expect(uncountedReport).toMatchObject({ by: { login: 'ada' }, status: 'deployed', at: START + SECOND });
    expect(await entry('deployment-status-not-counted')).toMatchObject({ actor: { login: 'ada' } });
    const line = `reporters: ["ada#${uncountedReport?.by.id}"]`;
    expect(talk.card()).toContain(`\`${line}\``);

    talk.repo.writeFiles('main', {
      '.github/promotion.yml': `environments: { production: { deployment: { ${line} } } }\n`,
    });
    await talk.say('bob', '/refresh P1');
    expect(await talk.told()).toBe('deployed');
    expect((await talk.promotion()).uncountedReport).toBeUndefined();
    expect((await talk.promotion()).state).toMatchObject({ by: { login: 'ada' } });
    await talk.world.end();
  });

  test('a failure by a stranger neither fails the promotion nor mentions anybody', async () => {
    talk = await begin();
    const deployment = await promote();
    await report(deployment, 'success');
    talk.world.clock.turn(SECOND);
    await reportAs('ron', deployment, { state: 'failure' });
    expect(await talk.told()).toBe('deployed');
    expect(talk.replies()).toEqual([]);
    talk.world.clock.turn(SECOND);
    await report(deployment, 'success');
    expect((await talk.promotion()).uncountedReport).toBeUndefined();
    expect(await talk.told()).toBe('deployed');
    await talk.world.end();
  });

  test('the creator of a deployment can report on it, but not on that of another', async () => {
    talk = await begin();
    await promote();
    const { id } = await talk.repo.deploy({ by: 'carol', commit: talk.commit });
    await reportAs('ada', id, { state: 'success' });
    expect(await talk.state()).toBe('promoted');
    await reportAs('carol', id, { state: 'success' });
    expect(await talk.told()).toBe('deployed');
    expect((await talk.promotion()).state).toMatchObject({ by: { login: 'carol' } });
    await talk.world.end();
  });
});

test('a deployment whose payload names another image is for that one, though its commit is ours', async () => {
  talk = await begin();
  await promote();
  const { id } = await talk.repo.deploy({ by: 'carol', commit: talk.commit, payload: { digest: talk.old.digest } });
  await report(id, 'success');
  expect(await talk.told()).toBe('promoted');
  expect((await talk.promotion()).notice).toMatchObject({ kind: 'other-deployment', digest: talk.old.digest });
  await talk.world.end();
});

test('after an unclear answer, a workflow’s deployment with a copy of our payload does not count as ours', async () => {
  talk = await begin();
  await talk.request();
  talk.world.github.failNext({ method: 'POST', path: /\/deployments$/, status: 502 });
  await talk.repo.deploy({ by: ACTIONS, commit: talk.commit, payload: { promotion: 'P1', digest: talk.image.digest } });
  await talk.click('bob', 'approve');
  await talk.world.pass(60 * SECOND, 10 * SECOND);
  const [theirs, ours, ...more] = talk.repo.deployments();
  expect(more).toEqual([]);
  await report(ours?.id ?? 0, 'success');
  expect(await talk.told()).toBe('deployed');
  expect(theirs?.creator.login).toBe(ACTIONS);
  await talk.world.end();
});

function countTries(): number {
  return talk.world.github.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/deployments'))
    .length;
}

describe('when GitHub fails', () => {
  test.each([
    ['answers nothing, but has made it', 'applyThenFail', 'hang-up'],
    ['answers 502, but has made it', 'applyThenFail', 502],
    ['answers 502 and has not made it', 'failNext', 502],
  ] as const)('and %s, there is one deployment', async (_, when, status) => {
    talk = await begin();
    await talk.request();
    talk.world.github[when]({ method: 'POST', path: /\/deployments$/, status });
    await talk.click('bob', 'approve');
    await talk.world.pass(60 * SECOND, 10 * SECOND);
    const [deployment, ...more] = talk.repo.deployments();
    expect(more).toEqual([]);
    await report(deployment?.id ?? 0, 'success');
    expect(await talk.state()).toBe('deployed');
    await talk.world.end();
  });

  test.each([403, 404, 422])('and answers %i once, the deployment is created anyway', async (status) => {
    talk = await begin();
    await talk.request();
    talk.world.github.failNext({ method: 'POST', path: /\/deployments$/, status });
    await talk.click('bob', 'approve');
    expect(talk.repo.deployments()).toHaveLength(1);
    expect((await talk.promotion()).notice).toBeNull();
    await talk.world.end();
  });

  test('and refuses it, the tags stay and the card shows the reason, until somebody refreshes it', async () => {
    talk = await begin();
    await talk.request();
    talk.world.github.failNext({
      method: 'POST',
      path: /\/deployments$/,
      status: 403,
      body: { message: 'Resource not accessible by integration' },
      headers: { 'x-accepted-github-permissions': 'deployments=write' },
      times: 6,
    });
    await talk.click('bob', 'approve');
    expect(await runState()).toEqual({ state: 'promoted', conclusion: 'success' });
    expect((await talk.promotion()).notice).toMatchObject({ kind: 'no-deployment' });
    expect(talk.card()).toContain('deployments: write');
    expect(talk.production().main).toBe(talk.image.digest);
    const requests = countTries();
    await talk.world.pass(1800 * SECOND, 600 * SECOND);
    expect(countTries()).toBe(requests);
    await talk.say('bob', '/refresh P1');
    expect((await talk.promotion()).notice).toMatchObject({ kind: 'no-deployment' });
    expect((await talk.say('bob', '/refresh P1')).answers).toMatchObject([{ differences: ['deployment'] }]);
    expect((await talk.promotion()).notice).toBeNull();
    expect(talk.repo.deployments()).toHaveLength(1);
    expect((await talk.say('bob', '/refresh P1')).answers).toMatchObject([{ differences: [] }]);
    expect(talk.repo.deployments()).toHaveLength(1);
    await talk.world.end();
  });

  test('and is unreachable until a newer promotion is complete, the older one is no longer deployed', async () => {
    talk = await begin();
    await talk.request();
    talk.world.github.failNext({ method: 'POST', path: /\/deployments$/, status: 502 });
    talk.world.github.setEcho(false);
    await talk.click('bob', 'approve');
    expect(talk.repo.deployments()).toEqual([]);
    await promoteNext();
    await talk.world.pass(120 * SECOND, 10 * SECOND);
    expect(talk.repo.deployments().map(({ payload }) => payload)).toEqual([
      expect.objectContaining({ promotion: 'P2' }),
    ]);
    await talk.world.end();
  });
});

describe('from the command to the promoted tags, the App sends GitHub at most eighteen requests', () => {
  test.each<readonly [string, Readonly<Record<string, string>>]>([
    ['with a policy file', { '.github/promotion.yml': 'environments: { production: {} }\n' }],
    ['without one', { '.github/workflows/ci.yml': 'on: push\n' }],
    ['without its folder', {}],
  ])('%s', async (_, files) => {
    talk = await begin();
    talk.repo.writeFiles('main', files);
    await talk.request();
    await talk.click('bob', 'approve');
    expect(await talk.state()).toBe('promoted');
    expectFewQuestions(0);
    await talk.world.end();
  });

  test('even in a thread whose newest comments are listed first, by a process that knows the repository', async () => {
    talk = await begin();
    const { world, repo } = talk;
    await promote();
    const commit = repo.commitOn('staging', { message: 'Newer' });
    stage(world, { commit });
    const before = world.github.requests.length;
    await talk.say('ada', `/promote staging-${commit.slice(0, 7)}`);
    await repo.click({ checkRun: repo.checkRuns(commit).at(-1)?.id ?? 0, action: 'approve', by: 'bob' });
    await world.drain();
    expect(await talk.state(2)).toBe('promoted');
    expect(
      expectFewQuestions(before).filter((line) => line.startsWith('GET /repos/acme/dotca/issues/1/comments')),
    ).toHaveLength(1);
    await world.end();
  });
});

/** Of the requests from that one on, until a deployment is made; 304 costs nothing. Answers them. */
function expectFewQuestions(from: number): readonly string[] {
  const requests = talk.world.github.requests.slice(from);
  const asked = requests
    .slice(0, requests.findIndex(isCreation))
    .filter(({ token, status }) => token === 'installation' && status !== 304)
    .map(({ method, path, status }) => `${method} ${path} → ${status}`);
  expect(asked.length, asked.join('\n')).toBeLessThanOrEqual(18);
  expect(asked.length).toBeGreaterThan(5);
  return asked;
}

/** P1 goes to production; answers its deployment's id. */
async function promote(): Promise<number> {
  await talk.request();
  await talk.click('bob', 'approve');
  return newest();
}

/** The image of a newer commit goes to production, as P2. */
async function promoteNext(): Promise<number> {
  const commit = talk.repo.commitOn('staging', { message: 'Next' });
  stage(talk.world, { commit });
  await talk.say('ada', `/promote staging-${commit.slice(0, 7)}`);
  await talk.say('bob', '/approve P2');
  return newest();
}

function newest(): number {
  const deployment = talk.repo.deployments().at(-1);
  if (deployment === undefined) throw new Error('there is no deployment');
  return deployment.id;
}

async function report(deployment: number, state: string, logUrl?: string): Promise<void> {
  await reportAs(ACTIONS, deployment, { state, ...(logUrl === undefined ? {} : { logUrl }) });
}

async function reportAs(
  by: string,
  deployment: number,
  status: { readonly state: string; readonly logUrl?: string },
): Promise<void> {
  await talk.repo.deploymentStatus({ deployment, by, ...status });
  await talk.world.drain();
}

function runState(): Promise<RunState> {
  return runStateOn(talk.world, talk.repo, talk.commit);
}

function isCreation({ method, path }: { readonly method: string; readonly path: string }): boolean {
  return method === 'POST' && path.endsWith('/deployments');
}

type Entry = { readonly kind: string };

async function entries(): Promise<readonly Entry[]> {
  const rows = (await talk.world.audit()).get(talk.repo.id) ?? [];
  return rows.map((row) => {
    const parsed: Entry = JSON.parse(row.entry);
    return parsed;
  });
}

async function kinds(): Promise<readonly string[]> {
  return (await entries()).map(({ kind }) => kind);
}

async function entry(kind: string): Promise<Entry | undefined> {
  return (await entries()).find((one) => one.kind === kind);
}
