// A clock that was turned back, and repositories that left: what the tables make of both.
import { expect, test } from 'vitest';
import { findClockSetback, rescheduleAfterClockChange } from '../../../src/store/queue/clock.ts';
import type { Store } from '../../../src/store/database/database.ts';
import { holdWrites, reserveWrite } from '../../../src/store/queue/github-write-limits.ts';
import { addJob, claimJob } from '../../../src/store/queue/jobs.ts';
import { SLOT_MEMORY_MS, claimIdempotencyKey } from '../../../src/store/queue/idempotency-keys.ts';
import { findHereSince, findLeftAt, listReposOfInstallation, markLeft, saveRepo } from '../../../src/store/repos.ts';
import { onBothEngines } from '../engines.ts';
import { NOW, repo } from '../fixtures.ts';

const HOUR_MS = 3_600_000;
const THEN = NOW - HOUR_MS;
const LEASE_MS = 30_000;

const add = (store: Store, key: string, runAt: number, kind = 'delete-expired-rows'): Promise<void> =>
  store.transaction((tx) => addJob(tx, { kind, key, queueKey: null, payload: '{}', runAt, now: NOW }));

const turn = (store: Store): Promise<void> =>
  rescheduleAfterClockChange(store, { now: THEN, before: NOW, leaseMs: LEASE_MS, timers: ['timer'] });

onBothEngines(({ fresh }) => {
  test('due jobs stay due, short waits end, a date stays a date; twice changes nothing', async () => {
    const store = await fresh();
    await add(store, 'due', NOW);
    await add(store, 'long due', THEN - 1);
    await add(store, 'another try', NOW + 1);
    await add(store, 'a date', NOW + 1, 'timer');
    await add(store, 'a date that was due', NOW, 'timer');
    await add(store, 'far away', NOW + HOUR_MS + 1);
    for (let times = 0; times < 2; times += 1) {
      await turn(store);
      const rows = await store.db.selectFrom('jobs').select(['key', 'run_at']).orderBy('id').execute();
      expect(rows.map(({ key, run_at }) => [key, run_at])).toEqual([
        ['due', THEN],
        ['long due', THEN - 1],
        ['another try', THEN],
        ['a date', NOW + 1],
        ['a date that was due', THEN],
        ['far away', NOW + HOUR_MS + 1],
      ]);
    }
  });

  test('a lease of the old time expires when a current one would', async () => {
    const store = await fresh();
    await add(store, 'running', NOW);
    expect(await claimJob(store.db, { now: NOW, lease: 'one', leaseMs: LEASE_MS })).not.toBeNull();
    await turn(store);
    expect(await claimJob(store.db, { now: THEN + LEASE_MS - 1, lease: 'two', leaseMs: LEASE_MS })).toBeNull();
    expect(await claimJob(store.db, { now: THEN + LEASE_MS, lease: 'two', leaseMs: LEASE_MS })).not.toBeNull();
  });

  test('the access to a repository does not start in the future', async () => {
    const store = await fresh();
    await store.transaction((tx) => saveRepo(tx, repo, NOW));
    await turn(store);
    expect(await findHereSince(store.db, repo.id)).toBe(THEN);
  });

  test('writes to GitHub from the future delay current ones no longer than their window', async () => {
    const store = await fresh();
    const limits = { installationId: 7, intervalMs: 1000, perMinute: 2, perHour: 500, before: [] };
    for (const now of [NOW, NOW + 1000]) await store.transaction((tx) => reserveWrite(tx, { ...limits, now }));
    await turn(store);
    const ask = (now: number): Promise<unknown> => store.transaction((tx) => reserveWrite(tx, { ...limits, now }));
    expect(await ask(THEN)).toEqual({ kind: 'wait', until: THEN + 60_000 });
    expect(await ask(THEN + 60_000)).toEqual({ kind: 'go' });
  });

  test('a hold on writes lasts no longer than the longest that GitHub requests', async () => {
    const store = await fresh();
    const limits = { installationId: 7, intervalMs: 0, perMinute: 80, perHour: 500, before: [] };
    await store.transaction((tx) => holdWrites(tx, { installationId: 7, until: NOW + HOUR_MS }));
    await turn(store);
    const ask = store.transaction((tx) => reserveWrite(tx, { ...limits, now: THEN }));
    expect(await ask).toEqual({ kind: 'wait', until: THEN + HOUR_MS });
  });

  test('a time slot from the future can be used again; what is done once a day stays done', async () => {
    const store = await fresh();
    const use = (key: string, now: number, forMs: number): Promise<boolean> =>
      store.transaction((tx) => claimIdempotencyKey(tx, { key, until: now + forMs, now }));
    expect(await use('slot', NOW, SLOT_MEMORY_MS)).toBe(true);
    expect(await use('slot of then', THEN, SLOT_MEMORY_MS)).toBe(true);
    expect(await use('reply', NOW, 24 * HOUR_MS)).toBe(true);
    await turn(store);
    expect(await use('slot', THEN, SLOT_MEMORY_MS)).toBe(true);
    expect(await use('slot of then', THEN, SLOT_MEMORY_MS)).toBe(false);
    expect(await use('reply', THEN, 24 * HOUR_MS)).toBe(false);
  });

  test('the open jobs show a starting process how far its clock was set back, until they are rescheduled', async () => {
    const store = await fresh();
    const setback = (): Promise<number> => findClockSetback(store, () => THEN);
    expect(await setback()).toBe(0);
    await add(store, 'one', NOW + HOUR_MS);
    // PostgreSQL counts its own time since, by a clock that nobody turns here.
    expect(Math.floor((await setback()) / HOUR_MS)).toBe(1);
    await turn(store);
    expect(await setback()).toBe(0);
  });

  test('a repository that left keeps the time of the first loss, until a delivery names it again', async () => {
    const store = await fresh();
    const save = (now: number): Promise<number | null> => store.transaction((tx) => saveRepo(tx, repo, now));
    expect(await save(NOW)).toBeNull();
    expect(await findLeftAt(store.db, repo.id)).toBeNull();
    for (const at of [NOW + 1, NOW + 2]) await store.transaction((tx) => markLeft(tx, repo.id, at));
    expect(await findLeftAt(store.db, repo.id)).toBe(NOW + 1);
    expect(await save(NOW + 3)).toBe(NOW + 1);
    expect(await findLeftAt(store.db, repo.id)).toBeNull();
    expect(await save(NOW + 4)).toBeNull();
  });

  test('the repositories of an installation are those of its last deliveries', async () => {
    const store = await fresh();
    const moved = { ...repo, installationId: 8 };
    await store.transaction((tx) => saveRepo(tx, repo, NOW));
    expect(await listReposOfInstallation(store.db, repo.installationId)).toEqual([repo]);
    await store.transaction((tx) => saveRepo(tx, moved, NOW));
    expect(await listReposOfInstallation(store.db, repo.installationId)).toEqual([]);
    expect(await listReposOfInstallation(store.db, 8)).toEqual([moved]);
  });
});
