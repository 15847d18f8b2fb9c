// The operator's floors hold whatever the repository is called, and whichever environment deploys to one that has a floor.
import { afterEach, describe, expect, test } from 'vitest';
import { refused } from './answers.ts';
import type { Conversation } from './conversation.ts';
import { beginHistory } from './history.ts';
import { beginUnder, push } from './policy-world.ts';

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

describe('a floor of owner/repo, after the repository is renamed', () => {
  test('stays in force: MIN_APPROVALS', async () => {
    const h = await beginHistory({ env: { MIN_APPROVALS: 'acme/dotca:production=1' } });
    talk = h;
    const before = await h.release('A');
    await talk.repo.settings.rename('dot-ca');
    await talk.world.drain();
    await push(talk, `${formerImage()}environments: { production: { approvals: { required: 0 } } }\n`);
    const next = h.build('B');
    await talk.say('ada', `/promote ${next.tag}`);
    expect(await talk.state(2)).toBe('awaiting-approval');
    expect(h.holds()).toBe(before.digest);
    await talk.approve('bob', 2);
    expect(h.holds()).toBe(next.digest);
    await talk.world.end();
  });

  test('stays in force: FORBID_SELF_APPROVAL', async () => {
    const h = await beginHistory({ env: { FORBID_SELF_APPROVAL: 'acme/dotca:production' } });
    talk = h;
    await h.release('A');
    await talk.repo.settings.rename('dot-ca');
    await talk.world.drain();
    await push(talk, `${formerImage()}environments: { production: { approvals: { self_approval: true } } }\n`);
    await talk.say('ada', `/promote ${h.build('B').tag}`);
    const answer = refused('own-request', { promotion: 2, isFloor: true });
    expect((await talk.approve('ada', 2)).answers).toMatchObject([answer]);
    await talk.world.end();
  });

  test('of another repository does not apply', async () => {
    talk = await beginUnder('environments: { production: { approvals: { required: 0 } } }\n', {
      env: { MIN_APPROVALS: 'acme/dotca@1:production=1,acme/other:production=1' },
    });
    await talk.request();
    expect(await talk.state()).toBe('promoted');
    await talk.world.end();
  });
});

describe('a floor follows the environment of GitHub', () => {
  const FLOOR = { env: { MIN_APPROVALS: 'production=1', FORBID_SELF_APPROVAL: 'production' } };

  test.each([
    ['canary', 'production'],
    ['canary', 'Production'],
    ['Production', 'Production'],
  ])('to %s, which deploys to %s', async (name, environment) => {
    talk = await beginUnder(nobody(name, environment), FLOOR);
    await talk.say('ada', `/promote staging-${talk.short} to ${name}`);
    expect(await talk.state()).toBe('awaiting-approval');
    await talk.approve('ada');
    expect(deployedTo()).toEqual([]);
    await talk.approve('bob');
    expect(deployedTo()).toEqual([environment]);
    await talk.world.end();
  });

  test('which is edited while a promotion waits: the plan for canary is not deployed to production', async () => {
    talk = await beginUnder('environments: { production: {}, canary: {} }\n', FLOOR);
    await talk.say('ada', `/promote staging-${talk.short} to canary`);
    const plan = await talk.plan();
    await push(talk, 'environments: { production: {}, canary: { deployment: { environment: production } } }\n');
    await talk.say('bob', `/approve P1 ${plan}`);
    expect(await talk.state()).toBe('awaiting-approval');
    expect(deployedTo()).toEqual([]);
    await talk.say('bob', `/approve P1 ${await talk.plan()}`);
    expect(deployedTo()).toEqual(['production']);
    await talk.world.end();
  });

  test('which is edited before a rollback: what canary held was never in production', async () => {
    const h = await beginHistory({ ...FLOOR, policy: nobody('canary', 'canary') });
    talk = h;
    await h.say('ada', `/promote staging-${talk.short} to canary`);
    talk.world.clock.turn(60_000);
    await h.say('ada', `/promote ${h.build('Next').tag} to canary`);
    await push(talk, nobody('canary', 'production'));
    expect(await h.rollBack('canary')).toMatchObject([
      refused('nothing-to-roll-back-to', { choices: [{ promotion: 1, origin: { because: 'other-deployment' } }] }),
    ]);
    await h.rollBack('canary to P1');
    expect(await talk.state(3)).toBe('awaiting-approval');
    expect(deployedTo()).toEqual(['canary', 'canary']);
    await talk.approve('bob', 3);
    expect(deployedTo()).toEqual(['canary', 'canary', 'production']);
    await talk.world.end();
  });

  test('and a rollback to what was deployed there needs no approval', async () => {
    const h = await beginHistory({
      ...FLOOR,
      policy: 'environments: { live: { tags: [main, latest], deployment: { environment: production } } }\n',
    });
    talk = h;
    const first = await h.release('A', 'live');
    await h.release('B', 'live');
    await h.rollBack('live');
    expect(h.holds()).toBe(first.digest);
    expect(deployedTo()).toEqual(['production', 'production', 'production']);
    await talk.world.end();
  });

  test('and a rollback to what it held before its first promotion needs no approval', async () => {
    const h = await beginHistory({
      ...FLOOR,
      policy: 'environments: { live: { tags: [main, latest], deployment: { environment: production } } }\n',
    });
    talk = h;
    await h.release('A', 'live');
    await h.rollBack('live');
    expect(h.holds()).toBe(talk.old.digest);
    await talk.world.end();
  });
});

/** Promotes without approvals, as far as the policy goes. */
function nobody(name: string, environment: string): string {
  return `environments: { production: {}, ${name}: { approvals: { required: 0 }, deployment: { environment: ${environment} } } }\n`;
}

/** The environments of GitHub that deployments were made to. */
function deployedTo(): readonly string[] {
  return talk.repo.deployments().map(({ environment }) => environment);
}

/** Whatever the repository is called today. */
function formerImage(): string {
  return `images: ["${talk.world.registry.host}/acme/dotca"]\n`;
}
