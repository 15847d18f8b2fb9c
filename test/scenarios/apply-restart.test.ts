// A process that is killed in the middle of applying, wherever that is: the next one finishes it, or goes on going back.
import { afterEach, describe, expect, test } from 'vitest';
import {
  alarmsOf,
  approved,
  type Call,
  cardOf,
  conclusionOf,
  failureOf,
  isPut,
  isRead,
  MIXED_ALARM,
  nth,
  outcomeOf,
  prepare,
  putsOf,
  type Release,
  ROLLBACK,
  runOf,
  strange,
  tagsOf,
  trailOf,
  undisturbed,
  writesOf,
} from './release.ts';
import { IMAGE, Scenario } from './world.ts';

let world: Scenario;

afterEach(async () => {
  await world.close();
});

/** Half a minute, and what a write may take. */
const LEASE_MS = 50_000;
const HOUR = 60 * 60_000;

/** A new process, half a minute later: then the jobs of the old one are free. */
async function restart(): Promise<void> {
  await world.restart();
  await world.pass(LEASE_MS + 1);
}

/** What was written from that request on without having been looked at since. */
function writesUnseen(from: number): readonly string[] {
  const later = world.registry.requests.slice(from);
  const isSeen = (path: string, at: number): boolean =>
    later.slice(0, at).some((request) => request.path === path && request.method !== 'PUT');
  return later.flatMap((request, at) => (isPut(request) && !isSeen(request.path, at) ? [request.path] : []));
}

const WRITES = [1, 2, 3, 4].flatMap((n) => (['before', 'after'] as const).map((when) => ({ n, when })));

test.each(WRITES)(
  'killed at write $n, $when the registry stored it: all is written once, and promoted',
  async (row) => {
    world = await Scenario.start();
    const release = await prepare(world);
    await approved(release);
    const isVictim = nth(row.n, isPut);
    let victim = '';
    const by = (call: Call): boolean => {
      const hit = isVictim(call);
      if (hit) victim = call.reference ?? '';
      return hit;
    };
    await world.drainUntilKilled({ by, when: row.when });
    const before = world.registry.requests.length;
    await restart();

    expect(await outcomeOf(release)).toEqual(undisturbed(release));
    expect(writesUnseen(before)).toEqual([]);
    for (const tag of [ROLLBACK, release.kept, 'main', 'latest']) {
      const unanswered = row.when === 'after' && tag === victim ? 1 : 0;
      expect(writesOf(world).filter((written) => written === tag).length + unanswered, tag).toBe(1);
    }
    await world.end();
  },
);

// Four of the first look (the target is remembered from the examination), one before each floating write, four of the last look.
const READS = Array.from({ length: 10 }, (_, index) => index + 1);

test.each(READS)('killed at read %i of 10: all is written once, and promoted', async (n) => {
  world = await Scenario.start();
  const release = await prepare(world);
  await approved(release);
  await world.drainUntilKilled({ by: nth(n, isRead), when: 'after' });
  await restart();

  expect(await outcomeOf(release)).toEqual(undisturbed(release));
  expect(writesOf(world).toSorted()).toEqual([ROLLBACK, release.kept, 'latest', 'main'].toSorted());
  await world.end();
});

test('killed again and again, at every write there is', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  await approved(release);
  for (const tag of [release.kept, 'main', 'latest']) {
    await world.drainUntilKilled({ by: putsOf(tag), when: 'before' });
    await world.restart();
    world.clock.turn(LEASE_MS + 1);
  }
  await world.drain();
  expect(await outcomeOf(release)).toEqual(undisturbed(release));
  await world.end();
});

test.each(['before', 'after'] as const)(
  'killed %s the write of a rollback tag under another name than planned',
  async (when) => {
    world = await Scenario.start();
    const release = await prepare(world);
    const { image, old } = release;
    const other = strange(world);
    world.registry.setTag(IMAGE, ROLLBACK, other.digest);
    await approved(release);
    await world.drainUntilKilled({ by: putsOf(`${ROLLBACK}-2`), when });
    await restart();

    expect(tagsOf(world)).toEqual({
      main: image.digest,
      latest: image.digest,
      [release.kept]: image.digest,
      [ROLLBACK]: other.digest,
      [`${ROLLBACK}-2`]: old.digest,
    });
    expect(conclusionOf(release)).toBe('success');
    await world.end();
  },
);

test('killed while it waits for the registry to show the tags', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  world.registry.quirks.lag = 5;
  await approved(release);
  await world.drain();
  expect(await runOf(release)).toMatchObject({ state: 'applying' });
  await world.restart();
  await world.pass(60_000, 1000);
  expect(await outcomeOf(release)).toEqual(undisturbed(release));
  await world.end();
});

/** `latest` is refused, so `main` goes back; the process is killed on the way, and then nothing is refused any more. */
async function killedGoingBack(kill: Parameters<Scenario['drainUntilKilled']>[0]): Promise<Release> {
  world = await Scenario.start();
  const release = await prepare(world);
  const { quirks } = world.registry;
  quirks.deny403 = [{ times: Infinity, on: /^PUT .*\/latest$/ }];
  await approved(release);
  await world.drainUntilKilled(kill);
  quirks.deny403 = [];
  await restart();
  return release;
}

describe('killed during the undo', () => {
  test.each([
    ['before the tag was written back', { by: nth(2, putsOf('main')), when: 'before' as const }],
    ['after the tag was written back', { by: nth(2, putsOf('main')), when: 'after' as const }],
    // The first look, the check of `main` and that of `latest`; the next one is the first of the way back.
    ['before the first look of the way back', { by: nth(8, isRead), when: 'before' as const }],
  ])('%s: it never turns round again, though nothing is refused any more', async (_name, kill) => {
    const release = await killedGoingBack(kill);
    const { old } = release;
    expect(tagsOf(world)).toMatchObject({ main: old.digest, latest: old.digest });
    expect(writesOf(world)).not.toContain('latest');
    expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'restored' });
    expect(cardOf(release)).toContain('HTTP 403 DENIED');
    const trail = (await trailOf(world)).map(({ kind }) => kind);
    expect(trail).toEqual(['requested', 'examined', 'reviewed', 'applying', 'undoing', 'failed']);
    expect(alarmsOf(world)).not.toContain(MIXED_ALARM);
    await world.end();
  });
});

async function killedAtMain(options: { readonly first?: boolean } = {}): Promise<Release> {
  world = await Scenario.start();
  const release = await prepare(world, options);
  // The kept tag is there already: where production is empty, the plan has nothing but floating tags.
  if (options.first === true) world.registry.setTag(IMAGE, release.kept, release.image.digest);
  await approved(release);
  await world.drainUntilKilled({ by: putsOf('main'), when: 'after' });
  expect(world.registry.tag(IMAGE, 'main')).toBe(release.image.digest);
  return release;
}

describe('killed after a floating tag was written and before it was recorded', () => {
  test('and somebody moves the other one meanwhile: the first is moved back', async () => {
    const release = await killedAtMain();
    const other = strange(world);
    world.registry.setTag(IMAGE, 'latest', other.digest);
    await restart();
    expect(tagsOf(world)).toMatchObject({ main: release.old.digest, latest: other.digest });
    expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'restored' });
    await world.end();
  });

  test('and the plan has only floating tags: no new approval is needed for the rest', async () => {
    const release = await killedAtMain({ first: true });
    const other = strange(world);
    world.registry.setTag(IMAGE, 'latest', other.digest);
    await restart();
    expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'mixed' });
    expect((await failureOf(release)).tags).toEqual({
      main: [null, release.image.digest],
      latest: [null, other.digest],
    });
    await world.end();
  });

  test('and the registry denies everything from then on: mixed, until the hour in which it does not', async () => {
    const release = await killedAtMain();
    world.registry.quirks.deny403 = [{ times: Infinity }];
    await restart();
    expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'mixed' });
    expect(alarmsOf(world)).toContain(MIXED_ALARM);
    world.registry.quirks.deny403 = [];
    await world.pass(HOUR);
    expect(tagsOf(world)).toMatchObject({ main: release.old.digest, latest: release.old.digest });
    expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'restored' });
    await world.end();
  });
});
