// When production is looked at: as the policy says, not while tags move, through outages and restarts, and never by nobody.
import { afterEach, describe, expect, test } from 'vitest';
import { addJob } from '../../src/store/queue/jobs.ts';
import { DRIFT_ALARM, driftsOf, MINUTE_MS, moved, noticed } from './drift-world.ts';
import { beginHistory, type Historic } from './history.ts';
import { push, write } from './policy-world.ts';
import { alarmsOf, beforeRequest, isPut, MIXED_ALARM, strange } from './release.ts';
import { IMAGE, type Scenario } from './world.ts';

const HOUR_MS = 60 * MINUTE_MS;

let talk: Historic;
let world: Scenario;

afterEach(async () => {
  await world.close();
});

async function begin(policy?: string): Promise<void> {
  talk = await beginHistory(policy === undefined ? {} : { policy });
  ({ world } = talk);
}

function move(tag = 'latest'): string {
  const { digest } = strange(world, `strange ${tag}`);
  world.registry.setTag(IMAGE, tag, digest);
  return digest;
}

/** Requests for manifests from now on. */
function watched(): () => number {
  const before = world.registry.requests.length;
  return () => world.registry.requests.slice(before).filter(({ path }) => path.includes('/manifests/')).length;
}

describe('drift.interval', () => {
  test('5 minutes unless the policy says otherwise', async () => {
    await begin();
    await talk.release('A');
    await world.pass(MINUTE_MS);
    const count = watched();
    await world.pass(5 * MINUTE_MS - 1);
    expect(count()).toBe(0);
    await world.pass(1);
    expect(count()).toBeGreaterThan(0);
    await world.end();
  });

  test('of one environment does not change the others', async () => {
    await begin('drift: { interval: off }\nenvironments: { production: {}, canary: { drift: { interval: 1h } } }');
    await talk.release('A');
    await talk.release('B', 'canary');
    await world.pass(10 * MINUTE_MS, MINUTE_MS);
    move('canary');
    move('latest');
    await world.pass(50 * MINUTE_MS, MINUTE_MS);
    expect(await driftsOf(talk)).toEqual([]);
    await world.pass(3 * MINUTE_MS, MINUTE_MS);
    expect(await driftsOf(talk)).toMatchObject([{ environment: 'canary', over: null }]);
    await world.pass(24 * HOUR_MS, HOUR_MS);
    expect(await driftsOf(talk)).toHaveLength(1);
    await world.end();
  });

  test('off: the second read-back is done anyway', async () => {
    await begin('drift: { interval: off }');
    await talk.release('A');
    move();
    await noticed(talk);
    expect(await driftsOf(talk)).toHaveLength(1);
    await world.end();
  });

  test('turned off: open drifts are over, and turned on again they are detected immediately', async () => {
    await begin();
    await talk.release('A');
    move();
    await noticed(talk);
    await world.pass(10 * MINUTE_MS, MINUTE_MS);
    await push(talk, 'drift: { interval: off }');
    expect(await driftsOf(talk)).toMatchObject([{ over: { because: { kind: 'not-watched' } } }]);
    await world.pass(24 * HOUR_MS, HOUR_MS);
    await push(talk, 'drift: { interval: 24h }');
    await world.pass(MINUTE_MS, MINUTE_MS / 4);
    expect(await driftsOf(talk)).toMatchObject([{ over: {} }, { over: null }]);
    await world.end();
  });

  test('made shorter counts immediately, not when the longer one has passed', async () => {
    await begin('drift: { interval: 24h }');
    await talk.release('A');
    await noticed(talk);
    await push(talk, 'drift: { interval: 1m }');
    move();
    await world.pass(2 * MINUTE_MS, MINUTE_MS / 4);
    expect(await driftsOf(talk)).toHaveLength(1);
    await world.end();
  });
});

describe('a policy that has changed', () => {
  test('no longer names the tag: it is somebody else’s', async () => {
    await begin();
    await talk.release('A');
    write(talk, 'environments: { production: { tags: [main] } }');
    move();
    await world.pass(HOUR_MS, 5 * MINUTE_MS);
    expect(await driftsOf(talk)).toEqual([]);
    await world.end();
  });

  test('no longer has the environment, or names another image: no checks', async () => {
    await begin();
    await talk.release('A');
    await world.pass(MINUTE_MS);
    move();
    await push(talk, 'environments: { canary: {} }');
    await world.pass(HOUR_MS, 5 * MINUTE_MS);
    const { host } = world.registry;
    await push(talk, `images: [${host}/acme/dotca/api]`);
    await world.pass(HOUR_MS, 5 * MINUTE_MS);
    expect(await driftsOf(talk)).toEqual([]);
    await world.end();
  });

  test('can’t be read: the promotion’s policy applies', async () => {
    await begin();
    await talk.release('A');
    write(talk, 'enviroments: {}');
    move();
    await noticed(talk);
    expect(await driftsOf(talk)).toHaveLength(1);
    await world.end();
  });
});

describe('while a promotion moves the tags', () => {
  test('nothing is checked: half-moved tags are not drift', async () => {
    await begin();
    await talk.release('A');
    const b = talk.build('B');
    await talk.say('ada', `/promote ${b.tag}`);
    // `main` is moved, and the registry shows for minutes that `latest` is not.
    beforeRequest(
      world,
      (call) => isPut(call) && call.path.endsWith('/latest'),
      () => (world.registry.quirks.lag = 9),
    );
    await talk.approve('bob');
    expect(talk.production().main).toBe(b.digest);
    expect(await talk.state(2)).toBe('applying');
    await world.pass(8 * MINUTE_MS, MINUTE_MS / 4);
    expect(await talk.state(2)).toBe('promoted');
    world.registry.quirks.lag = 0;
    await world.pass(10 * MINUTE_MS, MINUTE_MS / 4);
    expect(await driftsOf(talk)).toEqual([]);
    expect(alarmsOf(world)).toEqual([]);
    await world.end();
  });

  test('nor tags that a promotion starts to move during a check', async () => {
    await begin();
    await talk.release('A');
    const b = talk.build('B');
    await talk.say('ada', `/promote ${b.tag}`);
    await world.pass(MINUTE_MS);
    // A look that began before the approval, and a promotion that is through before the look has read the tags.
    const held = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const remove = world.registry.onRequest(async ({ method, path }) => {
      if (method !== 'HEAD' || !path.endsWith('/main')) return;
      remove();
      reached.resolve();
      await held.promise;
    });
    world.clock.turn(5 * MINUTE_MS);
    const looking = world.app.worker?.drain();
    await reached.promise;
    await talk.repo.comment({ issue: talk.issue, by: 'bob', body: '/approve P2' });
    while ((await talk.state(2)) !== 'promoted') await world.app.worker?.drain();
    held.resolve();
    await looking;
    await world.drain();
    await world.pass(3 * MINUTE_MS, MINUTE_MS / 4);
    expect(talk.holds()).toBe(b.digest);
    expect(await driftsOf(talk)).toEqual([]);
    await world.end();
  });
});

test('one environment is checked at a time, and commands do not wait for it', async () => {
  await begin('environments: { production: {}, canary: {} }');
  await talk.release('A');
  await talk.release('B', 'canary');
  await world.pass(10 * MINUTE_MS, MINUTE_MS);
  const held = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const heads: string[] = [];
  const remove = world.registry.onRequest(async ({ method, path }) => {
    const tag = path.split('/').at(-1) ?? '';
    if (method !== 'HEAD' || !['main', 'canary'].includes(tag)) return;
    heads.push(tag);
    reached.resolve();
    await held.promise;
  });
  world.clock.turn(5 * MINUTE_MS);
  const looking = world.app.worker?.drain();
  await reached.promise;
  expect(await answered('/help')).toHaveLength(1);
  expect(heads).toHaveLength(1);
  held.resolve();
  await looking;
  await world.drain();
  remove();
  expect(heads.toSorted()).toEqual(['canary', 'main']);
  await world.end();
});

/** Says it while a look hangs: the worker is drained until the answer is there, not until nothing is due. */
async function answered(body: string): Promise<readonly string[]> {
  const before = talk.replies().length;
  await talk.repo.comment({ issue: talk.issue, by: 'ada', body });
  while (talk.replies().length === before) await world.app.worker?.drain();
  return talk.replies().slice(before);
}

test('mixed tags of a failed promotion are shown on its card only', async () => {
  await begin();
  await talk.release('A');
  const b = talk.build('B');
  await talk.say('ada', `/promote ${b.tag}`);
  const other = strange(world);
  beforeRequest(
    world,
    () => world.registry.tag(IMAGE, 'latest') === b.digest,
    () => world.registry.setTag(IMAGE, 'latest', other.digest),
  );
  await talk.approve('bob');
  expect((await talk.promotion(2)).state).toMatchObject({ kind: 'failed', failure: { production: 'mixed' } });
  await world.pass(HOUR_MS, 5 * MINUTE_MS);
  expect(await driftsOf(talk)).toEqual([]);
  expect(alarmsOf(world)).toEqual([MIXED_ALARM]);
  await world.end();
});

test('a tag that somebody moved while a promotion failed is drift: it was not moved back', async () => {
  await begin();
  await talk.release('A');
  const b = talk.build('B');
  await talk.say('ada', `/promote ${b.tag}`);
  const other = strange(world);
  beforeRequest(
    world,
    (call) => isPut(call) && call.path.endsWith('/main'),
    () => {
      world.registry.setTag(IMAGE, 'latest', other.digest);
      world.clock.turn(2000);
    },
  );
  await talk.approve('bob');
  expect(await talk.state(2)).toBe('failed');
  await world.pass(6 * MINUTE_MS, MINUTE_MS / 4);
  expect(await driftsOf(talk)).toMatchObject([{ differences: [moved('latest', other.digest)] }]);
  await world.end();
});

describe('through outages', () => {
  test('a registry that does not answer is asked again, and nobody is alerted', async () => {
    await begin();
    await talk.release('A');
    world.registry.quirks.html502 = { times: Infinity };
    await world.pass(2 * HOUR_MS, MINUTE_MS);
    expect(alarmsOf(world)).toEqual([]);
    expect(await world.dead()).toEqual([]);
    world.registry.quirks.html502 = { times: 0 };
    move();
    await world.pass(20 * MINUTE_MS, MINUTE_MS / 4);
    expect(await driftsOf(talk)).toHaveLength(1);
    await world.end();
  });

  test('an unreadable image hides no moved tag, and is not suggested', async () => {
    await begin();
    await talk.release('A');
    const b = await talk.release('B');
    await talk.release('C');
    world.registry.quirks.deny403 = [{ times: Infinity, on: new RegExp(`^GET .*/manifests/${b.digest}$`) }];
    move();
    await noticed(talk);
    expect(await driftsOf(talk)).toMatchObject([{ differences: [{ kind: 'moved', tag: 'latest' }] }]);
    world.registry.deleteManifest(IMAGE, world.registry.tag(IMAGE, 'main') ?? '');
    await world.pass(6 * MINUTE_MS, MINUTE_MS / 4);
    expect((await driftsOf(talk)).at(-1)).toMatchObject({ alternative: 'P1' });
    await world.end();
  });

  test('an outage of GitHub hides no drift from the log, and the alert is posted afterwards', async () => {
    await begin();
    await talk.release('A');
    move();
    world.github.failNext({ path: /^\/repos\//, status: 503, times: Infinity });
    await noticed(talk);
    expect(alarmsOf(world)).toEqual([DRIFT_ALARM]);
    world.github.clearFaults();
    await world.pass(20 * MINUTE_MS, MINUTE_MS);
    expect(await driftsOf(talk)).toHaveLength(1);
    await world.end();
  });

  test('a restart between the two checks, and after them', async () => {
    await begin();
    await talk.release('A');
    move();
    await world.pass(MINUTE_MS);
    await world.restart();
    await world.pass(45_000);
    expect(await driftsOf(talk)).toHaveLength(1);
    await world.restart();
    await talk.rollBack('to P1');
    await world.restart();
    await world.pass(MINUTE_MS);
    expect(await driftsOf(talk)).toMatchObject([{ over: { because: {} } }]);
    await world.end();
  });

  test('a dropped check is scheduled again by the hourly tick', async () => {
    await begin();
    await talk.release('A');
    const { store } = world.app;
    await store.db.deleteFrom('jobs').where('kind', '=', 'check-drift').execute();
    move();
    await world.pass(10 * MINUTE_MS, MINUTE_MS);
    expect(await driftsOf(talk)).toEqual([]);
    const now = world.clock.now();
    const tick = {
      kind: 'delete-expired-rows',
      key: 'hour',
      queueKey: null,
      payload: JSON.stringify({ kind: 'delete-expired-rows', slot: 'hour' }),
    };
    await store.transaction((tx) => addJob(tx, { ...tick, runAt: now, now, origin: null }));
    await world.pass(MINUTE_MS, MINUTE_MS / 4);
    expect(await driftsOf(talk)).toHaveLength(1);
    await world.end();
  });
});
