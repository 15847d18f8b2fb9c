// A clock that jumps by an hour, either way, in the middle of something: nothing stands still for that hour, nothing is done twice.
import { afterEach, describe, expect, test } from 'vitest';
import {
  approved,
  beforeRequest,
  cardOf,
  outcomeOf,
  prepare,
  runOf,
  say,
  tagsOf,
  undisturbed,
  writesOf,
} from './release.ts';
import { IMAGE, Scenario, stage } from './world.ts';

let world: Scenario;

afterEach(async () => {
  await world.close();
});

const SECOND = 1000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const JUMPS = [
  ['back', -HOUR],
  ['ahead', HOUR],
] as const;

function isPutOf(tag: string): (request: { readonly method: string; readonly path: string }) => boolean {
  return ({ method, path }) => method === 'PUT' && path.endsWith(`/${tag}`);
}

describe.each(JUMPS)('an hour %s', (_way, jump) => {
  test('while a tag is written: all tags are written once, and it is promoted', async () => {
    world = await Scenario.start();
    const release = await prepare(world);
    await approved(release);
    beforeRequest(world, isPutOf('main'), () => world.clock.turn(jump));
    await world.drain();
    await world.pass(10 * SECOND, SECOND);
    expect(await outcomeOf(release)).toEqual(undisturbed(release));
    expect(writesOf(world).toSorted()).toEqual([...new Set(writesOf(world))].toSorted());
    await world.end();
  });

  test('while a registry fails in the middle of applying: writes are retried for minutes, and the tags are moved back', async () => {
    world = await Scenario.start();
    const release = await prepare(world);
    world.registry.quirks.html502 = { times: Infinity, on: /^PUT .*\/latest$/ };
    await approved(release);
    beforeRequest(world, isPutOf('latest'), () => world.clock.turn(jump));
    const before = world.clock.now() + jump;
    await world.drain();
    const tookMs = world.clock.now() - before;
    expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'restored' });
    expect(tookMs).toBeGreaterThan(MINUTE);
    expect(tookMs).toBeLessThan(10 * MINUTE);
    expect(tagsOf(world)).toMatchObject({ main: release.old.digest, latest: release.old.digest });
    await world.end();
  });

  test('while a write to GitHub waits for a retry, and others wait behind it: all is shown within a minute', async () => {
    world = await Scenario.start({ env: { GITHUB_WRITE_INTERVAL_MS: '1000' } });
    const release = await prepare(world);
    await release.repo.comment({ issue: release.issue, by: 'ada', body: `/promote ${release.source}` });
    world.github.failNext({ method: 'POST', path: /\/comments$/, status: 502 });
    await world.pass(2 * SECOND, SECOND);
    world.clock.turn(jump);
    await world.pass(MINUTE, SECOND);
    expect(cardOf(release)).toContain('/approve P1');
    expect(await runOf(release)).toMatchObject({ state: 'awaiting-approval' });
    await world.end();
  });

  test('between two processes: the next one continues immediately', async () => {
    world = await Scenario.start();
    const release = await prepare(world);
    await say(release, 'ada', `/promote ${release.source}`);
    await release.repo.comment({ issue: release.issue, by: 'bob', body: '/approve P1' });
    world.clock.turn(jump);
    await world.restart();
    await world.drain();
    await world.pass(10 * SECOND, SECOND);
    expect(await runOf(release)).toEqual({ conclusion: 'success', state: 'promoted' });
    await world.end();
  });

  test('between two promotions: the later one is what production holds and what a rollback starts from', async () => {
    world = await Scenario.start();
    const release = await prepare(world);
    await approved(release);
    await world.drain();
    const commit = release.repo.commitOn('staging', { message: 'Newer' });
    const newer = stage(world, { commit });
    world.clock.turn(jump);
    await say(release, 'ada', `/promote staging-${commit.slice(0, 7)}`);
    await say(release, 'bob', '/approve P2');
    expect(tagsOf(world)).toMatchObject({ main: newer.digest, latest: newer.digest });
    expect(release.repo.deployments()).toHaveLength(2);
    await say(release, 'ada', '/rollback --reason "it fails"');
    await say(release, 'bob', '/approve P3');
    await world.pass(10 * SECOND, SECOND);
    expect(tagsOf(world)).toMatchObject({ main: release.image.digest, latest: release.image.digest });
    await world.end();
  });
});

test('back while a registry lags: it gets no more requests than without', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  world.registry.quirks.lag = 1000;
  await approved(release);
  await world.drain();
  world.clock.turn(-HOUR);
  await world.drain();
  const before = world.registry.requests.length;
  await world.pass(MINUTE, 250);
  // At 250 ms, then after as long as has passed: nine looks at four tags, two requests where a tag is shown to be absent.
  expect(world.registry.requests.length - before).toBeLessThanOrEqual(9 * 4 * 2);
  await world.pass(20 * MINUTE, 10 * SECOND);
  expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'restored' });
});

test('back during a wait for an image: it is found when it comes', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const commit = release.repo.commitOn('staging', { message: 'It is being built' });
  await say(release, 'ada', `/promote ${commit}`);
  expect(world.registry.tag(IMAGE, `staging-${commit.slice(0, 7)}`)).toBeNull();
  world.clock.turn(-HOUR);
  await world.pass(MINUTE, 5 * SECOND);
  stage(world, { commit });
  await world.pass(2 * MINUTE, 5 * SECOND);
  expect(cardOf(release)).toContain('/approve P1');
  await world.end();
});
