// A listed reader reviews as a collaborator, however many there are, and also where GitHub refuses once to tell.
import { afterEach, expect, test } from 'vitest';
import { refused } from './answers.ts';
import type { Conversation } from './conversation.ts';
import { beginUnder } from './policy-world.ts';

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

test('beyond the first thousand collaborators', async () => {
  talk = await beginUnder('environments: { production: { approvals: { users: [zoe] } } }\n');
  for (let i = 0; i < 1001; i += 1) talk.repo.user(`p${i}`, 'read');
  talk.repo.user('zoe', 'read');
  await talk.request();
  await talk.approve('zoe');
  expect(await talk.state()).toBe('promoted');
  await talk.world.end();
});

test('after a transient 403', async () => {
  talk = await beginUnder('environments: { production: { approvals: { users: [ron] } } }\n');
  await talk.request();
  talk.world.github.failNext({ path: /\/collaborators\/ron$/, status: 403, times: 1 });
  expect((await talk.approve('ron')).answers).toEqual([]);
  await talk.world.pass(60_000, 10_000);
  expect(await talk.state()).toBe('promoted');
  await talk.world.end();
});

test('not if GitHub answers that the reader is not a collaborator', async () => {
  talk = await beginUnder('environments: { production: { approvals: { users: [ron] } } }\n');
  await talk.request();
  talk.world.github.failNext({ path: /\/collaborators\/ron$/, status: 404, times: 1 });
  expect((await talk.approve('ron')).answers).toMatchObject([refused('outside-reviewer')]);
  expect(talk.production().main).toBe(talk.old.digest);
  await talk.world.end();
});
