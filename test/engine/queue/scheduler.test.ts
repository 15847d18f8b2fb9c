// The clock of the scheduler: what is asked every hour, and what every day.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { NO_REGISTRY_TOKEN_WATCH } from '../../../src/github/app/registry-token-watch.ts';
import { startScheduler } from '../../../src/engine/queue/scheduler.ts';
import { rescheduleAfterClockChange } from '../../../src/store/queue/clock.ts';
import { START, startEngine, type Engine } from '../harness.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

let engine: Engine;
beforeEach(async () => {
  engine = await startEngine();
  vi.useFakeTimers({ now: START, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await engine.close();
});

test('the machine user’s token is checked once a day, and again the day after a failure', async () => {
  const checkedAt: number[] = [];
  const check = async (): Promise<void> => {
    checkedAt.push(Date.now());
    if (checkedAt.length === 1) throw new Error('a bug');
  };
  const services = { ...engine.services, registryTokenWatch: { ...NO_REGISTRY_TOKEN_WATCH, check: check } };
  const scheduler = startScheduler(services, () => undefined);
  await vi.advanceTimersByTimeAsync(3 * DAY_MS);
  await scheduler.stop();
  await vi.advanceTimersByTimeAsync(2 * DAY_MS);
  const [first = 0] = checkedAt;
  expect(checkedAt.map((at) => (at - first) / DAY_MS)).toEqual([0, 1, 2]);
  expect(engine.log.filter((line) => line.includes('could not check GHCR_TOKEN; retrying tomorrow'))).toHaveLength(1);
});

test('a clock that is set back by an hour delays no tick by an hour', async () => {
  vi.useFakeTimers({ now: START, toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  let wakes = 0;
  const { store } = engine.services;
  const scheduler = startScheduler({ ...engine.services, now: () => Date.now() }, () => {
    wakes += 1;
  });
  await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
  expect(wakes).toBeGreaterThan(0);
  vi.setSystemTime(Date.now() - 60 * MINUTE_MS);
  const now = Date.now();
  await rescheduleAfterClockChange(store, { now, before: now + 60 * MINUTE_MS, leaseMs: 1, timers: [] });
  const before = wakes;
  await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
  await scheduler.stop();
  expect(wakes).toBeGreaterThan(before);
});

test('delivery recovery runs every five minutes, and when a process starts', async () => {
  const { store } = engine.services;
  const services = { ...engine.services, now: () => Date.now() };
  const asked = async (): Promise<number> => {
    const { numDeletedRows } = await store.db
      .deleteFrom('jobs')
      .where('kind', '=', 'recover-deliveries')
      .executeTakeFirstOrThrow();
    return Number(numDeletedRows);
  };
  const woken = Promise.withResolvers<void>();
  const scheduler = startScheduler(services, woken.resolve);
  await woken.promise;
  expect(await asked()).toBe(1);
  const perMinute: number[] = [];
  for (let minute = 1; minute <= 11; minute += 1) {
    await vi.advanceTimersByTimeAsync(60_000);
    perMinute.push(await asked());
  }
  await scheduler.stop();
  expect(perMinute.reduce((sum, count) => sum + count)).toBe(2);
  expect(Math.max(...perMinute)).toBe(1);
});
