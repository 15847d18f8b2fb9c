// What a rollback may go back to without approvals: only what our own journal shows that production held. All else is asked for.
import { afterEach, describe, expect, test } from 'vitest';
import { refused } from './answers.ts';
import { beginHistory, type Historic, type Released } from './history.ts';
import { whileWriting, write } from './policy-world.ts';
import { trailOf } from './release.ts';
import { buildImage } from '../support/registry/images.ts';
import { IMAGE } from './world.ts';

let talk: Historic;

afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

/** An image that somebody with write access pushed under this tag. */
function plant(tag: string, image = buildImage({ seed: tag, declaredLayerSizes: [90_000_000] })): string {
  talk.world.registry.addImage({ repository: IMAGE, tag, image });
  return image.digest;
}

async function report(state: string): Promise<void> {
  await reportOn(talk.repo.deployments().at(-1)?.id ?? 0, state);
}

async function reportOn(deployment: number, state: string, by = 'github-actions[bot]'): Promise<void> {
  talk.world.clock.turn(1000);
  await talk.repo.deploymentStatus({ deployment, state, by });
  await talk.world.drain();
}

async function released(message: string, outcome: 'success' | 'failure' | null): Promise<Released> {
  const built = await talk.release(message);
  if (outcome !== null) await report(outcome);
  return built;
}

/** A and B are through and deployed; the id of A's deployment. */
async function twoDeployed(): Promise<number> {
  talk = await beginHistory();
  await released('A', 'success');
  await released('B', 'success');
  return talk.repo.deployments()[0]?.id ?? 0;
}

async function target(number: number): Promise<unknown> {
  return (await talk.promotion(number)).source.target;
}

describe('a tag that somebody planted proves nothing', () => {
  test.each([
    'rollback-20200101-000000-release',
    'main-staging-badc0de',
    'main-hotfix-badc0de',
    'staging-badc0de',
    'v9.9.9',
    'canary',
    'main-production',
    'Main',
  ])('as a named target: %s needs production’s approvals, and the card shows that', async (tag) => {
    talk = await beginHistory();
    const a = await talk.release('A');
    const planted = plant(tag);
    expect(await talk.rollBack(`to ${tag}`)).toEqual([]);
    expect(talk.holds()).toBe(a.digest);
    expect(await talk.state(2)).toBe('awaiting-approval');
    expect(await target(2)).toEqual({ kind: 'unproven', because: 'never-held', promotion: null, forced: false });
    expect(await talk.approvals(2)).toMatchObject({ required: 1 });
    expect(
      (await trailOf(talk.world)).find(({ kind, promotion }) => kind === 'requested' && promotion === 2),
    ).toMatchObject({ details: { target: { kind: 'unproven', because: 'never-held' } } });
    // The label is missing: on the card, and somebody else has to accept it.
    expect(await talk.findings(2)).toContain('warn source linux/amd64');
    expect((await talk.say('ada', '/approve P2')).answers).toMatchObject([refused('own-request', { promotion: 2 })]);
    await talk.say('bob', '/approve P2');
    expect(talk.holds()).toBe(planted);
  });

  test('with the label of another repository it fails, whoever approves', async () => {
    talk = await beginHistory();
    const a = await talk.release('A');
    const labels = { 'org.opencontainers.image.source': 'https://github.com/evil/app' };
    plant('rollback-20200101-000000-release', buildImage({ seed: 'evil', labels, declaredLayerSizes: [90_000_000] }));
    await talk.rollBack('to rollback-20200101-000000-release');
    expect(await talk.state(2)).toBe('checks-failed');
    expect(await talk.findings(2)).toContain('fail source linux/amd64');
    expect(talk.holds()).toBe(a.digest);
  });

  test('by its digest', async () => {
    talk = await beginHistory();
    await talk.release('A');
    const planted = plant('rollback-20200101-000000-release');
    await talk.rollBack(`to ${planted}`);
    expect(await talk.state(2)).toBe('awaiting-approval');
  });

  test('as a default: after the first release, production goes back to what it held before', async () => {
    talk = await beginHistory();
    await talk.release('A');
    plant('rollback-20200101-000000-release');
    plant('rollback-20261124-090059-release');
    expect(await talk.rollBack()).toEqual([]);
    expect(talk.holds()).toBe(talk.old.digest);
    expect(await target(2)).toEqual({ kind: 'baseline', promotion: 1 });
  });

  test('nor if there is no other one', async () => {
    talk = await beginHistory({ empty: true });
    const a = await talk.release('A');
    plant('rollback-20200101-000000-release');
    expect(await talk.rollBack()).toMatchObject([refused('nothing-to-roll-back-to', { choices: [] })]);
    expect(talk.holds()).toBe(a.digest);
  });
});

describe('an image that production never held must pass the checks of a promotion', () => {
  const LABELS = { 'org.opencontainers.image.source': 'https://github.com/acme/dotca' };
  const NOBODY = 'environments: { production: { approvals: { required: 0 } } }\n';
  const ALONE = 'environments: { production: { approvals: { self_approval: true } } }\n';

  test('a commit on none of the branches fails, as with /promote', async () => {
    talk = await beginHistory({ policy: 'force: { role: admin }\n' });
    const a = await talk.release('A');
    const labels = { ...LABELS, 'org.opencontainers.image.revision': 'e'.repeat(40) };
    plant('staging-eeeeeee', buildImage({ seed: 'elsewhere', labels, declaredLayerSizes: [90_000_000], cmd: ['sh'] }));
    await talk.rollBack('to staging-eeeeeee');
    expect(await talk.state(2)).toBe('checks-failed');
    expect(await talk.findings(2)).toContain('fail revision');
    expect(talk.holds()).toBe(a.digest);
  });

  test('a tag that names another commit is refused', async () => {
    talk = await beginHistory();
    await talk.release('A');
    const { image } = talk.build('B');
    plant('staging-badc0de', image);
    await talk.rollBack('to staging-badc0de');
    expect(await talk.findings(2)).toContain('fail tag-commit');
  });

  test('an image that a person rejected fails if the policy says so', async () => {
    talk = await beginHistory({ policy: 'validation: { rejected_before: fail }\n' });
    await talk.request();
    await talk.say('bob', '/reject P1 no');
    await talk.rollBack(`to ${talk.image.digest}`);
    expect(await talk.findings(2)).toContain('fail rejected-before');
    expect(await talk.state(2)).toBe('checks-failed');
  });

  test('an image that did not run on staging fails if the policy says so', async () => {
    talk = await beginHistory({ policy: 'staging: { deployed: required }\n' });
    await talk.rollBack(`to ${talk.image.digest}`);
    expect(await talk.findings(1)).toContain('fail staging-deployed');
  });

  test.each([
    ['nobody has to approve', NOBODY],
    ['the requester approves', ALONE],
  ])('a missing label fails if nobody else has to approve: %s', async (_name, policy) => {
    talk = await beginHistory({ policy });
    await talk.request();
    if (policy === ALONE) await talk.approve('ada');
    plant('staging-badc0de');
    await talk.rollBack('to staging-badc0de');
    expect(await talk.state(2)).toBe('checks-failed');
    expect(await talk.findings(2)).toEqual(expect.arrayContaining(['fail source linux/amd64', 'fail revision']));
    expect(talk.holds()).toBe(talk.image.digest);
  });

  test('a good one passes, and so does everything that production held, which is not checked again', async () => {
    talk = await beginHistory({ policy: NOBODY });
    await talk.request();
    const good = talk.build('good');
    await talk.rollBack(`to ${good.tag}`);
    expect(talk.holds()).toBe(good.digest);
    write(talk, `${NOBODY}validation: { size: { max: 110MB }, healthcheck: fail }\n`);
    await talk.rollBack('to P1');
    expect(talk.holds()).toBe(talk.image.digest);
  });
});

describe('an image that somebody put there by hand does not count as held', () => {
  test('neither while a floating tag holds it, nor under its rollback tag', async () => {
    talk = await beginHistory();
    await talk.release('A');
    const { digest: byHand } = talk.build('by hand');
    talk.world.registry.setTag(IMAGE, 'main', byHand);
    await talk.rollBack('to main');
    expect(await talk.state(2)).toBe('awaiting-approval');
    await talk.say('ada', '/cancel P2');

    talk.world.registry.setTag(IMAGE, 'latest', byHand);
    const b = await talk.release('B');
    const kept = Object.entries(talk.world.registry.tags(IMAGE)).find(
      ([tag, digest]) => tag.startsWith('rollback-') && digest === byHand,
    );
    await talk.rollBack(`to ${kept?.[0]}`);
    expect(await talk.state(4)).toBe('awaiting-approval');
    expect(talk.holds()).toBe(b.digest);
    await talk.say('ada', '/cancel P4');
    await talk.rollBack();
    expect(await target(5)).toMatchObject({ kind: 'held', promotion: 1 });
  });

  describe('nor by renaming the environment', () => {
    const RENAMED = 'environments: { live: { tags: [main, latest] } }\n';

    test('an image that somebody put under its tags before', async () => {
      talk = await beginHistory({ policy: 'environments: { production: {} }\n' });
      await talk.release('A');
      const planted = plant('x');
      for (const tag of ['main', 'latest']) talk.world.registry.setTag(IMAGE, tag, planted);
      write(talk, RENAMED);
      const b = await talk.release('B', 'live');
      expect(await talk.rollBack('live')).toMatchObject([refused('nothing-to-roll-back-to', { choices: [] })]);
      await talk.rollBack(`live to ${planted}`);
      expect(await target(3)).toMatchObject({ because: 'never-held' });
      expect(talk.holds()).toBe(b.digest);
    });

    test('while an image that it held under its former name needs no approval, unless its deployment failed', async () => {
      talk = await beginHistory({ policy: 'environments: { production: {} }\n' });
      const a = await talk.release('A');
      const deployment = talk.repo.deployments().at(-1)?.id ?? 0;
      write(talk, RENAMED);
      await talk.release('B', 'live');
      expect(await talk.rollBack('live')).toEqual([]);
      expect(talk.holds()).toBe(a.digest);
      await talk.release('C', 'live');
      await reportOn(deployment, 'failure');
      await talk.rollBack(`live to ${a.digest}`);
      expect(await target(5)).toMatchObject({ because: 'deployment-failed' });
    });
  });

  test('nor an image that reached the environment under other tags than its current ones', async () => {
    talk = await beginHistory({ policy: 'environments:\n  production: {}\n  canary: { tags: [canary] }\n' });
    await talk.release('A', 'canary');
    await talk.release('B', 'canary');
    write(talk, 'environments:\n  production: { tags: [stable] }\n  canary: { tags: [main, latest] }\n');
    await talk.rollBack('canary to P1');
    expect(await talk.state(3)).toBe('awaiting-approval');
    expect(await target(3)).toMatchObject({ kind: 'unproven', because: 'other-tags', promotion: 1 });
    expect(talk.holds()).toBe(talk.old.digest);
  });
});

describe('reports of its deployers', () => {
  test('a target whose deployment failed is skipped, and needs approvals if it is named', async () => {
    talk = await beginHistory();
    const a = await released('A', 'success');
    await released('B', 'failure');
    const c = await released('C', 'failure');
    expect(talk.card(3)).toContain('`/rollback --reason "…"`');
    await talk.rollBack('to P2');
    expect(await talk.state(4)).toBe('awaiting-approval');
    expect(await target(4)).toEqual({
      kind: 'unproven',
      because: 'deployment-failed',
      promotion: 2,
      outcome: 'deployment-failed',
      forced: false,
    });
    expect(talk.holds()).toBe(c.digest);
    expect(await talk.rollBack()).toEqual([]);
    expect(talk.holds()).toBe(a.digest);
    expect(await target(5)).toEqual({ kind: 'held', promotion: 1, outcome: 'deployed', forced: false });
    expect(talk.card(5)).toContain('held by P1, deployed');
  });

  test('one that the deployer never reached is skipped; it can be named', async () => {
    talk = await beginHistory();
    const a = await released('A', 'success');
    const b = await released('B', null);
    await released('C', 'failure');
    await talk.rollBack();
    expect(talk.holds()).toBe(a.digest);
    await talk.rollBack('to P2');
    expect(talk.holds()).toBe(b.digest);
    expect(await target(5)).toMatchObject({ kind: 'held', promotion: 2, outcome: 'promoted' });
  });

  test('without a deployer, reports are not required', async () => {
    talk = await beginHistory();
    await talk.release('A');
    const b = await talk.release('B');
    await talk.release('C');
    await talk.rollBack();
    expect(talk.holds()).toBe(b.digest);
  });

  test('none left: refused, and the choices show each outcome; no card suggests a rollback', async () => {
    talk = await beginHistory({ empty: true });
    const a = await released('A', 'failure');
    const b = await released('B', 'failure');
    expect(talk.card(2)).not.toContain('/rollback');
    expect(await talk.rollBack()).toMatchObject([
      refused('nothing-to-roll-back-to', {
        current: b.digest,
        choices: [
          { promotion: 1, digest: a.digest, origin: { kind: 'unproven', because: 'deployment-failed', promotion: 1 } },
        ],
      }),
    ]);
    expect(talk.holds()).toBe(b.digest);
  });
});

describe('reports on a deployment after the next promotion', () => {
  test('a failure disproves the target, mentions nobody and moves nothing; a success proves it again', async () => {
    const first = await twoDeployed();
    const [held, lines] = [talk.holds(), talk.replies().length];
    await reportOn(first, 'failure');
    expect([await talk.state(1), await talk.state(2)]).toEqual(['deployment-failed', 'deployed']);
    expect(talk.replies()).toHaveLength(lines);
    expect(talk.card(1)).not.toContain('/rollback');
    expect(talk.card(1)).toContain('P2');
    expect((await trailOf(talk.world)).at(-1)).toMatchObject({ kind: 'deployment-failed', promotion: 1 });

    await talk.rollBack('to P1');
    expect(await talk.state(3)).toBe('awaiting-approval');
    expect(await target(3)).toMatchObject({ kind: 'unproven', because: 'deployment-failed', promotion: 1 });
    expect(talk.holds()).toBe(held);
    await talk.say('ada', '/cancel P3');

    await reportOn(first, 'in_progress');
    expect(await talk.state(1)).toBe('deployment-failed');
    await reportOn(first, 'success');
    expect(await talk.state(1)).toBe('deployed');
    await talk.rollBack();
    expect(await target(4)).toMatchObject({ kind: 'held', promotion: 1, outcome: 'deployed' });
    expect(await talk.state(4)).toBe('promoted');
  });

  test('the default target is the one before', async () => {
    const first = await twoDeployed();
    await reportOn(first, 'failure');
    await talk.rollBack();
    expect(await target(3)).toEqual({ kind: 'baseline', promotion: 1 });
    expect(talk.holds()).toBe(talk.old.digest);
  });

  test('if it was the only target, the card of a failed deployment no longer shows a rollback', async () => {
    talk = await beginHistory({ empty: true });
    await released('A', 'success');
    const first = talk.repo.deployments()[0]?.id ?? 0;
    await released('B', 'failure');
    expect(talk.card(2)).toContain('/rollback');
    await reportOn(first, 'failure');
    expect(talk.card(2)).not.toContain('/rollback');
    await reportOn(first, 'success');
    expect(talk.card(2)).toContain('/rollback');
  });

  test('for a digest that was held twice, the latest report counts, whichever promotion it is for', async () => {
    const first = await twoDeployed();
    await talk.rollBack();
    await report('success');
    const back = talk.repo.deployments().at(-1)?.id ?? 0;
    await released('C', 'success');
    await reportOn(first, 'failure');
    await talk.rollBack('to P1');
    expect(await target(5)).toMatchObject({ kind: 'unproven', because: 'deployment-failed' });
    await talk.say('ada', '/cancel P5');
    await reportOn(back, 'success');
    await talk.rollBack('to P1');
    expect(await target(6)).toMatchObject({ kind: 'held', promotion: 1, outcome: 'deployed' });
  });

  test('a failure without a webhook is found by /refresh', async () => {
    const first = await twoDeployed();
    const { github, app } = talk.world;
    github.setAppUrl(null);
    await reportOn(first, 'failure');
    const address = app.server.address();
    github.setAppUrl(typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : null);
    expect(await talk.state(1)).toBe('deployed');
    await talk.say('bob', '/refresh P1');
    expect(await talk.state(1)).toBe('deployment-failed');
  });

  test('a failure by an account that does not count disproves nothing', async () => {
    const first = await twoDeployed();
    await reportOn(first, 'failure', 'ada');
    expect(await talk.state(1)).toBe('deployed');
    expect((await talk.promotion(1)).uncountedReport).toMatchObject({ by: { login: 'ada' } });
    await talk.rollBack('to P1');
    expect(await target(3)).toMatchObject({ kind: 'held', promotion: 1, outcome: 'deployed' });
  });

  test.each<
    readonly [string, (a: Released, b: Released) => { readonly commit: string; readonly payload?: unknown }, string]
  >([
    ['that names the digest', (a, b) => ({ commit: b.commit, payload: { digest: a.digest } }), 'deployment-failed'],
    [
      'that names another digest of the same commit',
      (a) => ({ commit: a.commit, payload: { digest: talk.old.digest } }),
      'promoted',
    ],
    ['of its commit, made when the next one was there', (a) => ({ commit: a.commit }), 'promoted'],
  ])('a failed deployment by others %s', async (_, what, state) => {
    talk = await beginHistory();
    const a = await released('A', null);
    const b = await released('B', null);
    talk.world.clock.turn(1000);
    const { id } = await talk.repo.deploy({ by: 'carol', ...what(a, b) });
    await reportOn(id, 'failure', 'carol');
    expect([await talk.state(1), await talk.state(2)]).toEqual([state, 'promoted']);
  });

  test('a failed deployment of its commit by others, created while it was there', async () => {
    talk = await beginHistory();
    const a = await released('A', null);
    const { id } = await talk.repo.deploy({ by: 'carol', commit: a.commit });
    await released('B', null);
    await reportOn(id, 'failure', 'carol');
    expect([await talk.state(1), await talk.state(2)]).toEqual(['deployment-failed', 'promoted']);
  });
});

test('an image that a rollback left needs approvals, until it is promoted again; a forced one is marked', async () => {
  talk = await beginHistory();
  await talk.release('A');
  const b = talk.build('B');
  await talk.say('mia', `/promote ${b.tag} force --reason "now"`);
  await talk.approve('bob', 2);
  await talk.rollBack();
  await talk.rollBack('to P2');
  expect(await talk.state(4)).toBe('awaiting-approval');
  expect(await target(4)).toEqual({
    kind: 'unproven',
    because: 'left',
    promotion: 2,
    outcome: 'promoted',
    forced: true,
  });
  await talk.say('ada', '/cancel P4');

  await talk.say('mia', `/promote ${b.tag} force --reason "now"`);
  await talk.approve('bob', 5);
  await talk.release('C');
  await talk.rollBack();
  expect(talk.holds()).toBe(b.digest);
  expect(await target(7)).toEqual({ kind: 'held', promotion: 5, outcome: 'promoted', forced: true });
  expect(talk.card(7)).toContain('held by P5, no report, forced');
});

test('an image that a rollback is just leaving is no proven target afterwards: going forward needs approvals', async () => {
  talk = await beginHistory();
  const a = await talk.release('A');
  await talk.release('B');
  const line = { issue: talk.issue, by: 'ada', body: '/rollback --reason "B fails"' };
  await whileWriting(
    talk,
    () => talk.repo.comment(line),
    async () => {
      await talk.say('bob', '/rollback to P2 --reason "it does not"');
      expect(await talk.state(4)).toBe('scheduled');
      expect(await target(4)).toMatchObject({ kind: 'held', promotion: 2 });
    },
    '/latest',
  );
  expect(talk.holds()).toBe(a.digest);
  expect(await talk.state(4)).toBe('awaiting-approval');
  expect(await target(4)).toMatchObject({ kind: 'unproven', because: 'left', promotion: 2 });
  expect((await talk.promotion(4)).notice).toMatchObject({ kind: 'target-changed' });
});

test('the approvals are those of production, or of rollbacks if they are more', async () => {
  talk = await beginHistory({ policy: 'rollback: { approvals: { required: 2 } }\n' });
  await talk.release('A');
  plant('rollback-20200101-000000-release');
  await talk.rollBack('to rollback-20200101-000000-release');
  expect(await talk.approvals(2)).toMatchObject({ required: 2 });
});
