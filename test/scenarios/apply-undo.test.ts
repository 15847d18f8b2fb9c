// A registry that refuses the way back as well: production is mixed, named, and put right by the hour.
import { afterEach, describe, expect, test } from 'vitest';
import {
  approve,
  alarmsOf,
  approved,
  beforeRequest,
  failureOf,
  isPut,
  mentionsOf,
  MIXED_ALARM,
  prepare,
  type Release,
  runOf,
  say,
  tagsOf,
  trailOf,
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

describe('an undo that is refused too', () => {
  test('leaves a mixed production: each tag is named, the log has an error, and the requester is notified', async () => {
    const release = await mixed();
    const { image, old } = release;
    expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: old.digest });
    expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'mixed' });
    expect((await failureOf(release)).tags).toEqual({
      main: [old.digest, image.digest],
      latest: [old.digest, old.digest],
    });
    expect(alarmsOf(world)).toEqual([MIXED_ALARM]);
    expect(mentionsOf(release)).toBe(1);
    await world.end();
  });

  test('is retried every hour until it works, and shown', async () => {
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
    expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'restored' });
    expect((await failureOf(release)).tags).toMatchObject({ main: [old.digest, old.digest] });
    expect((await trailOf(world)).at(-1)?.kind).toBe('restored');
    const before = puts();
    await world.pass(3 * HOUR, HOUR);
    expect(puts()).toBe(before);
    await world.end();
  });

  test('is not retried once a newer promotion succeeded', async () => {
    const release = await mixed();
    const { repo } = release;
    world.registry.quirks.deny403 = [];
    await world.pass(MINUTE);
    const commit = repo.commitOn('staging', { message: 'Newer' });
    const newer = stage(world, { commit });
    await say(release, 'ada', `/promote staging-${commit.slice(0, 7)}`);
    await approve(release, 'bob');
    expect(tagsOf(world)).toMatchObject({ main: newer.digest, latest: newer.digest });
    const { length: before } = world.registry.requests.filter(isPut);
    await world.pass(3 * HOUR, HOUR);

    expect(tagsOf(world)).toMatchObject({ main: newer.digest, latest: newer.digest });
    expect(world.registry.requests.filter(isPut)).toHaveLength(before);
    expect(world.log.filter((line) => line.includes('production is still mixed'))).toEqual([]);
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
    await approve(release, 'bob');
    await world.pass(MINUTE / 2, 1000);
    expect(await runOf(release)).toMatchObject({ state: 'applying' });
    expect(world.log.filter((line) => line.includes('a newer promotion is moving the tags'))).toHaveLength(1);
    await world.pass(2 * MINUTE, 1000);

    expect(await runOf(release)).toEqual({ conclusion: 'success', state: 'promoted' });
    expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest });
    await world.pass(2 * HOUR, HOUR);
    expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest });
    await world.end();
  });

  test('and an App that was suspended meanwhile tries again when it is back, and does not notify the requester again', async () => {
    const release = await mixed();
    const installation = world.github.installation('acme');
    await installation.suspend();
    await world.drain();
    await world.pass(3 * HOUR, HOUR);
    world.registry.quirks.deny403 = [];
    expect(tagsOf(world)).toMatchObject({ main: release.image.digest });
    await installation.unsuspend();
    await world.drain();
    expect(tagsOf(world)).toMatchObject({ main: release.old.digest, latest: release.old.digest });
    expect(await runOf(release)).toMatchObject({ state: 'failed', production: 'restored' });
    expect(mentionsOf(release)).toBe(1);
    await world.end();
  });

  test('and a tag that somebody else moved meanwhile stays', async () => {
    const release = await mixed();
    const { old } = release;
    const other = stage(world, { commit: release.repo.commitOn('staging', { message: 'Other' }) });
    world.registry.setTag(IMAGE, 'main', other.digest);
    world.registry.quirks.deny403 = [];
    await world.pass(HOUR);

    expect(tagsOf(world)).toMatchObject({ main: other.digest, latest: old.digest });
    expect((await failureOf(release)).tags).toMatchObject({ main: [old.digest, other.digest] });
    await world.end();
  });
});

test('a first promotion that is refused half-way: the first tag can’t be removed, is named, and nothing is retried hourly', async () => {
  world = await Scenario.start();
  const release = await prepare(world, { first: true });
  const { image, kept } = release;
  world.registry.quirks.deny403 = [{ times: Infinity, on: putOf('latest') }];
  await approved(release);
  await world.drain();

  expect(tagsOf(world)).toEqual({ main: image.digest, [kept]: image.digest });
  expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'mixed' });
  expect((await failureOf(release)).tags).toEqual({ main: [null, image.digest], latest: [null, null] });
  expect(alarmsOf(world)).toHaveLength(1);
  const before = world.registry.requests.length;
  await world.pass(3 * HOUR, HOUR);
  expect(world.registry.requests.length).toBe(before);
  await world.end();
});
