// `/refresh`: somebody has a promotion compared with GitHub and the registry now, and hears what differed.
import { afterEach, expect, test } from 'vitest';
import { refused } from './answers.ts';
import { begin, type Conversation } from './conversation.ts';
import { IMAGE, stage } from './world.ts';

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

async function spoil(): Promise<void> {
  const { world, repo, issue } = talk;
  const card = repo.comments(issue).find(({ body }) => body.startsWith('<!-- imprimatur P1 -->'));
  await repo.deleteComment({ comment: card?.id ?? 0, by: 'mia' });
  await world.drain();
}

test('reports that nothing differed', async () => {
  talk = await begin();
  await talk.request();
  const said = await talk.say('bob', '/refresh');
  expect(said.reactions).toEqual(['eyes', 'rocket']);
  expect(said.answers).toMatchObject([{ kind: 'refreshed', promotion: 1, differences: [] }]);
  await talk.world.end();
});

test('reconciles the differences, and names them', async () => {
  talk = await begin();
  const { world } = talk;
  await talk.request();
  const card = talk.card();
  await spoil();
  const moved = stage(world, { commit: talk.repo.commitOn('staging', { message: 'Other' }) });
  world.registry.setTag(IMAGE, 'main', moved.digest);
  const said = await talk.say('bob', '/refresh P1');
  expect(said.reactions).toEqual(['eyes', 'rocket']);
  expect(said.answers).toMatchObject([{ kind: 'refreshed', promotion: 1, differences: ['card', 'production'] }]);
  expect(talk.card()).not.toBe(card);
  expect((await talk.say('bob', '/refresh P1')).answers).toMatchObject([
    { kind: 'refreshed', promotion: 1, differences: [] },
  ]);
  await world.end();
});

test('without an id it is the newest open promotion of the thread, else its newest', async () => {
  talk = await begin();
  const { world, repo } = talk;
  await talk.request();
  const commit = repo.commitOn('staging', { message: 'Newer' });
  stage(world, { commit });
  await talk.say('ada', `/promote ${commit.slice(0, 7)}`);
  await talk.say('ada', '/cancel P2');
  expect((await talk.say('bob', '/refresh')).answers).toMatchObject([{ kind: 'refreshed', promotion: 1 }]);
  await talk.say('ada', '/cancel P1');
  expect((await talk.say('bob', '/refresh')).answers).toMatchObject([{ kind: 'refreshed', promotion: 2 }]);
  await world.end();
});

test('in other threads it needs an id', async () => {
  talk = await begin();
  await talk.request();
  const elsewhere = talk.openIssue();
  expect((await talk.say('bob', '/refresh', elsewhere)).reactions).toEqual([]);
  expect((await talk.say('bob', '/imprimatur refresh', elsewhere)).answers).toMatchObject([
    refused('nothing-waits-here', { verb: 'refresh' }),
  ]);
  expect((await talk.say('bob', '/refresh P1', elsewhere)).answers).toMatchObject([
    { kind: 'refreshed', promotion: 1 },
  ]);
  expect((await talk.say('bob', '/refresh P7', elsewhere)).reactions).toEqual(['eyes', '-1']);
  await talk.world.end();
});

test('needs write access', async () => {
  talk = await begin();
  await talk.request();
  await spoil();
  const said = await talk.say('ron', '/refresh P1');
  expect(said.reactions).toEqual(['-1']);
  expect(() => talk.card()).toThrow('0 cards');
  await talk.world.end();
});

test('while tags are moving, their journal does not change', async () => {
  talk = await begin();
  const { world, repo, issue } = talk;
  await talk.request();
  const remove = world.registry.onRequest(async ({ method }) => {
    if (method !== 'PUT') return;
    remove();
    await repo.comment({ issue, by: 'bob', body: '/refresh P1' });
  });
  await talk.click('bob', 'approve');
  expect(await talk.state()).toBe('promoted');
  await world.end();
});
