// A thread that is locked, a repository that was archived missed: what can't be told there is missed by nobody.
import { afterEach, expect, test } from 'vitest';
import { begin, type Conversation } from './conversation.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

test('a locked thread takes no reply and no card; the promotion continues, and its check run shows it', async () => {
  talk = await begin();
  const { world, repo, issue, commit } = talk;
  repo.lock(issue);
  expect((await talk.request()).replies).toEqual([]);
  expect((await talk.say('ada', '/help')).replies).toEqual([]);
  expect(await talk.state()).toBe('awaiting-approval');
  await talk.click('bob', 'approve');
  expect(await talk.state()).toBe('promoted');
  expect(repo.checkRuns(commit).at(-1)).toMatchObject({ conclusion: 'success' });
  expect(world.log.filter((line) => line.includes('skipped: the thread is locked or deleted'))).not.toEqual([]);
  await world.end();
});

test('a repository that was archived without a webhook: promotions end without a comment, and no job is dead', async () => {
  talk = await begin();
  const { world, repo } = talk;
  await talk.request();
  world.github.setAppUrl(null);
  await repo.settings.archive();
  await world.pass(15 * DAY_MS);
  expect(await talk.state()).toBe('expired');
  await world.end({ outdated: ['P1 card', 'P1 check-run'] });
});
