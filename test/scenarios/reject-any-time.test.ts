// A rejection ends what people were asked about as long as nothing is written: also while it is examined again or queued.
import { afterEach, expect, test } from 'vitest';
import { refused } from './answers.ts';
import { converse, type Conversation } from './conversation.ts';
import { approveWhile, beginUnder } from './policy-world.ts';
import { stage } from './world.ts';

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

test.each([
  ['P1 no', 'bob', 'rejected'],
  ['no', 'bob', 'rejected'],
  ['P1 no', 'ron', 'awaiting-approval'],
])('/reject %s by %s while it is examined again leads to %s', async (words, by, state) => {
  talk = await beginUnder('environments: { production: { approvals: { required: 2 } } }\n');
  const { world, repo } = talk;
  await talk.request();
  await talk.approve('mia');
  const reached = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const remove = world.registry.onRequest(async () => {
    remove();
    reached.resolve();
    await held.promise;
  });
  await repo.rerun({ checkRun: repo.checkRuns(talk.commit).at(-1)?.id ?? 0, by: 'ada' });
  const drained = world.drain();
  await reached.promise;
  await repo.comment({ issue: talk.issue, by, body: `/reject ${words}` });
  await world.drain();
  held.resolve();
  await drained;
  await world.drain();
  expect(await talk.told()).toBe(state);
  await world.end();
});

test('/reject while it is queued ends it, and /approve is still refused then', async () => {
  talk = await beginUnder('{}');
  const { world, repo, old } = talk;
  const commit = repo.commitOn('staging', { message: 'Newer' });
  await talk.request();
  const second = converse(world, { repo, old, commit, image: stage(world, { commit }) });
  await second.say('ada', `/promote staging-${commit.slice(0, 7)}`);
  await approveWhile(talk, async () => {
    await second.say('bob', '/approve P2');
    expect(await talk.state(2)).toBe('scheduled');
    expect((await second.say('mia', '/approve P2')).answers).toMatchObject([refused('not-awaiting-approval')]);
    await second.say('mia', '/reject P2 not today');
    expect(await talk.state(2)).toBe('rejected');
  });
  await world.pass(60_000);
  expect(await talk.state(1)).toBe('promoted');
  expect(await talk.state(2)).toBe('rejected');
  expect(talk.production().main).toBe(talk.image.digest);
  await world.end();
});
