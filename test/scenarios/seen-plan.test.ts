// An approval counts for the plan that was shown: not for another image, and not for a plan that was made anew since.
import { afterEach, describe, expect, test } from 'vitest';
import { refused } from './answers.ts';
import { begin, type Conversation } from './conversation.ts';
import { strange } from './release.ts';
import { IMAGE, stage } from './world.ts';

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

/** ada withdraws what bob looked at, and asks for another image, in one comment. */
async function swap(): Promise<string> {
  const { world, repo } = talk;
  const commit = repo.commitOn('staging', { message: 'Something else' });
  const other = stage(world, { commit });
  await talk.say('ada', `/cancel P1\n/promote staging-${commit.slice(0, 7)}`);
  expect(await talk.state(2)).toBe('awaiting-approval');
  return other.digest;
}

/** Production is moved past the App, and the promotion is planned anew. */
async function replan(): Promise<void> {
  const { world, repo, commit } = talk;
  world.registry.setTag(IMAGE, 'main', strange(world).digest);
  await repo.rerun({ checkRun: repo.checkRuns(commit).at(-1)?.id ?? 0, by: 'mia' });
  await world.drain();
}

describe('a bare /approve', () => {
  test('counts in a thread with one promotion', async () => {
    talk = await begin();
    await talk.request();
    await talk.say('bob', '/approve');
    expect(await talk.state()).toBe('promoted');
    await talk.world.end();
  });

  test('does not count for an image that replaced the one that was shown', async () => {
    talk = await begin();
    await talk.request();
    const other = await swap();
    const said = await talk.say('bob', '/approve');
    const plan = await talk.plan(2);
    expect(said.answers).toMatchObject([refused('plan-unclear', { promotion: 2, plan })]);
    expect(talk.production().main).toBe(talk.old.digest);
    // The line that the answer prints.
    expect(said.replies[0]).toContain(`\`/approve P2 ${plan}\``);
    await talk.say('bob', `/approve P2 ${plan}`);
    expect(talk.production().main).toBe(other);
    await talk.world.end();
  });

  test('counts if the other promotion of the thread failed its checks: that one needed no approval yet', async () => {
    talk = await begin({ image: { cmd: [], entrypoint: [] } });
    const { world, repo } = talk;
    await talk.request();
    expect(await talk.state()).toBe('checks-failed');
    const commit = repo.commitOn('staging', { message: 'Fixed' });
    stage(world, { commit });
    await talk.say('ada', `/promote staging-${commit.slice(0, 7)}`);
    await talk.say('bob', '/approve');
    expect(await talk.state(2)).toBe('promoted');
    await world.end();
  });

  test('does not count once the promotion was re-planned', async () => {
    talk = await begin();
    await talk.request();
    await replan();
    const said = await talk.say('bob', '/approve');
    expect(said.answers).toMatchObject([refused('plan-changed', { promotion: 1, plan: await talk.plan() })]);
    expect(await talk.state()).toBe('awaiting-approval');
    await talk.approve('bob');
    expect(await talk.state()).toBe('promoted');
    await talk.world.end();
  });
});

describe('/approve P1', () => {
  test('counts for the first plan that was shown, even after another promotion of the thread', async () => {
    talk = await begin();
    await talk.request();
    await swap();
    await talk.say('bob', '/approve P2');
    expect(await talk.state(2)).toBe('promoted');
    await talk.world.end();
  });

  test.each(['/approve P1', '/approve P1 <the old plan>'])(
    '%s does not count once the promotion was re-planned',
    async (line) => {
      talk = await begin();
      await talk.request();
      const before = await talk.plan();
      await replan();
      const said = await talk.say('bob', line.replace('<the old plan>', before));
      expect(said.answers).toMatchObject([refused('plan-changed', { promotion: 1, plan: await talk.plan() })]);
      expect(await talk.state()).toBe('awaiting-approval');
      await talk.world.end();
    },
  );

  test('a plan that returned to an earlier one must still be named', async () => {
    talk = await begin();
    const { world, repo, commit } = talk;
    await talk.request();
    const before = await talk.plan();
    await replan();
    world.registry.setTag(IMAGE, 'main', talk.old.digest);
    await repo.rerun({ checkRun: repo.checkRuns(commit).at(-1)?.id ?? 0, by: 'mia' });
    await world.drain();
    expect(await talk.plan()).toBe(before);
    await talk.say('bob', '/approve P1');
    expect(await talk.state()).toBe('awaiting-approval');
    await talk.say('bob', `/approve P1 ${before}`);
    expect(await talk.state()).toBe('promoted');
    await world.end();
  });
});

describe('a button', () => {
  test('of a page from before the re-plan does not count, and the answer has the current line', async () => {
    talk = await begin();
    await talk.request();
    const before = await talk.plan();
    await replan();
    const plan = await talk.plan();
    const [answer] = await talk.click('bob', `approve:${before}`, { stalePage: true });
    expect(answer).toMatchObject(refused('plan-changed', { promotion: 1, plan }));
    expect(await talk.state()).toBe('awaiting-approval');
    expect(talk.production().latest).toBe(talk.old.digest);
    await talk.click('bob', 'approve');
    expect(await talk.state()).toBe('promoted');
    await talk.world.end();
  });

  test.each(['approve', 'approve:', 'approve:xyz', 'approve:ab12cd34ef56:1'])(
    'without a plan (%s) does not count',
    async (action) => {
      talk = await begin();
      await talk.request();
      const { repo, world } = talk;
      await repo.click({ checkRun: repo.checkRuns(talk.commit).at(-1)?.id ?? 0, action, by: 'bob', stalePage: true });
      await world.drain();
      expect(await talk.answers()).toMatchObject([refused('plan-unclear', { promotion: 1 })]);
      expect(await talk.state()).toBe('awaiting-approval');
      await world.end();
    },
  );

  test('that rejects counts whatever plan it was shown for', async () => {
    talk = await begin();
    await talk.request();
    const before = await talk.plan();
    await replan();
    await talk.click('bob', `reject:${before}`, { stalePage: true });
    expect(await talk.state()).toBe('rejected');
    await talk.world.end();
  });
});

test('/reject counts in a thread of several promotions, and after a re-plan', async () => {
  talk = await begin();
  await talk.request();
  await swap();
  await talk.say('bob', '/reject not this one');
  expect(await talk.state(2)).toBe('rejected');
  await talk.world.end();
});
