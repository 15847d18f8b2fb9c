// A question that nobody answers is withdrawn after fourteen days.
import { afterEach, expect, test } from 'vitest';
import { approve, cardOf, conclusionOf, prepare, repliesOf, runOf, say, tagsOf, trailOf, writesOf } from './release.ts';
import { Scenario } from './world.ts';

let world: Scenario;

afterEach(async () => {
  await world.close();
});

const DAY = 24 * 60 * 60_000;

test('a promotion that nobody approves expires after fourteen days, not before, and for good', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const { old } = release;
  await say(release, 'ada', `/promote ${release.source}`);
  await world.pass(13 * DAY);
  expect(await runOf(release)).toEqual({ conclusion: 'action_required', state: 'awaiting-approval' });
  await world.pass(DAY);

  expect(await runOf(release)).toEqual({ conclusion: 'timed_out', state: 'expired' });
  expect(cardOf(release)).toContain(`/promote ${release.source}`);
  expect((await trailOf(world)).at(-1)?.kind).toBe('expired');
  await say(release, 'bob', '/approve P1');
  expect(repliesOf(release)).toHaveLength(1);
  expect(writesOf(world)).toEqual([]);
  expect(tagsOf(world)).toEqual({ main: old.digest, latest: old.digest });
  await world.end();
});

test('it can be requested again, and approved on the last day', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const { image } = release;
  await say(release, 'ada', `/promote ${release.source}`);
  await world.pass(14 * DAY);
  await say(release, 'ada', `/promote ${release.source}`);
  await world.pass(14 * DAY - 1);
  await approve(release, 'bob', 2);
  expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest });
  await world.pass(2 * DAY);
  expect(await runOf(release)).toEqual({ conclusion: 'success', state: 'promoted' });
  await world.end();
});

test('the timer is in the database: a process that starts after the fourteen days expires it', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  await say(release, 'ada', `/promote ${release.source}`);
  await world.restart();
  await world.pass(20 * DAY);
  expect(conclusionOf(release)).toBe('timed_out');
  await world.end();
});
