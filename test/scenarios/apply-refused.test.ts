// A registry that refuses a write, at each write and for as long as it likes: what was moved goes back, or is named.
import { afterEach, describe, expect, test } from 'vitest';
import {
  alarmsOf,
  approved,
  beforeRequest,
  cardOf,
  isPut,
  prepare,
  repliesOf,
  runOf,
  say,
  tagsOf,
  trailOf,
  writesOf,
  type Release,
} from './release.ts';
import { IMAGE, Scenario, stage } from './world.ts';

let world: Scenario;

afterEach(async () => {
  await world.close();
});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const putOf = (tag: string): RegExp => new RegExp(`^PUT .*/${tag}$`);

/** From the first write of `tag` on, all writes of `refused` are refused. */
function refuseOnceWritten(tag: string, refused: string): void {
  beforeRequest(
    world,
    ({ method, path }) => method === 'PUT' && path.endsWith(`/${tag}`),
    () => world.registry.quirks.deny403.push({ times: Infinity, on: putOf(refused) }),
  );
}

/** `latest` is refused, and then the way back of `main` as well. */
async function mixed(): Promise<Release> {
  world = await Scenario.start();
  const release = await prepare(world);
  world.registry.quirks.deny403 = [{ times: Infinity, on: putOf('latest') }];
  refuseOnceWritten('latest', 'main');
  await approved(release);
  await world.drain();
  return release;
}

function mentionsOf(release: Release): number {
  return repliesOf(release).filter((body) => body.includes('@ada')).length;
}

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
    expect(runOf(release)).toEqual({ conclusion: 'failure', title: `Failed, production ${production}` });
    expect(cardOf(release)).toContain('HTTP 403 DENIED');
    expect(cardOf(release)).toContain(`\`main\` holds \`${old.digest}\`, as before`);
    expect(cardOf(release)).toContain(`\`latest\` holds \`${old.digest}\`, as before`);
    expect(mentionsOf(release)).toBe(1);
    expect(alarmsOf(world)).toEqual([]);
    const trail = (await trailOf(world)).map(({ kind }) => kind);
    expect(trail.at(-1)).toBe('failed');
    expect(trail).not.toContain('promoted');
    await world.end();
  });

  test('the same image can be asked for again, and what the first attempt kept is kept', async () => {
    world = await Scenario.start();
    const release = await prepare(world);
    const { image, kept } = release;
    world.registry.quirks.deny403 = [{ times: 1, on: putOf('latest') }];
    await approved(release);
    await world.drain();
    await say(release, 'ada', `/promote ${release.source}`);
    await say(release, 'bob', '/approve');

    expect(runOf(release).conclusion).toBe('success');
    expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest, [kept]: image.digest });
    expect(writesOf(world).filter((tag) => tag === kept)).toHaveLength(1);
    await world.end();
  });

  test('on everything, reading included, before the first write: production is untouched, and no alarm is raised', async () => {
    world = await Scenario.start();
    const release = await prepare(world);
    await approved(release);
    world.registry.quirks.deny403 = [{ times: Infinity }];
    await world.drain();

    expect(writesOf(world)).toEqual([]);
    expect(runOf(release)).toEqual({ conclusion: 'failure', title: 'Failed, production untouched' });
    expect(alarmsOf(world)).toEqual([]);
    await world.end();
  });

  test('on reading the name of a rollback tag that is looked for: production is untouched', async () => {
    world = await Scenario.start();
    const release = await prepare(world);
    const { old, image } = release;
    world.registry.setTag(IMAGE, 'rollback-20261124-090000-release', image.digest);
    world.registry.quirks.deny403 = [{ times: Infinity, on: /-release-2$/ }];
    await approved(release);
    await world.drain();

    expect(runOf(release)).toEqual({ conclusion: 'failure', title: 'Failed, production untouched' });
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

    expect(runOf(release)).toEqual({ conclusion: 'failure', title: 'Failed, production untouched' });
    world.registry.quirks.deny403 = [];
    await say(release, 'ada', `/promote ${release.source}`);
    await say(release, 'bob', '/approve');
    expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest });
    await world.end();
  });
});

describe('an undo that is refused as well', () => {
  test('leaves a mixed production: each tag is named, the log alarms, and the requester is told', async () => {
    const release = await mixed();
    const { image, old } = release;
    expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: old.digest });
    expect(runOf(release)).toEqual({ conclusion: 'failure', title: 'Failed, production is mixed' });
    expect(cardOf(release)).toContain(`\`main\` holds \`${image.digest}\`; before, it held \`${old.digest}\``);
    expect(cardOf(release)).toContain(`\`latest\` holds \`${old.digest}\`, as before`);
    expect(alarmsOf(world)).toEqual(['production is mixed: its tags disagree']);
    expect(mentionsOf(release)).toBe(1);
    await world.end();
  });

  test('is tried every hour until it works, and shown', async () => {
    const release = await mixed();
    const { image, old } = release;
    const puts = (): number => world.registry.requests.filter(isPut).length;
    for (let hour = 1; hour <= 3; hour += 1) {
      const before = puts();
      await world.pass(HOUR);
      expect(puts() - before, `hour ${hour}`).toBe(1);
      expect(tagsOf(world)).toMatchObject({ main: image.digest });
    }
    world.registry.quirks.deny403 = [];
    await world.pass(HOUR - MINUTE);
    expect(tagsOf(world)).toMatchObject({ main: image.digest });
    await world.pass(MINUTE);

    expect(tagsOf(world)).toMatchObject({ main: old.digest, latest: old.digest });
    expect(runOf(release)).toEqual({ conclusion: 'failure', title: 'Failed, production restored' });
    expect(cardOf(release)).toContain(`\`main\` holds \`${old.digest}\`, as before`);
    expect((await trailOf(world)).at(-1)?.kind).toBe('restored');
    const before = puts();
    await world.pass(3 * HOUR, HOUR);
    expect(puts()).toBe(before);
    await world.end();
  });

  test('is not tried again once a newer promotion succeeded', async () => {
    const release = await mixed();
    const { repo } = release;
    world.registry.quirks.deny403 = [];
    await world.pass(MINUTE);
    const commit = repo.commitOn('staging', { message: 'Newer' });
    const newer = stage(world, { commit });
    await say(release, 'ada', `/promote staging-${commit.slice(0, 7)}`);
    await say(release, 'bob', '/approve');
    expect(tagsOf(world)).toMatchObject({ main: newer.digest, latest: newer.digest });
    const before = world.registry.requests.length;
    await world.pass(3 * HOUR, HOUR);

    expect(tagsOf(world)).toMatchObject({ main: newer.digest, latest: newer.digest });
    expect(world.registry.requests.length).toBe(before);
    await world.end();
  });

  test('never moves tags while a newer promotion of the same image is writing', async () => {
    const release = await mixed();
    const { image } = release;
    world.registry.quirks.deny403 = [];
    await say(release, 'ada', `/promote ${release.source}`);
    // The newer one moves `latest` only, and waits for it to be shown when the hour is over.
    world.registry.quirks.lag = 8;
    await world.pass(HOUR - MINUTE / 2);
    await say(release, 'bob', '/approve');
    await world.pass(MINUTE / 2, 1000);
    expect(runOf(release).title).toBe('Moves the tags');
    expect(world.log.filter((line) => line.includes('a newer promotion is moving the tags'))).toHaveLength(1);
    await world.pass(2 * MINUTE, 1000);

    expect(runOf(release)).toEqual({ conclusion: 'success', title: 'Promoted' });
    expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest });
    await world.pass(2 * HOUR, HOUR);
    expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest });
    await world.end();
  });

  test('and a tag that somebody else moved in the meantime is left alone', async () => {
    const release = await mixed();
    const { old } = release;
    const other = stage(world, { commit: release.repo.commitOn('staging', { message: 'Other' }) });
    world.registry.setTag(IMAGE, 'main', other.digest);
    world.registry.quirks.deny403 = [];
    await world.pass(HOUR);

    expect(tagsOf(world)).toMatchObject({ main: other.digest, latest: old.digest });
    expect(cardOf(release)).toContain(`\`main\` holds \`${other.digest}\`; before, it held \`${old.digest}\``);
    await world.end();
  });
});

test('a first promotion that is refused half-way: the first tag can not be taken away, is named, and nothing is tried hourly', async () => {
  world = await Scenario.start();
  const release = await prepare(world, { first: true });
  const { image, kept } = release;
  world.registry.quirks.deny403 = [{ times: Infinity, on: putOf('latest') }];
  await approved(release);
  await world.drain();

  expect(tagsOf(world)).toEqual({ main: image.digest, [kept]: image.digest });
  expect(runOf(release)).toEqual({ conclusion: 'failure', title: 'Failed, production is mixed' });
  expect(cardOf(release)).toContain(`\`main\` holds \`${image.digest}\`; before, it did not exist`);
  expect(cardOf(release)).toContain('`latest` does not exist, as before');
  expect(alarmsOf(world)).toHaveLength(1);
  const before = world.registry.requests.length;
  await world.pass(3 * HOUR, HOUR);
  expect(world.registry.requests.length).toBe(before);
  await world.end();
});

describe('failures that may pass', () => {
  test.each(['main', 'latest', 'rollback-20261124-090000-release'])(
    'two 502s on %s are nothing: it is tried again',
    async (tag) => {
      world = await Scenario.start();
      const release = await prepare(world);
      world.registry.quirks.html502 = { times: 2, on: putOf(tag) };
      await approved(release);
      await world.drain();
      expect(runOf(release)).toEqual({ conclusion: 'success', title: 'Promoted' });
      expect(writesOf(world)).toHaveLength(4);
      await world.end();
    },
  );

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
    expect(runOf(release)).toEqual({ conclusion: 'success', title: 'Promoted' });
    expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest });
    await world.end();
  });

  test('502s that last longer are given up: what was moved goes back', async () => {
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
    expect(runOf(release)).toEqual({ conclusion: 'failure', title: 'Failed, production restored' });
    expect(cardOf(release)).toContain('HTTP 502');
    await world.end();
  });

  test('between two tries of a kept tag somebody else takes the name: it is not written over', async () => {
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
    expect(runOf(release)).toEqual({ conclusion: 'failure', title: 'Failed, production untouched' });
    expect(cardOf(release)).toMatch(new RegExp(`${kept}.? was free when this was planned and holds .?${other.digest}`));
    await world.end();
  });

  test('between two tries of a write somebody else moves the tag: it is not written over', async () => {
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
    expect(runOf(release)).toEqual({ conclusion: 'failure', title: 'Failed, production restored' });
    expect(cardOf(release)).toMatch(/Somebody else moved .?latest/);
    await world.end();
  });

  test.each(['main', 'latest'])(
    'a write of %s that was taken and answered with a 502 counts as written',
    async (tag) => {
      world = await Scenario.start();
      const release = await prepare(world);
      const { image } = release;
      world.registry.quirks.applyThen502 = { times: Infinity, on: putOf(tag) };
      await approved(release);
      await world.drain();
      expect(runOf(release)).toEqual({ conclusion: 'success', title: 'Promoted' });
      expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest });
      await world.end();
    },
  );

  test.each([
    ['the first', 'main'],
    ['the last', 'latest'],
  ])('an outage that begins with a write of %s floating tag, which was taken: all goes back', async (_name, tag) => {
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
    expect(runOf(release)).toEqual({ conclusion: 'failure', title: 'Failed, production restored' });
    expect(cardOf(release)).toContain('Production is as it was: the tags that had been moved went back');
    expect((await trailOf(world)).map(({ kind }) => kind).slice(-2)).toEqual(['undoing', 'failed']);
    await world.end();
  });
});
