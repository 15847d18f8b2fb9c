// The worker of a running process: woken, it takes what is due; stopped, it takes nothing more.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { JobOutcome } from '../../../src/engine/core/handler.ts';
import { tick } from '../../../src/engine/queue/scheduler.ts';
import { Worker } from '../../../src/engine/queue/worker.ts';
import { startEngine, type Engine } from '../harness.ts';
import { kindsWith, type Handlers } from '../job-kinds.ts';

const DONE: JobOutcome = { kind: 'done', commit: null };
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let engine: Engine;
beforeEach(async () => {
  engine = await startEngine();
});
afterEach(async () => {
  await engine.close();
});

test('it claims waiting jobs when it starts, and new ones when it is woken', async () => {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  const ends = [first, second];
  const worker = new Worker(
    engine.services,
    kindsWith({
      'delete-expired-rows': async () => {
        ends.shift()?.resolve();
        return DONE;
      },
    }),
  );
  await engine.add({ kind: 'delete-expired-rows' });
  worker.start();
  await first.promise;
  await engine.add({ kind: 'delete-expired-rows' });
  worker.wake();
  await second.promise;
  await worker.stop(1000);
  expect((await engine.jobs()).map(({ state }) => state)).toEqual(['done', 'done']);
});

test('several jobs run at once, but those of one queue key one after the other', async () => {
  let ofQueueKey = 0;
  let most = 0;
  let free = 0;
  const all = Promise.withResolvers<void>();
  const worker = new Worker(
    engine.services,
    kindsWith({
      'delete-expired-rows': async ({ payload }) => {
        if (payload.slot !== 'queueKey') {
          free += 1;
          if (free === 3) all.resolve();
          await all.promise;
          return DONE;
        }
        ofQueueKey += 1;
        most = Math.max(most, ofQueueKey);
        await all.promise;
        ofQueueKey -= 1;
        return DONE;
      },
    }),
  );
  for (let count = 0; count < 3; count += 1) {
    await engine.add({
      kind: 'delete-expired-rows',
      queueKey: 'one',
      payload: JSON.stringify({ kind: 'delete-expired-rows', slot: 'queueKey' }),
    });
    await engine.add({ kind: 'delete-expired-rows' });
  }
  await worker.drain();
  expect({ free, most }).toEqual({ free: 3, most: 1 });
  expect((await engine.jobs()).every(({ state }) => state === 'done')).toBe(true);
});

test('stopped, it waits for running jobs, and leaves waiting ones', async () => {
  const reached = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const worker = new Worker(
    engine.services,
    kindsWith({
      'delete-expired-rows': async () => {
        reached.resolve();
        await held.promise;
        return DONE;
      },
    }),
  );
  await engine.add({ kind: 'delete-expired-rows', queueKey: 'one' });
  await engine.add({ kind: 'delete-expired-rows', queueKey: 'one' });
  worker.start();
  await reached.promise;
  const stopped = worker.stop(60_000);
  held.resolve();
  await stopped;
  expect((await engine.jobs()).map(({ state }) => state)).toEqual(['done', 'queued']);
  worker.wake();
  await worker.stop(0);
  expect((await engine.jobs()).map(({ state }) => state)).toEqual(['done', 'queued']);
});

test('stopped before running jobs have ended, it returns them: the next process need not wait for a lease', async () => {
  const reached = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const deleteExpiredRows = async (): Promise<JobOutcome> => {
    reached.resolve();
    await held.promise;
    return DONE;
  };
  const worker = new Worker(engine.services, kindsWith({ 'delete-expired-rows': deleteExpiredRows }));
  await engine.add({ kind: 'delete-expired-rows' });
  worker.start();
  await reached.promise;
  await worker.stop(0);
  expect(await engine.jobs()).toEqual([{ state: 'queued', attempts: 1, inMs: 0, error: null }]);
  const attempts: number[] = [];
  const next: Handlers['delete-expired-rows'] = async (job) => {
    attempts.push(job.attempts);
    return DONE;
  };
  await new Worker(engine.services, kindsWith({ 'delete-expired-rows': next })).drain();
  held.resolve();
  await worker.stop(60_000);
  expect(attempts).toEqual([2]);
  expect((await engine.jobs()).map(({ state }) => state)).toEqual(['done']);
});

test('a clock that is set ahead, or a pause, takes no running job from it', async () => {
  const reached = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const other = Promise.withResolvers<void>();
  const runs: string[] = [];
  const deleteExpiredRows: Handlers['delete-expired-rows'] = async ({ payload, attempts }) => {
    runs.push(`${payload.slot} ${attempts}`);
    if (payload.slot === 'other') other.resolve();
    else {
      reached.resolve();
      await held.promise;
    }
    return DONE;
  };
  const worker = new Worker(engine.services, kindsWith({ 'delete-expired-rows': deleteExpiredRows }));
  await engine.add({
    kind: 'delete-expired-rows',
    payload: JSON.stringify({ kind: 'delete-expired-rows', slot: 'long' }),
  });
  worker.start();
  await reached.promise;
  engine.turn(HOUR_MS);
  await engine.add({
    kind: 'delete-expired-rows',
    payload: JSON.stringify({ kind: 'delete-expired-rows', slot: 'other' }),
  });
  worker.wake();
  await other.promise;
  held.resolve();
  await worker.stop(60_000);
  expect(runs).toEqual(['long 1', 'other 1']);
  expect((await engine.jobs()).map(({ state }) => state)).toEqual(['done', 'done']);
});

test('woken before it starts, it starts anyway', async () => {
  const swept = Promise.withResolvers<void>();
  const deleteExpiredRows = async (): Promise<JobOutcome> => {
    swept.resolve();
    return DONE;
  };
  const worker = new Worker(engine.services, kindsWith({ 'delete-expired-rows': deleteExpiredRows }));
  await engine.add({ kind: 'delete-expired-rows' });
  worker.wake();
  worker.start();
  await swept.promise;
  await worker.stop(1000);
  expect((await engine.jobs()).map(({ state }) => state)).toEqual(['done']);
});

test('stopped during a poll, it waits for the job that it claimed at the last moment', async () => {
  const worker = new Worker(engine.services, kindsWith({ 'delete-expired-rows': async () => DONE }));
  await engine.add({ kind: 'delete-expired-rows' });
  worker.start();
  await worker.stop(60_000);
  expect(['done', 'queued']).toContain((await engine.jobs())[0]?.state);
});

test('with all slots taken, it waits for a free one instead of polling', async () => {
  const held = Promise.withResolvers<void>();
  const full = Promise.withResolvers<void>();
  let running = 0;
  const worker = new Worker(
    engine.services,
    kindsWith({
      'delete-expired-rows': async () => {
        running += 1;
        if (running === 8) full.resolve();
        await held.promise;
        return DONE;
      },
    }),
  );
  for (let count = 0; count < 10; count += 1) await engine.add({ kind: 'delete-expired-rows' });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  worker.start();
  await full.promise;
  const reads = vi.spyOn(engine.services.store.db, 'selectFrom');
  await vi.advanceTimersByTimeAsync(900);
  vi.useRealTimers();
  expect(reads.mock.calls.length).toBeLessThan(10);
  reads.mockRestore();
  held.resolve();
  await worker.stop(60_000);
});

test('promotions that hang on a dead registry leave slots free for everything else', async () => {
  const held = Promise.withResolvers<void>();
  const swept = Promise.withResolvers<void>();
  let applying = 0;
  const worker = new Worker(
    engine.services,
    kindsWith({
      'apply-tag-plan': async () => {
        applying += 1;
        await held.promise;
        return DONE;
      },
      'delete-expired-rows': async () => {
        swept.resolve();
        return DONE;
      },
    }),
  );
  for (let count = 1; count <= 10; count += 1) await engine.add({ kind: 'apply-tag-plan', queueKey: `apply:${count}` });
  await engine.add({ kind: 'delete-expired-rows' });
  worker.start();
  await swept.promise;
  expect(applying).toBeGreaterThan(1);
  held.resolve();
  await worker.stop(60_000);
});

test('a tick makes one job an hour, however many processes tick', async () => {
  const { services } = engine;
  const ticks = await Promise.all([
    tick(services, 'delete-expired-rows'),
    tick(services, 'delete-expired-rows'),
    tick(services, 'delete-expired-rows'),
  ]);
  expect(ticks.filter(Boolean)).toHaveLength(1);
  expect(await engine.jobs()).toHaveLength(1);
  engine.turn(HOUR_MS - 1);
  expect(await tick(services, 'delete-expired-rows')).toBe(false);
  engine.turn(1);
  expect(await tick(services, 'delete-expired-rows')).toBe(true);
  // The one of the hour before still waits, and does for both.
  expect(await engine.jobs()).toHaveLength(1);
});

test('retention removes jobs that ended long ago, but no dead or waiting ones', async () => {
  const { store } = engine.services;
  const worker = new Worker(engine.services, kindsWith({}));
  await engine.add({ kind: 'delivery' });
  await engine.add({ kind: 'react', queueKey: 'github:1', payload: '{"kind":"react","repoId":404}' });
  for (let turn = 0; turn < 10; turn += 1) {
    await worker.drain();
    engine.turn(60_000);
  }
  await engine.add({ kind: 'delivery', runAt: engine.services.now() + 30 * DAY_MS });
  expect((await engine.jobs()).map(({ state }) => state)).toEqual(['done', 'dead', 'queued']);
  await store.db
    .insertInto('deliveries')
    .values({ hook_target: 'x', delivery_id: 'old', received_at: engine.services.now() })
    .execute();
  engine.turn(8 * DAY_MS);
  await tick(engine.services, 'delete-expired-rows');
  await worker.drain();
  expect((await engine.jobs()).map(({ state }) => state)).toEqual(['dead', 'queued', 'done']);
  expect(await store.db.selectFrom('deliveries').selectAll().execute()).toHaveLength(1);
  engine.turn(23 * DAY_MS);
  await tick(engine.services, 'delete-expired-rows');
  await worker.drain();
  expect(await store.db.selectFrom('deliveries').selectAll().execute()).toEqual([]);
});
