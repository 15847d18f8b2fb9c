// GitHub answers 404 or 403 for somebody's rights: who had rights lately is asked about again, and strangers are not.
import { afterEach, describe, expect, test } from 'vitest';
import { refused } from './answers.ts';
import { begin, type Conversation } from './conversation.ts';
import { beginUnder } from './policy-world.ts';

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

function permissionOf(login: string): RegExp {
  return new RegExp(`/collaborators/${login}/permission$`);
}

function requestsAbout(login: string, since: number): number {
  return talk.world.github.requests.slice(since).filter(({ path }) => permissionOf(login).test(path)).length;
}

/** What `bob` is answered, and how often GitHub is asked about him, where it fails so often. */
async function approveFailing(fault: { readonly status: number; readonly times: number }): Promise<number> {
  const since = talk.world.github.requests.length;
  talk.world.github.failNext({ path: permissionOf('bob'), ...fault });
  await talk.say('bob', '/approve');
  return requestsAbout('bob', since);
}

describe('somebody whose rights were confirmed within 30 days', () => {
  test.each([404, 403])('keeps the right if GitHub answers %i once', async (status) => {
    talk = await begin();
    await talk.request();
    await talk.say('bob', '/status');
    expect(await approveFailing({ status, times: 1 })).toBe(2);
    expect(await talk.state()).toBe('promoted');
    await talk.world.end();
  });

  test('is refused after the third 404, and has no known rights from then on', async () => {
    talk = await begin();
    await talk.request();
    await talk.say('bob', '/status');
    expect(await approveFailing({ status: 404, times: 3 })).toBe(3);
    expect((await talk.answers()).at(-1)).toMatchObject(refused('not-permitted', { role: 'none' }));
    expect(await approveFailing({ status: 404, times: 3 })).toBe(1);
    expect(await talk.state()).toBe('awaiting-approval');
    await talk.world.end();
  });

  test('is asked about once if GitHub answers that the rights are gone', async () => {
    talk = await begin();
    await talk.request();
    await talk.say('bob', '/status');
    talk.repo.user('bob', 'read');
    const since = talk.world.github.requests.length;
    await talk.say('bob', '/approve');
    expect(requestsAbout('bob', since)).toBe(1);
    expect(await talk.state()).toBe('awaiting-approval');
    await talk.world.end();
  });

  test('even if it was by a click', async () => {
    talk = await begin();
    await talk.request();
    await talk.click('bob', 'approve');
    expect(await talk.state()).toBe('promoted');
    expect(await approveFailing({ status: 404, times: 1 })).toBe(2);
    await talk.world.end();
  });
});

test('a person without known rights is asked about once', async () => {
  talk = await begin();
  await talk.request();
  expect(await approveFailing({ status: 404, times: 3 })).toBe(1);
  expect((await talk.answers()).at(-1)).toMatchObject(refused('not-permitted', { role: 'none' }));
  await talk.world.end();
});

test.each([
  [1, 'promoted'],
  [3, 'awaiting-approval'],
])('after %i answers of 404 about an earlier approver, the last approval leads to %s', async (times, state) => {
  talk = await beginUnder('environments: { production: { approvals: { required: 2 } } }\n');
  await talk.request();
  await talk.approve('bob');
  talk.world.github.failNext({ path: permissionOf('bob'), status: 404, times });
  await talk.approve('mia');
  expect(await talk.state()).toBe(state);
  await talk.world.end();
});
