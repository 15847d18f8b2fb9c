// Somebody else moves a production tag: before anything is written, between two writes, or right after.
import { afterEach, expect, test } from 'vitest';
import {
  approve,
  alarmsOf,
  approved,
  beforeRequest,
  cardOf,
  conclusionOf,
  failureOf,
  isPut,
  mentionsOf,
  prepare,
  promotionOf,
  runOf,
  strange,
  tagsOf,
  trailOf,
  writesOf,
} from './release.ts';
import { IMAGE, Scenario, START } from './world.ts';

let world: Scenario;

afterEach(async () => {
  await world.close();
});

const ANY = (): boolean => true;
const short = (digest: string): string => `\`${digest.slice(0, 19)}…\``;

test('moved before the first write: nothing is written, the card names the move and asks again', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const { image, old } = release;
  const other = strange(world);
  await approved(release);
  beforeRequest(world, ANY, () => world.registry.setTag(IMAGE, 'latest', other.digest));
  await world.drain();

  expect(writesOf(world)).toEqual([]);
  expect(await runOf(release)).toEqual({ conclusion: 'action_required', state: 'awaiting-approval' });
  expect(cardOf(release)).toContain(`- \`latest\`: ${short(old.digest)} → ${short(other.digest)}`);
  expect((await promotionOf(release)).notice).toEqual({
    kind: 'production-moved',
    tags: [
      { repository: `${release.world.registry.host}/acme/dotca`, tag: 'latest', from: old.digest, to: other.digest },
    ],
  });
  expect(cardOf(release)).toContain('/approve P1');
  expect(await trailOf(world)).toContainEqual({
    kind: 'replanned',
    promotion: 1,
    actor: null,
    at: START,
    details: {
      state: 'examining',
      voided: [],
      tags: [
        { repository: `${release.world.registry.host}/acme/dotca`, tag: 'latest', from: old.digest, to: other.digest },
      ],
    },
  });

  await approve(release, 'bob');
  expect(conclusionOf(release)).toBe('success');
  expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest });
  await world.end();
});

test('a tag that held the image already and was moved away is a moved tag too', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const { image, old } = release;
  world.registry.setTag(IMAGE, 'main', image.digest);
  await approved(release);
  beforeRequest(world, ANY, () => world.registry.setTag(IMAGE, 'main', old.digest));
  await world.drain();

  expect(writesOf(world)).toEqual([]);
  expect(cardOf(release)).toContain(`- \`main\`: ${short(image.digest)} → ${short(old.digest)}`);
  await approve(release, 'bob');
  expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest });
  await world.end();
});

test('moved to this image before the first write: the rest is done, and the tag is not written again', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const { image } = release;
  await approved(release);
  beforeRequest(world, ANY, () => world.registry.setTag(IMAGE, 'main', image.digest));
  await world.drain();

  expect(conclusionOf(release)).toBe('success');
  expect(writesOf(world)).not.toContain('main');
  expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest });
  await world.end();
});

test('moved to this image by somebody else, and a permanent tag is refused: their move stays', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const { image, old, kept } = release;
  await approved(release);
  beforeRequest(world, ANY, () => world.registry.setTag(IMAGE, 'main', image.digest));
  world.registry.quirks.deny403 = [{ times: Infinity, on: new RegExp(`^PUT .*/${kept}$`) }];
  await world.drain();

  expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'untouched' });
  expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: old.digest });
  await world.end();
});

test('moved between two writes: the first is moved back, the moved one stays, and the requester is notified', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const { old, image, kept } = release;
  const other = strange(world);
  await approved(release);
  // The check of `latest` goes along with the write of `main`, after the kept tags.
  beforeRequest(
    world,
    ({ method, path }) =>
      method === 'HEAD' && path.endsWith('/latest') && world.registry.tag(IMAGE, kept) === image.digest,
    () => world.registry.setTag(IMAGE, 'latest', other.digest),
  );
  await world.drain();

  expect(tagsOf(world)).toMatchObject({ main: old.digest, latest: other.digest, [kept]: image.digest });
  expect(writesOf(world).slice(2)).toEqual(['main', 'main']);
  expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'restored' });
  expect(await failureOf(release)).toEqual({
    problem: { code: 'tag-moved', tag: 'latest', holds: other.digest, expected: old.digest },
    tags: { main: [old.digest, old.digest], latest: [old.digest, other.digest] },
  });
  expect(mentionsOf(release)).toBe(1);
  expect((await trailOf(world)).map(({ kind }) => kind).slice(-2)).toEqual(['undoing', 'failed']);
  expect(alarmsOf(world)).toEqual([]);
  await world.end();
});

test('moved while the previous write took long: it is read again, and stays as it is', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const { old } = release;
  const other = strange(world);
  await approved(release);
  beforeRequest(
    world,
    (call) => isPut(call) && call.path.endsWith('/main'),
    () => {
      world.registry.setTag(IMAGE, 'latest', other.digest);
      world.clock.turn(2000);
    },
  );
  await world.drain();

  expect(tagsOf(world)).toMatchObject({ main: old.digest, latest: other.digest });
  expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'restored' });
  await world.end();
});

test('moved between the first read and the first floating write: nothing is moved back, as nothing was moved', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const { old } = release;
  const other = strange(world);
  await approved(release);
  beforeRequest(world, isPut, () => world.registry.setTag(IMAGE, 'main', other.digest));
  await world.drain();

  expect(tagsOf(world)).toMatchObject({ main: other.digest, latest: old.digest });
  expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'untouched' });
  expect((await failureOf(release)).tags).toEqual({
    main: [old.digest, other.digest],
    latest: [old.digest, old.digest],
  });
  await world.end();
});

test('moved right after the last write: an alert, and the third digest is never overwritten', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const { image, old } = release;
  const other = strange(world);
  await approved(release);
  beforeRequest(
    world,
    () => world.registry.tag(IMAGE, 'latest') === image.digest,
    () => world.registry.setTag(IMAGE, 'latest', other.digest),
  );
  await world.drain();
  await world.pass(3 * 60 * 60 * 1000, 60 * 60 * 1000);

  expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: other.digest });
  expect(writesOf(world).slice(2)).toEqual(['main', 'latest']);
  expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'mixed' });
  expect(await failureOf(release)).toMatchObject({
    problem: { code: 'moved-after-writing', tags: [{ tag: 'latest', holds: other.digest }] },
    tags: { main: [old.digest, image.digest], latest: [old.digest, other.digest] },
  });
  expect(mentionsOf(release)).toBe(1);
  expect(alarmsOf(world)).toHaveLength(1);
  await world.end();
});

test('a tag outside the plan that moves while the others are written: an alert too', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const { image } = release;
  const other = strange(world);
  world.registry.setTag(IMAGE, 'main', image.digest);
  await approved(release);
  beforeRequest(
    world,
    () => world.registry.tag(IMAGE, 'latest') === image.digest,
    () => world.registry.setTag(IMAGE, 'main', other.digest),
  );
  await world.drain();

  expect(tagsOf(world)).toMatchObject({ main: other.digest, latest: image.digest });
  expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'mixed' });
  expect(cardOf(release)).toContain(other.digest);
  expect(alarmsOf(world)).toHaveLength(1);
  await world.end();
});

test('a single wrong digest at read-back does not count as a foreign one', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const { image } = release;
  await approved(release);
  const { registry } = world;
  let lies = 0;
  registry.onRequest(({ method, path }) => {
    const isLie =
      lies === 0 && method === 'HEAD' && path.endsWith('/latest') && registry.tag(IMAGE, 'latest') === image.digest;
    if (isLie) lies += 1;
    registry.quirks.wrongDigest = isLie;
  });
  await world.drain();
  expect(lies).toBe(1);
  expect(await runOf(release)).toEqual({ conclusion: 'success', state: 'promoted' });
  expect(alarmsOf(world)).toEqual([]);
  await world.end();
});
