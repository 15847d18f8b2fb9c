// The clock of the scheduler: what is asked every hour, and what every day.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { NO_PAT_WATCH } from '../../src/engine/pat-watch.ts';
import { startScheduler } from '../../src/engine/scheduler.ts';
import { START, startEngine, type Engine } from './harness.ts';

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

test('the machine user’s token is looked at once a day, and a day that fails is followed by the next', async () => {
  const looks: number[] = [];
  const look = async (): Promise<void> => {
    looks.push(Date.now());
    if (looks.length === 1) throw new Error('a bug');
  };
  const services = { ...engine.services, patWatch: { ...NO_PAT_WATCH, look } };
  const scheduler = startScheduler(services, () => undefined);
  await vi.advanceTimersByTimeAsync(3 * DAY_MS);
  await scheduler.stop();
  await vi.advanceTimersByTimeAsync(2 * DAY_MS);
  const [first = 0] = looks;
  expect(looks.map((at) => (at - first) / DAY_MS)).toEqual([0, 1, 2]);
  expect(engine.log.filter((line) => line.includes('could not be looked at; tomorrow tries again'))).toHaveLength(1);
});
