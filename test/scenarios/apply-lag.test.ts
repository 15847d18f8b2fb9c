// A registry that acknowledges a tag and shows it later, or never: promoted is only what was read back.
import { afterEach, expect, test } from 'vitest';
import {
  alarmsOf,
  approved,
  beforeRequest,
  conclusionOf,
  failureOf,
  mentionsOf,
  prepare,
  runOf,
  tagsOf,
  writesOf,
} from './release.ts';
import { IMAGE, Scenario } from './world.ts';

let world: Scenario;

afterEach(async () => {
  await world.close();
});

const MINUTE = 60_000;

test('while reads lag, the tags are read again with growing pauses, and the promotion is promoted once they show it', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const { image } = release;
  world.registry.quirks.lag = 6;
  await approved(release);
  await world.drain();
  expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest });
  expect(await runOf(release)).toEqual({ conclusion: 'action_required', state: 'applying' });

  const looks: number[] = [];
  for (let passed = 0; passed < MINUTE && conclusionOf(release) !== 'success'; passed += 250) {
    const before = world.registry.requests.length;
    await world.pass(250);
    if (world.registry.requests.length > before) looks.push(world.clock.now());
  }
  expect(await runOf(release)).toEqual({ conclusion: 'success', state: 'promoted' });
  const pauses = looks.slice(1).map((at, index) => at - (looks[index] ?? 0));
  expect(pauses.length).toBeGreaterThan(2);
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
  expect(writesOf(world).slice(2)).toEqual(['main', 'latest']);
  await world.end();
});

test('a tag that was just written and is absent for a moment is lag, not a foreign change', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const { image } = release;
  await approved(release);
  beforeRequest(
    world,
    () => world.registry.tag(IMAGE, 'latest') === image.digest,
    () => (world.registry.quirks.missingTag = { times: 2, on: /\/latest$/ }),
  );
  await world.drain();
  expect(await runOf(release)).toEqual({ conclusion: 'action_required', state: 'applying' });
  await world.pass(250);
  expect(await runOf(release)).toEqual({ conclusion: 'success', state: 'promoted' });
  expect(alarmsOf(world)).toEqual([]);
  await world.end();
});

test('tags that ten minutes of reads do not show are moved back, and the promotion fails', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const { old, kept, image } = release;
  world.registry.quirks.lag = Infinity;
  await approved(release);
  await world.drain();
  await world.pass(9 * MINUTE, 15_000);
  expect(conclusionOf(release)).toBe('action_required');
  expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest });
  await world.pass(3 * MINUTE, 15_000);

  expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'restored' });
  expect(tagsOf(world)).toMatchObject({ main: old.digest, latest: old.digest, [kept]: image.digest });
  expect(writesOf(world).slice(2)).toEqual(['main', 'latest', 'latest', 'main']);
  expect((await failureOf(release)).problem).toMatchObject({
    code: 'writes-not-shown',
    because: { kind: 'old-digest' },
  });
  expect(mentionsOf(release)).toBe(1);
  await world.end();
});
