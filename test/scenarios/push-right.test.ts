// The right to write to the registry is proved before anybody is asked to approve.
import { afterEach, expect, test } from 'vitest';
import { refused } from './answers.ts';
import { begin, type Conversation } from './conversation.ts';
import { IMAGE, stage } from './world.ts';

const HOUR_MS = 60 * 60 * 1000;
const PROBE = /^POST .*\/blobs\/uploads\/$/;

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

/** A machine user who has these rights on the image, and no other credential. */
async function beginAs(rights: 'pull' | 'pull,push'): Promise<Conversation> {
  const credentials = { username: 'imprimatur', password: 'for-this-test-only' };
  const begun = await begin({ credentials });
  begun.world.registry.quirks.auth = 'token';
  grant(begun, rights);
  return begun;
}

function grant({ world }: Conversation, rights: 'pull' | 'pull,push'): void {
  world.registry.quirks.tokenRules.users = {
    imprimatur: { password: 'for-this-test-only', rights: { [IMAGE]: rights } },
  };
}

function probes(): number {
  return talk.world.registry.requests.filter(({ method, path }) => PROBE.test(`${method} ${path}`)).length;
}

/** Another commit with its image, asked for and withdrawn again. */
async function askForAnother(message: string): Promise<void> {
  const commit = talk.repo.commitOn('staging', { message });
  stage(talk.world, { commit });
  await talk.say('ada', `/promote ${commit.slice(0, 7)}`);
  await talk.say('ada', '/cancel');
}

test('an account that may only pull: nobody is asked, the card shows the missing right, and the requester is notified', async () => {
  talk = await beginAs('pull');
  const { replies } = await talk.request();
  expect(await talk.state()).toBe('failed');
  expect(await talk.told()).toBe('failed');
  expect((await talk.promotion()).state).toMatchObject({
    failure: {
      production: 'untouched',
      problem: { code: 'outside-error', error: { detail: expect.stringMatching(/acme\/dotca.*HTTP 40[13]/) } },
    },
  });
  expect(replies).toEqual([expect.stringContaining('@ada')]);
  const [run] = talk.repo.checkRuns(talk.commit);
  expect(run).toMatchObject({ conclusion: 'failure', actions: [] });
  expect((await talk.say('bob', '/approve P1')).answers).toMatchObject([
    refused('not-awaiting-approval', { promotion: 1, state: 'failed' }),
  ]);
  await talk.world.end();
});

test('once the right is granted, a new request for the same image succeeds: a refusal is not cached', async () => {
  talk = await beginAs('pull');
  await talk.request();
  grant(talk, 'pull,push');
  // The token that was handed out lasts for five minutes.
  await talk.world.pass(HOUR_MS);
  await talk.request();
  await talk.say('bob', '/approve P2');
  expect(await talk.state(2)).toBe('promoted');
  await talk.world.end();
});

test('it is proved once an hour per image, and leaves nothing behind', async () => {
  talk = await begin();
  const before = Object.keys(talk.world.registry.tags(IMAGE));
  await talk.request();
  await talk.say('ada', '/cancel');
  await askForAnother('Second');
  expect(probes()).toBe(1);
  await talk.world.pass(HOUR_MS - 1);
  await askForAnother('Third');
  expect(probes()).toBe(1);
  await talk.world.pass(1);
  await askForAnother('Fourth');
  expect(probes()).toBe(2);
  const added = Object.keys(talk.world.registry.tags(IMAGE)).filter((tag) => !before.includes(tag));
  expect(added.every((tag) => tag.startsWith('staging-'))).toBe(true);
  await talk.world.end();
});

test('a transient failure is retried, and then people are asked', async () => {
  talk = await begin();
  talk.world.registry.quirks.html502 = { times: 12, on: PROBE };
  await talk.request();
  expect(await talk.state()).toBe('examining');
  await talk.world.pass(60_000, 5000);
  expect(await talk.state()).toBe('awaiting-approval');
  await talk.world.end();
});

test('a lasting one fails the promotion with the registry’s error', async () => {
  talk = await begin();
  talk.world.registry.quirks.html502 = { times: Infinity, on: PROBE };
  await talk.request();
  await talk.world.pass(20 * 60_000, 30_000);
  expect(await talk.state()).toBe('failed');
  expect(talk.card()).toContain('HTTP 502');
  await talk.world.end();
});

test('an image with failed checks needs no proof of the right', async () => {
  talk = await begin({ image: { cmd: [] } });
  await talk.request();
  expect(await talk.state()).toBe('checks-failed');
  expect(probes()).toBe(0);
  await talk.world.end();
});

test('a rollback proves it too, before it moves anything', async () => {
  talk = await begin();
  await talk.request();
  await talk.say('bob', '/approve');
  expect(await talk.state()).toBe('promoted');
  await talk.world.pass(HOUR_MS);
  talk.world.registry.quirks.deny403 = [{ times: Infinity, on: PROBE }];
  await talk.say('ada', '/rollback --reason "it fails"');
  expect(await talk.state(2)).toBe('failed');
  expect(talk.card(2)).toContain('HTTP 403 DENIED');
  expect(talk.production()).toEqual({ main: talk.image.digest, latest: talk.image.digest });
  await talk.world.end();
});
