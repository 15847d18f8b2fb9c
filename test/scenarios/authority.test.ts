// Production moves only by the people who must agree: under both policies and the operator's floors, and as their rights are at the end.
import { afterEach, describe, expect, test } from 'vitest';
import { refused } from './answers.ts';
import { begin, type Conversation } from './conversation.ts';
import { beginUnder, POLICY, push, write } from './policy-world.ts';
import { stage } from './world.ts';

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

const required = (count: number): string => `environments: { production: { approvals: { required: ${count} } } }\n`;

describe('the default branch lowers what a promotion needs while it waits', () => {
  test.each([1, 0])('to %i: two people still have to approve', async (fewer) => {
    talk = await beginUnder(required(2));
    await talk.request();
    await talk.approve('bob');
    await push(talk, required(fewer));
    expect(await talk.state()).toBe('awaiting-approval');
    expect(talk.production().main).toBe(talk.old.digest);
    await talk.approve('bob');
    expect(await talk.state()).toBe('awaiting-approval');
    await talk.approve('mia');
    expect(await talk.told()).toBe('promoted');
    await talk.world.end();
  });

  test('without a webhook', async () => {
    talk = await beginUnder(required(2));
    await talk.request();
    write(talk, required(1));
    await talk.approve('bob');
    await talk.approve('bob');
    expect(await talk.state()).toBe('awaiting-approval');
    expect(talk.production().main).toBe(talk.old.digest);
    await talk.world.end();
  });

  test('raised: the current policy has to be satisfied', async () => {
    talk = await beginUnder(required(1));
    await talk.request();
    await push(talk, required(2));
    await talk.approve('bob');
    expect(await talk.state()).toBe('awaiting-approval');
    await talk.approve('mia');
    expect(await talk.state()).toBe('promoted');
    await talk.world.end();
  });

  test('to allow self-approval: somebody else still has to approve', async () => {
    talk = await begin();
    await talk.request();
    await push(talk, 'environments: { production: { approvals: { self_approval: true } } }\n');
    await talk.approve('ada');
    expect(await talk.state()).toBe('awaiting-approval');
    await talk.approve('bob');
    expect(await talk.state()).toBe('promoted');
    await talk.world.end();
  });

  test('before the request: then one is enough', async () => {
    talk = await beginUnder(required(2));
    write(talk, required(1));
    await talk.request();
    await talk.approve('bob');
    expect(await talk.state()).toBe('promoted');
    await talk.world.end();
  });
});

describe('the person who changed the policy file', () => {
  test('is the person who pushed it, and the trail shows that', async () => {
    talk = await beginUnder(required(2));
    await talk.request();
    await push(talk, required(3));
    expect(await changedBy()).toMatchObject({ source: 'push' });
    const rows = (await talk.world.audit()).get(talk.repo.id) ?? [];
    const entries = rows.map(({ entry }): { kind: string; details: Record<string, unknown> } => JSON.parse(entry));
    const changed = entries.find(({ kind }) => kind === 'policy-changed');
    expect(changed?.details['changedBy']).toMatchObject({ source: 'push' });
    await talk.world.end();
  });

  test('is the author of its last commit, without a push event', async () => {
    talk = await beginUnder(required(2));
    await talk.request();
    expect(await changedBy()).toMatchObject({ source: 'git-author' });
    await talk.world.end();
  });
});

describe('an operator’s floor', () => {
  const FLOOR = { env: { MIN_APPROVALS: 'production=1', FORBID_SELF_APPROVAL: 'production' } };

  test('applies if the policy needs no approval', async () => {
    talk = await beginUnder(required(0), FLOOR);
    await talk.request();
    expect(await talk.state()).toBe('awaiting-approval');
    expect((await talk.approve('ada')).answers).toMatchObject([refused('own-request', { promotion: 1 })]);
    await talk.approve('bob');
    expect(talk.production().main).toBe(talk.image.digest);
    await talk.world.end();
  });

  test('forbids self-approval, and the refusal names the variable', async () => {
    talk = await beginUnder('environments: { production: { approvals: { self_approval: true } } }\n', FLOOR);
    await talk.request();
    const said = await talk.approve('ada');
    expect(said.answers).toMatchObject([refused('own-request', { promotion: 1, isFloor: true })]);
    expect(said.replies[0]).toContain('FORBID_SELF_APPROVAL');
    await talk.world.end();
  });

  test.each([
    ['another name', 'environments: { live: { tags: [main, latest], approvals: { required: 0 } } }\n'],
    ['one of its tags', 'environments: { live: { tags: [latest], approvals: { required: 0 } } }\n'],
  ])('follows the tags to an environment of %s', async (_name, policy) => {
    talk = await beginUnder(policy, FLOOR);
    await talk.say('ada', `/promote staging-${talk.short} to live`);
    expect(await talk.state()).toBe('awaiting-approval');
    expect(talk.production()).toEqual({ main: talk.old.digest, latest: talk.old.digest });
    await talk.approve('bob');
    expect(await talk.state()).toBe('promoted');
    await talk.world.end();
  });

  test('follows a tag that the environment moved once', async () => {
    talk = await beginUnder('environments: { release: { tags: [release] } }\n', {
      env: { MIN_APPROVALS: 'release=1' },
    });
    await talk.say('ada', `/promote staging-${talk.short} to release`);
    await talk.approve('bob');
    expect(await talk.state()).toBe('promoted');
    const { world, repo } = talk;
    const commit = repo.commitOn('staging', { message: 'Next' });
    stage(world, { commit });
    write(talk, 'environments: { other: { tags: [release], approvals: { required: 0 } } }\n');
    await talk.say('ada', `/promote staging-${commit.slice(0, 7)} to other`);
    expect(await talk.state(2)).toBe('awaiting-approval');
    await world.end();
  });

  test('does not apply to an environment of other tags', async () => {
    talk = await beginUnder('environments: { canary: { approvals: { required: 0 } } }\n', FLOOR);
    await talk.say('ada', `/promote staging-${talk.short} to canary`);
    expect(await talk.state()).toBe('promoted');
    await talk.world.end();
  });
});

describe('the rights of approvers are read again at the release', () => {
  test.each(['read', 'none'] as const)('a reviewer who has %s access by then no longer counts', async (role) => {
    talk = await beginUnder(required(2));
    const { repo, world } = talk;
    repo.user('kim', 'write');
    await talk.request();
    await talk.approve('bob');
    repo.user('bob', role);
    await talk.approve('mia');
    expect(await talk.told()).toBe('awaiting-approval');
    expect((await talk.promotion()).lostApprovals).toMatchObject([{ by: { login: 'bob' }, code: 'role-too-low' }]);
    expect(talk.production().main).toBe(talk.old.digest);
    await talk.approve('kim');
    expect(await talk.told()).toBe('promoted');
    expect((await applying())['approvedBy']).toMatchObject([{ login: 'mia' }, { login: 'kim' }]);
    await world.end();
  });

  test('a reviewer who got the access back counts again', async () => {
    talk = await beginUnder(required(2));
    const { repo, world } = talk;
    await talk.request();
    await talk.approve('bob');
    repo.user('bob', 'read');
    await talk.approve('mia');
    repo.user('bob', 'write');
    repo.user('kim', 'write');
    await talk.approve('kim');
    expect(await talk.state()).toBe('promoted');
    await world.end();
  });

  test('while GitHub does not answer, nothing moves and nobody is dropped', async () => {
    talk = await beginUnder(required(2));
    const { world } = talk;
    await talk.request();
    await talk.approve('bob');
    world.github.failNext({ path: /\/collaborators\/bob\/permission/, status: 502, times: 3 });
    await talk.approve('mia');
    expect(await talk.state()).toBe('awaiting-approval');
    await world.pass(60_000, 10_000);
    expect(await talk.state()).toBe('promoted');
    await world.end();
  });
});

describe('the account whose token writes the images', () => {
  const TOKEN = 'ghp_0123456789abcdefghij';
  const env = { GHCR_USERNAME: 'Bob', GHCR_TOKEN: TOKEN };

  async function beginWith(scopes: readonly string[]): Promise<void> {
    talk = await begin({ env });
    talk.world.github.personalToken(TOKEN, { login: 'bob', scopes, expiresAt: null });
    await talk.request();
  }

  test.each(['repo', 'public_repo'])('can’t approve if its token can comment (%s)', async (scope) => {
    await beginWith(['write:packages', scope]);
    expect((await talk.approve('bob')).answers).toMatchObject([refused('registry-user', { promotion: 1 })]);
    await talk.click('bob', 'approve');
    expect(await talk.state()).toBe('awaiting-approval');
    expect(talk.production().main).toBe(talk.old.digest);
    await talk.approve('mia');
    expect(await talk.state()).toBe('promoted');
    await talk.world.end();
  });

  test('can’t approve while GitHub does not name the token’s user; others wait too, but a rejection does not', async () => {
    await beginWith(['write:packages', 'repo']);
    await talk.world.restart();
    talk.world.github.failNext({ path: /^\/user$/, status: 502, times: 3 });
    await talk.approve('bob');
    await talk.approve('mia');
    expect(await talk.state()).toBe('awaiting-approval');
    await talk.world.pass(120_000, 10_000);
    expect(await talk.state()).toBe('promoted');
    expect((await talk.promotion()).reviews.map(({ by }) => by.login)).toEqual(['mia']);
    await talk.world.restart();
    talk.world.github.failNext({ path: /^\/user$/, status: 502, times: Infinity });
    const commit = talk.repo.commitOn('staging', { message: 'Next' });
    stage(talk.world, { commit });
    await talk.say('mia', `/promote staging-${commit.slice(0, 7)}`);
    await talk.say('bob', '/reject P2 not now');
    expect(await talk.state(2)).toBe('rejected');
    await talk.world.end();
  });

  test('can approve if its token can only write packages', async () => {
    await beginWith(['write:packages']);
    await talk.approve('bob');
    expect(await talk.state()).toBe('promoted');
    await talk.world.end();
  });
});

describe('the person who brought an old policy file back', () => {
  const DAY_MS = 24 * 3_600_000;

  /** Bob brings a file, and then `next` does something else with it; the App hears of both. */
  async function brought(next: string | null): Promise<void> {
    talk = await beginUnder(required(1));
    await pushBy('bob', required(0));
    talk.world.clock.turn(1000);
    await pushBy('mia', next);
    talk.world.clock.turn(300 * DAY_MS);
  }

  const FILES: readonly (readonly [string, string | null])[] = [
    ['another one', required(1)],
    ['none', null],
    ['one that can’t be read', 'environments: ['],
  ];

  test.each(FILES)(
    'before the push arrives: not the person who brought it before there was %s',
    async (_name, next) => {
      await brought(next);
      talk.repo.commitOn('main', { by: 'ada', files: { [POLICY]: required(0) }, message: 'Back' });
      await promoteNext();
      expect(await talk.state()).toBe('promoted');
      expect(await changedBy()).toMatchObject({ source: 'git-author', by: { login: 'ada' } });
      await talk.world.end();
    },
  );

  test('after the push arrives: the person who pushed', async () => {
    await brought(required(1));
    await pushBy('ada', required(0));
    await promoteNext();
    expect(await changedBy()).toMatchObject({ source: 'push', by: { login: 'ada' } });
    await talk.world.end();
  });

  test('the trail of a waiting promotion names nobody before that is known', async () => {
    await brought(required(1));
    await promoteNext();
    talk.repo.commitOn('main', { by: 'ada', files: { [POLICY]: required(0) }, message: 'Back' });
    await talk.say('mia', '/approve');
    const rows = (await talk.world.audit()).get(talk.repo.id) ?? [];
    const entries = rows.map(({ entry }): { kind: string; details: Record<string, unknown> } => JSON.parse(entry));
    const changed = entries.find(({ kind }) => kind === 'policy-changed');
    expect(changed).toBeDefined();
    expect(changed?.details['changedBy'] ?? null).toBeNull();
    await talk.world.end();
  });
});

describe('a comment that an App wrote with somebody’s token', () => {
  const via = { id: 4242, slug: 'deployer' };
  const LISTED = 'environments: { production: { approvals: { apps: [deployer] } } }\n';

  async function sayThrough(by: string, body: string, app = via): Promise<void> {
    await talk.repo.comment({ issue: talk.issue, by, body, via: app });
    await talk.world.drain();
  }

  test.each(['/approve', '/rollback --reason "x"', 'force'])('does not %s', async (what) => {
    talk = await begin();
    const line = what === 'force' ? `/promote staging-${talk.short} force --reason "x"` : what;
    if (what !== 'force') await talk.request();
    await sayThrough('mia', line);
    expect(await talk.answers()).toMatchObject([refused('acted-through-app', { app: 'deployer' })]);
    expect(talk.production().main).toBe(talk.old.digest);
    await talk.world.end();
  });

  test('can reject and request', async () => {
    talk = await begin();
    await sayThrough('ada', `/promote staging-${talk.short}`);
    expect(await talk.state()).toBe('awaiting-approval');
    await sayThrough('bob', '/reject no');
    expect(await talk.state()).toBe('rejected');
    await talk.world.end();
  });

  test('can approve if the policy lists the App; another App that takes the name later can’t', async () => {
    talk = await beginUnder(LISTED);
    await talk.request();
    await sayThrough('bob', '/approve');
    expect(await talk.state()).toBe('promoted');
    expect((await talk.promotion()).reviews).toMatchObject([{ app: via }]);
    const { world, repo } = talk;
    const commit = repo.commitOn('staging', { message: 'Next' });
    stage(world, { commit });
    await talk.say('ada', `/promote staging-${commit.slice(0, 7)}`);
    await sayThrough('bob', '/approve P2', { id: 4343, slug: 'deployer' });
    expect(await talk.state(2)).toBe('awaiting-approval');
    await world.end();
  });
});

async function pushBy(by: string, policy: string | null): Promise<void> {
  await talk.repo.push('main', { files: { [POLICY]: policy }, by });
  await talk.world.drain();
}

async function promoteNext(): Promise<void> {
  const commit = talk.repo.commitOn('staging', { message: 'Next' });
  stage(talk.world, { commit });
  await talk.say('ada', `/promote staging-${commit.slice(0, 7)}`);
}

async function changedBy(): Promise<unknown> {
  const { policyChange } = await talk.world.view(await talk.promotion());
  return policyChange;
}

async function applying(): Promise<Readonly<Record<string, unknown>>> {
  const rows = (await talk.world.audit()).get(talk.repo.id) ?? [];
  const entries = rows.map(({ entry }): { kind: string; details: Record<string, unknown> } => JSON.parse(entry));
  return entries.find(({ kind }) => kind === 'applying')?.details ?? {};
}
