// A repository leaves the App, is archived, deleted, renamed or transferred while a promotion is under way.
import { afterEach, describe, expect, test } from 'vitest';
import { findRepo } from '../../src/store/repos.ts';
import type { TestImage } from '../support/registry/images.ts';
import { begin, type Conversation } from './conversation.ts';
import { IMAGE, stage, type ScenarioOptions } from './world.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const TWO_OWNERS: ScenarioOptions = { owners: ['acme', 'globex'], env: { ALLOWED_OWNERS: 'acme,globex' } };

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

describe('a repository that is out of reach', () => {
  test('removed from the installation: its promotion ends, and its card shows that once it is added again', async () => {
    talk = await begin();
    const { world, repo } = talk;
    await talk.request();
    const installation = world.github.installation('acme');
    await installation.withhold(repo.id);
    await world.drain();
    expect(await talk.state()).toBe('cancelled');
    await world.pass(20 * DAY_MS, DAY_MS);
    expect(await world.dead()).toEqual([]);
    expect(await world.outdated()).toContain('P1 card');
    expect(talk.card()).toContain('/approve P1');
    await installation.giveBack(repo.id);
    await world.drain();
    expect(await talk.told()).toBe('cancelled');
    expect((await talk.promotion()).state).toMatchObject({ by: null, because: 'repository-gone' });
    expect(talk.repo.checkRuns(talk.commit)).toEqual([expect.objectContaining({ conclusion: 'cancelled' })]);
    await world.end();
  });

  test('another repository of the same installation continues', async () => {
    talk = await begin();
    const { world } = talk;
    await talk.request();
    const other = await world.github.repo({ owner: 'acme', name: 'other', users: { ada: 'write' } });
    await world.github.installation('acme').withhold(other.id);
    await world.drain();
    await talk.say('bob', '/approve');
    expect(await talk.state()).toBe('promoted');
    await world.end();
  });

  test('deleted: its promotion ends, without a write to GitHub', async () => {
    talk = await begin();
    const { world, repo } = talk;
    await talk.request();
    const asked = world.github.requests.length;
    await repo.settings.delete();
    await world.drain();
    await world.pass(20 * DAY_MS, DAY_MS);
    expect(await talk.state()).toBe('cancelled');
    expect(world.github.requests).toHaveLength(asked);
    expect(talk.production().main).toBe(talk.old.digest);
    await world.end({ outdated: ['P1 card', 'P1 check-run'] });
  });

  test('archived: its promotion ends, as nobody can approve there; once unarchived, the card shows that', async () => {
    talk = await begin();
    const { world, repo } = talk;
    await talk.request();
    await repo.settings.archive();
    await world.drain();
    expect(await talk.state()).toBe('cancelled');
    expect(await world.dead()).toEqual([]);
    await repo.settings.unarchive();
    await world.drain();
    expect(await talk.told()).toBe('cancelled');
    expect((await talk.promotion()).state).toMatchObject({ by: null, because: 'repository-archived' });
    expect((await talk.request()).reactions).toEqual(['eyes', 'rocket']);
    await world.end();
  });

  test('a comment from a repository that counted as gone leads to the missed updates', async () => {
    talk = await begin();
    const { world, repo } = talk;
    await talk.request();
    const installation = world.github.installation('acme');
    await installation.withhold(repo.id);
    await world.drain();
    world.github.setAppUrl(null);
    await installation.giveBack(repo.id);
    await world.restart();
    expect((await talk.say('ada', '/status P1')).reactions).toEqual(['eyes', 'rocket']);
    expect(await talk.told()).toBe('cancelled');
    expect((await talk.promotion()).state).toMatchObject({ by: null, because: 'repository-gone' });
    await world.end();
  });
});

describe('a repository that is renamed', () => {
  test('has its new name immediately: its open card links there, and its approval counts', async () => {
    talk = await begin();
    const { world, repo } = talk;
    await talk.request();
    await repo.settings.rename('dot-ca');
    await world.drain();
    expect((await findRepo(world.app.store.db, repo.id))?.name).toBe('acme/dot-ca');
    expect(talk.card()).toContain('https://github.com/acme/dot-ca/commit/');
    await talk.say('bob', '/approve');
    expect(await talk.state()).toBe('promoted');
    await world.end();
  });
});

describe('a repository that is transferred', () => {
  test('to an account that is not served: its promotion ends', async () => {
    talk = await begin({ ...TWO_OWNERS, env: { ALLOWED_OWNERS: 'acme' } });
    const { world, repo } = talk;
    await talk.request();
    await repo.settings.transfer('globex');
    await world.drain();
    expect(await talk.state()).toBe('cancelled');
    expect(await talk.told()).toBe('cancelled');
    expect((await talk.promotion()).state).toMatchObject({ by: null, because: 'repository-gone' });
    await world.end();
  });

  test("to an account that is served: the old account's image is not permitted, and the promotion ends", async () => {
    talk = await begin(TWO_OWNERS);
    const { world, repo } = talk;
    await talk.request();
    await repo.settings.transfer('globex');
    await world.drain();
    expect(await talk.state()).toBe('cancelled');
    expect(talk.production().main).toBe(talk.old.digest);
    await world.end();
  });

  test('numbers and audit trail continue with the numeric id, under the new owner', async () => {
    talk = await begin(TWO_OWNERS);
    const { world, repo } = talk;
    await talk.request();
    await repo.settings.transfer('globex');
    await world.drain();
    const image = stageUnderGlobex();
    await talk.say('ada', '/promote staging');
    await talk.say('bob', '/approve P2');
    expect(await talk.state(2)).toBe('promoted');
    expect(world.registry.tag('globex/dotca', 'main')).toBe(image.digest);
    expect(world.registry.tag(IMAGE, 'main')).toBe(talk.old.digest);
    expect([...(await world.audit()).keys()]).toEqual([repo.id]);
    await world.end();
  });

  test('the old installation reports the loss last: open promotions under the new one continue', async () => {
    talk = await begin(TWO_OWNERS);
    const { world, repo } = talk;
    await repo.settings.transfer('globex');
    await world.drain();
    stageUnderGlobex();
    await talk.say('ada', '/promote staging');
    await world.github.installation('acme').withhold(repo.id);
    await world.drain();
    expect(await talk.state(1)).toBe('awaiting-approval');
    await talk.say('bob', '/approve P1');
    expect(await talk.state(1)).toBe('promoted');
    await world.end();
  });
});

function stageUnderGlobex(): TestImage {
  const commit = talk.repo.commitOn('staging', { message: 'In the new house' });
  const labels = {
    'org.opencontainers.image.source': 'https://github.com/globex/dotca',
    'org.opencontainers.image.revision': commit,
  };
  return stage(talk.world, { commit, repository: 'globex/dotca', image: { labels } });
}

test('renamed between two commands of one comment: the second one does not bring the old name back', async () => {
  talk = await begin();
  const { world, repo, issue } = talk;
  await talk.request();
  world.github.failNext({ path: /\/collaborators\/ada\/permission$/, status: 502 });
  await repo.comment({ issue, by: 'ada', body: '/status P1\n\n/status P1' });
  await world.drain();
  await repo.settings.rename('renamed');
  await world.drain();
  await world.pass(10_000);
  expect(talk.replies()).toHaveLength(2);
  expect((await findRepo(world.app.store.db, repo.id))?.name).toBe('acme/renamed');
  await world.end({ outdated: ['P1 card'] });
});
