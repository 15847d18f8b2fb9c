// A canary is an environment of the policy file like any other: its own tag, its own check run, its own queue key.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { begin, type Conversation } from './conversation.ts';
import { trailOf } from './release.ts';
import { IMAGE } from './world.ts';

let talk: Conversation;
beforeEach(async () => {
  talk = await begin();
  talk.repo.writeFiles('main', { '.github/promotion.yml': 'environments: { production: {}, canary: {} }\n' });
});
afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

function runNames(): readonly string[] {
  return talk.repo.checkRuns(talk.commit).map(({ name, conclusion }) => `${name}: ${conclusion}`);
}

test('an image goes to canary first, moves only its tag, and then goes to production from the same source', async () => {
  await talk.say('ada', `/promote staging-${talk.short} to canary`);
  expect(talk.card()).toContain(`P1 · \`staging-${talk.short}\` → \`canary\``);
  expect(await talk.state()).toBe('awaiting-approval');
  await talk.click('bob', 'approve');
  const tags = talk.world.registry.tags(IMAGE);
  expect(tags['canary']).toBe(talk.image.digest);
  expect(Object.keys(tags).filter((tag) => /^(rollback|main)-/.test(tag))).toEqual([]);
  expect(talk.production()).toEqual({ main: talk.old.digest, latest: talk.old.digest });

  await talk.say('ada', `/promote staging-${talk.short}`);
  await talk.say('bob', '/approve P2');
  expect(talk.production().main).toBe(talk.image.digest);
  expect(runNames()).toEqual(['imprimatur / canary: success', 'imprimatur / production: success']);
});

test('the same image can be requested for both at once, each with its own approval', async () => {
  await talk.say('ada', `/promote staging-${talk.short} to canary\n/promote staging-${talk.short}`);
  expect(await talk.state(1)).toBe('awaiting-approval');
  expect(await talk.state(2)).toBe('awaiting-approval');
  await talk.say('bob', '/approve P2');
  expect(await talk.state(1)).toBe('awaiting-approval');
  expect(talk.world.registry.tag(IMAGE, 'canary')).toBeNull();
});

test('versions and force work there too', async () => {
  await talk.say('mia', `/promote staging-${talk.short} to canary as v1.2.3-rc.1 force --reason "login is down"`);
  await talk.say('bob', '/approve P1');
  expect(talk.world.registry.tag(IMAGE, 'v1.2.3-rc.1')).toBe(talk.image.digest);
  const [requested] = await trailOf(talk.world);
  expect(requested?.details).toMatchObject({ environment: 'canary', force: true, version: 'v1.2.3-rc.1' });
});
