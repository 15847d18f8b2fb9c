// An approval that stopped to count can be given again, and a changed login or a passing error of GitHub takes none away.
import { afterEach, describe, expect, test } from 'vitest';
import { refused } from './answers.ts';
import { converse, type Conversation } from './conversation.ts';
import { approveWhile, beginUnder, write } from './policy-world.ts';
import { stage } from './world.ts';

const TWO = 'environments: { production: { approvals: { required: 2 } } }\n';
const MINUTE_MS = 60_000;

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

function permissionOf(login: string): RegExp {
  return new RegExp(`/collaborators/${login}/permission$`);
}

describe('an approval that no longer counts', () => {
  test('can be given again once the rights are back', async () => {
    talk = await beginUnder(TWO);
    await talk.request();
    await talk.approve('bob');
    talk.repo.user('bob', 'read');
    await talk.approve('mia');
    expect((await talk.promotion()).lostApprovals).toMatchObject([{ by: { login: 'bob' } }]);
    talk.repo.user('bob', 'write');
    expect((await talk.approve('bob')).answers).toEqual([]);
    expect(await talk.told()).toBe('promoted');
    await talk.world.end();
  });

  test('can’t be given again without rights', async () => {
    talk = await beginUnder(TWO);
    await talk.request();
    await talk.approve('bob');
    talk.repo.user('bob', 'read');
    await talk.approve('mia');
    expect((await talk.approve('bob')).answers).toMatchObject([refused('not-permitted', { role: 'read' })]);
    expect(await talk.told()).toBe('awaiting-approval');
    await talk.world.end();
  });

  test('can’t be given twice while it counts', async () => {
    talk = await beginUnder(TWO);
    await talk.request();
    await talk.approve('bob');
    expect((await talk.approve('bob')).answers).toMatchObject([refused('already-approved')]);
    expect(await talk.told()).toBe('awaiting-approval');
    await talk.world.end();
  });
});

describe('a reviewer who changes her login', () => {
  test('still counts', async () => {
    talk = await beginUnder(TWO);
    await talk.request();
    await talk.approve('bob');
    talk.world.github.changeLogin('bob', 'robert');
    await talk.approve('mia');
    expect(await talk.told()).toBe('promoted');
    await talk.world.end();
  });

  test('still counts if another account took the old login, and that account does not count', async () => {
    talk = await beginUnder(TWO);
    await talk.request();
    await talk.approve('bob');
    talk.world.github.changeLogin('bob', 'robert');
    talk.repo.user('bob', 'admin');
    talk.repo.user('robert', 'read');
    await talk.approve('mia');
    expect((await talk.promotion()).lostApprovals).toMatchObject([{ by: { login: 'bob' }, code: 'role-too-low' }]);
    talk.repo.user('robert', 'write');
    await talk.approve('robert');
    expect(await talk.told()).toBe('promoted');
    await talk.world.end();
  });

  test('no longer counts once she is not a collaborator', async () => {
    talk = await beginUnder(TWO);
    await talk.request();
    await talk.approve('bob');
    talk.world.github.changeLogin('bob', 'robert');
    talk.repo.user('robert', 'none');
    await talk.approve('mia');
    expect(await talk.told()).toBe('awaiting-approval');
    await talk.world.end();
  });
});

describe('GitHub fails once to return the rights of an approver', () => {
  test.each([
    [403, 1],
    [403, 7],
    [422, 1],
    [404, 1],
  ])('%i, %i times, when the last approval is given: nobody is dropped', async (status, times) => {
    talk = await beginUnder(TWO);
    await talk.request();
    await talk.approve('bob');
    talk.world.github.failNext({ path: permissionOf('bob'), status, times });
    await talk.approve('mia');
    await talk.world.pass(2 * MINUTE_MS, MINUTE_MS / 2);
    expect(await talk.state()).toBe('promoted');
    await talk.world.end();
  });

  test.each([403, 422, 404])('%i when a queued promotion starts: it continues', async (status) => {
    talk = await beginUnder('{}');
    const { world, repo, old } = talk;
    const commit = repo.commitOn('staging', { message: 'Newer' });
    await talk.request();
    const second = converse(world, { repo, old, commit, image: stage(world, { commit }) });
    await second.say('ada', `/promote staging-${commit.slice(0, 7)}`);
    await approveWhile(talk, async () => {
      await second.say('bob', '/approve P2');
      expect(await talk.state(2)).toBe('scheduled');
      write(talk, 'environment: {}\n');
    });
    expect(await talk.state(2)).toBe('scheduled');
    write(talk, '{}');
    world.github.failNext({ path: permissionOf('bob'), status, times: 1 });
    await world.pass(60 * MINUTE_MS, 5 * MINUTE_MS);
    // Production moved under it: bob is asked again.
    expect(await talk.state(2)).toBe('awaiting-approval');
    await world.end();
  });

  test.each([403, 422, 404])('%i when it is examined again: the approval still counts', async (status) => {
    talk = await beginUnder(TWO);
    const { world, repo } = talk;
    await talk.request();
    await talk.approve('bob');
    world.github.failNext({ path: permissionOf('bob'), status, times: 1 });
    await repo.rerun({ checkRun: repo.checkRuns(talk.commit).at(-1)?.id ?? 0, by: 'ada' });
    await world.drain();
    await world.pass(5 * MINUTE_MS, MINUTE_MS);
    expect(await talk.state()).toBe('awaiting-approval');
    await talk.approve('mia');
    expect(await talk.state()).toBe('promoted');
    await world.end();
  });
});
