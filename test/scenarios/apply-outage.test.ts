// A registry that fails in a way that may pass: waited for, up to five minutes, and looked at before each try.
import { afterEach, describe, expect, test } from 'vitest';
import { approved, cardOf, failureOf, prepare, runOf, tagsOf, trailOf, writesOf } from './release.ts';
import { IMAGE, Scenario, stage } from './world.ts';

let world: Scenario;

afterEach(async () => {
  await world.close();
});

const MINUTE = 60_000;
const putOf = (tag: string): RegExp => new RegExp(`^PUT .*/${tag}$`);

describe('transient failures', () => {
  test.each(['main', 'latest', 'rollback-20261124-090000-release'])('two 502s on %s are retried', async (tag) => {
    world = await Scenario.start();
    const release = await prepare(world);
    world.registry.quirks.html502 = { times: 2, on: putOf(tag) };
    await approved(release);
    await world.drain();
    expect(await runOf(release)).toEqual({ conclusion: 'success', state: 'promoted' });
    expect(writesOf(world)).toHaveLength(4);
    await world.end();
  });

  test('502s that last for minutes are waited for, up to five', async () => {
    world = await Scenario.start();
    const release = await prepare(world);
    const { image } = release;
    world.registry.quirks.html502 = { times: Infinity, on: putOf('latest') };
    await approved(release);
    const started = world.clock.now();
    const remove = world.registry.onRequest(() => {
      if (world.clock.now() - started > 4 * MINUTE) world.registry.quirks.html502.times = 0;
    });
    await world.drain();
    remove();
    expect(await runOf(release)).toEqual({ conclusion: 'success', state: 'promoted' });
    expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest });
    await world.end();
  });

  test('a registry that is away altogether for three minutes is waited for, by few requests', async () => {
    world = await Scenario.start();
    const release = await prepare(world);
    const { image } = release;
    const { quirks } = world.registry;
    await approved(release);
    let away: number | null = null;
    let refused = 0;
    const remove = world.registry.onRequest(({ method, path }) => {
      if (away === null && method === 'PUT' && path.endsWith('/main')) away = world.clock.now();
      const isAway = away !== null && world.clock.now() - away < 3 * MINUTE;
      quirks.html502 = { times: isAway ? 1 : 0 };
      if (isAway) refused += 1;
    });
    await world.drain();
    remove();
    expect(await runOf(release)).toEqual({ conclusion: 'success', state: 'promoted' });
    expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest });
    expect(refused).toBeGreaterThan(5);
    expect(refused).toBeLessThan(20);
    await world.end();
  });

  test('after longer 502s, the written tags are moved back', async () => {
    world = await Scenario.start();
    const release = await prepare(world);
    const { old } = release;
    world.registry.quirks.html502 = { times: Infinity, on: putOf('latest') };
    await approved(release);
    const started = world.clock.now();
    await world.drain();

    const tookMs = world.clock.now() - started;
    expect(tookMs).toBeGreaterThan(4 * MINUTE);
    expect(tookMs).toBeLessThan(7 * MINUTE);
    expect(tagsOf(world)).toMatchObject({ main: old.digest, latest: old.digest });
    expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'restored' });
    expect(cardOf(release)).toContain('HTTP 502');
    await world.end();
  });

  test('a permanent tag that somebody else writes between two tries is not overwritten', async () => {
    world = await Scenario.start();
    const release = await prepare(world);
    const { old, kept } = release;
    const other = stage(world, { commit: release.repo.commitOn('staging', { message: 'Other' }) });
    world.registry.quirks.html502 = { times: 4, on: putOf(kept) };
    const remove = world.registry.onRequest(() => {
      if (world.registry.quirks.html502.times === 0) world.registry.setTag(IMAGE, kept, other.digest);
    });
    await approved(release);
    await world.drain();
    remove();

    expect(tagsOf(world)).toMatchObject({ main: old.digest, latest: old.digest, [kept]: other.digest });
    expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'untouched' });
    expect((await failureOf(release)).problem).toMatchObject({
      code: 'permanent-tag-taken',
      tag: kept,
      holds: other.digest,
    });
    await world.end();
  });

  test('a tag that somebody else moves between two tries is not overwritten', async () => {
    world = await Scenario.start();
    const release = await prepare(world);
    const { old } = release;
    const foreign = stage(world, { commit: release.repo.commitOn('staging', { message: 'Foreign' }) });
    world.registry.quirks.html502 = { times: 4, on: putOf('latest') };
    let tries = 0;
    const remove = world.registry.onRequest(({ method, path }) => {
      if (method === 'PUT' && path.endsWith('/latest')) tries += 1;
      if (tries === 4) world.registry.setTag(IMAGE, 'latest', foreign.digest);
    });
    await approved(release);
    await world.drain();
    remove();

    expect(tagsOf(world)).toMatchObject({ main: old.digest, latest: foreign.digest });
    expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'restored' });
    expect((await failureOf(release)).problem).toMatchObject({
      code: 'tag-moved',
      tag: 'latest',
      holds: foreign.digest,
    });
    await world.end();
  });

  test.each(['main', 'latest'])(
    'a write of %s that succeeded and was answered with a 502 counts as written',
    async (tag) => {
      world = await Scenario.start();
      const release = await prepare(world);
      const { image } = release;
      world.registry.quirks.applyThen502 = { times: Infinity, on: putOf(tag) };
      await approved(release);
      await world.drain();
      expect(await runOf(release)).toEqual({ conclusion: 'success', state: 'promoted' });
      expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest });
      await world.end();
    },
  );

  test.each([
    ['the first', 'main'],
    ['the last', 'latest'],
  ])(
    'an outage that begins with a successful write of %s floating tag: all tags are moved back',
    async (_name, tag) => {
      world = await Scenario.start();
      const release = await prepare(world);
      const { old, image } = release;
      world.registry.quirks.applyThen502 = { times: 1, on: putOf(tag) };
      let outage: number | null = null;
      const remove = world.registry.onRequest(() => {
        const { html502 } = world.registry.quirks;
        if (outage === null && world.registry.tag(IMAGE, tag) === image.digest) {
          outage = world.clock.now();
          world.registry.quirks.html502 = { times: Infinity };
        }
        // As long as the promotion insists, and not as long as it takes to go back.
        if (outage !== null && world.clock.now() - outage > 5.2 * MINUTE) html502.times = 0;
      });
      await approved(release);
      await world.drain();
      remove();

      expect(tagsOf(world)).toMatchObject({ main: old.digest, latest: old.digest });
      expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'restored' });
      expect((await failureOf(release)).tags).toEqual({
        main: [old.digest, old.digest],
        latest: [old.digest, old.digest],
      });
      expect((await trailOf(world)).map(({ kind }) => kind).slice(-2)).toEqual(['undoing', 'failed']);
      await world.end();
    },
  );
});
