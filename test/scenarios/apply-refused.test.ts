// A registry that refuses a write for good, at each write there is: production ends as it was.
import { afterEach, describe, expect, test } from 'vitest';
import {
  approve,
  alarmsOf,
  approved,
  beforeRequest,
  cardOf,
  conclusionOf,
  failureOf,
  mentionsOf,
  prepare,
  runOf,
  say,
  tagsOf,
  trailOf,
  writesOf,
} from './release.ts';
import { IMAGE, Scenario, stage } from './world.ts';

let world: Scenario;

afterEach(async () => {
  await world.close();
});

const putOf = (tag: string): RegExp => new RegExp(`^PUT .*/${tag}$`);

describe('a lasting 403', () => {
  test.each([
    ['the rollback tag', 'rollback-20261124-090000-release', []],
    ['the kept tag', 'main-staging-[0-9a-f]+', []],
    ['the first floating tag', 'main', []],
    ['the second floating tag', 'latest', ['main', 'main']],
  ])('on %s: production ends as it was, and the card says why', async (_name, tag, floatingWrites) => {
    world = await Scenario.start();
    const release = await prepare(world);
    const { old } = release;
    world.registry.quirks.deny403 = [{ times: Infinity, on: putOf(tag) }];
    await approved(release);
    await world.drain();

    expect(tagsOf(world)).toMatchObject({ main: old.digest, latest: old.digest });
    expect(writesOf(world).filter((name) => name === 'main' || name === 'latest')).toEqual(floatingWrites);
    const production = floatingWrites.length === 0 ? 'untouched' : 'restored';
    expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production });
    expect(cardOf(release)).toContain('HTTP 403 DENIED');
    expect(await failureOf(release)).toMatchObject({
      problem: { code: 'outside-error', error: { code: 'registry-denied' } },
      tags: { main: [old.digest, old.digest], latest: [old.digest, old.digest] },
    });
    expect(mentionsOf(release)).toBe(1);
    expect(alarmsOf(world)).toEqual([]);
    const trail = (await trailOf(world)).map(({ kind }) => kind);
    expect(trail.at(-1)).toBe('failed');
    expect(trail).not.toContain('promoted');
    await world.end();
  });

  test('the same image can be requested again, and the tags that the first attempt kept stay', async () => {
    world = await Scenario.start();
    const release = await prepare(world);
    const { image, kept } = release;
    world.registry.quirks.deny403 = [{ times: 1, on: putOf('latest') }];
    await approved(release);
    await world.drain();
    await say(release, 'ada', `/promote ${release.source}`);
    await approve(release, 'bob');

    expect(conclusionOf(release)).toBe('success');
    expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest, [kept]: image.digest });
    expect(writesOf(world).filter((tag) => tag === kept)).toHaveLength(1);
    await world.end();
  });

  test('on everything, including reads, before the first write: production is untouched, and no alert is raised', async () => {
    world = await Scenario.start();
    const release = await prepare(world);
    await approved(release);
    world.registry.quirks.deny403 = [{ times: Infinity }];
    await world.drain();

    expect(writesOf(world)).toEqual([]);
    expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'untouched' });
    expect(alarmsOf(world)).toEqual([]);
    await world.end();
  });

  test('on reading a possible name of a rollback tag: production is untouched', async () => {
    world = await Scenario.start();
    const release = await prepare(world);
    const { old, image } = release;
    world.registry.setTag(IMAGE, 'rollback-20261124-090000-release', image.digest);
    world.registry.quirks.deny403 = [{ times: Infinity, on: /-release-2$/ }];
    await approved(release);
    await world.drain();

    expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'untouched' });
    expect(tagsOf(world)).toMatchObject({ main: old.digest, latest: old.digest });
    await world.end();
  });

  test('on reading production again after somebody moved it: the promotion failed, and nothing is stuck', async () => {
    world = await Scenario.start();
    const release = await prepare(world);
    const { image } = release;
    await approved(release);
    const foreign = stage(world, { commit: release.repo.commitOn('staging', { message: 'Foreign' }) });
    beforeRequest(
      world,
      () => true,
      () => world.registry.setTag(IMAGE, 'latest', foreign.digest),
    );
    // The first look is the six requests of step 1; those after it are the new plan's.
    let reads = 0;
    const remove = world.registry.onRequest(() => {
      reads += 1;
      if (reads === 6) world.registry.quirks.deny403 = [{ times: Infinity }];
    });
    await world.drain();
    remove();

    expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'untouched' });
    world.registry.quirks.deny403 = [];
    await say(release, 'ada', `/promote ${release.source}`);
    await approve(release, 'bob');
    expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest });
    await world.end();
  });
});
