import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Store } from '../../../src/store/database/database.ts';
import {
  countJobs,
  deleteFinishedJobsBefore,
  dropJob,
  listDeadJobs,
  retryDeadJob,
} from '../../../src/store/queue/job-upkeep.ts';
import {
  addJob,
  claimJob,
  finishJob,
  holdsLease,
  nextRunAt,
  parkJob,
  requeueJob,
  type JobRow,
  type NewJobRow,
} from '../../../src/store/queue/jobs.ts';
import { extendLease, handBackJob, renewLease } from '../../../src/store/queue/leases.ts';
import { migrate } from '../../../src/store/database/migrations.ts';
import { gate, onBothEngines, turns, untilAnswered, untilSomebodyWaits } from '../engines.ts';

const run = promisify(execFile);

async function add(store: Store, ...jobs: readonly Partial<NewJobRow>[]): Promise<void> {
  await store.transaction(async (tx) => {
    for (const job of jobs) {
      await addJob(tx, { kind: 'work', key: null, queueKey: null, payload: '{}', runAt: 1, now: 1, ...job });
    }
  });
}

function claim(
  store: Store,
  { now = 10, lease = 'lease', kinds }: { now?: number; lease?: string; kinds?: readonly string[] } = {},
): Promise<JobRow | null> {
  return claimJob(store.db, { now, lease, leaseMs: 100, ...(kinds === undefined ? {} : { kinds }) });
}

async function claimIds(store: Store, now = 10): Promise<readonly number[]> {
  const ids: number[] = [];
  for (let job = await claim(store, { now }); job !== null; job = await claim(store, { now })) ids.push(job.id);
  return ids;
}

const finish = (store: Store, { id, lease }: JobRow, now = 20): Promise<boolean> =>
  store.transaction((tx) => finishJob(tx, { id, lease, now }));

function claimed(job: JobRow | null): JobRow {
  if (job === null) throw new Error('no job was claimed');
  return job;
}

onBothEngines(({ createUrl, fresh, freshPair, open }) => {
  describe('claiming', () => {
    test('gives what is due, the earliest first, and nothing that is not due', async () => {
      const store = await fresh();
      await add(store, { runAt: 9 }, { runAt: 11 }, { runAt: 3 }, { runAt: 10 });
      expect(await claimIds(store)).toEqual([3, 1, 4]);
    });

    test('gives the row as it was added', async () => {
      const store = await fresh();
      await add(store, {
        kind: 'reply',
        key: 'k',
        queueKey: 'l',
        payload: '{"text":"é"}',
        runAt: 2,
        now: 1,
        origin: { delivery: 'guid', at: 1 },
      });
      const job = claimed(await claim(store, { now: 10, lease: 'mine' }));
      expect({ ...job, payloadBytes: Buffer.from(job.payloadBytes).toString() }).toEqual({
        id: 1,
        kind: 'reply',
        key: 'k',
        queueKey: 'l',
        payload: '{"text":"é"}',
        payloadBytes: '{"text":"é"}',
        runAt: 2,
        attempts: 1,
        lease: 'mine',
        leasedUntil: 110,
        createdAt: 1,
        origin: { delivery: 'guid', at: 1 },
      });
    });

    test('gives only the requested kinds', async () => {
      const store = await fresh();
      await add(store, { kind: 'a', queueKey: 'l' }, { kind: 'b', queueKey: 'l' });
      expect(await claim(store, { kinds: ['b', 'c'] })).toMatchObject({ kind: 'b' });
      expect(await claim(store, { kinds: ['b', 'c'] })).toBeNull();
    });

    test('keeps every byte of a payload, NUL and broken UTF-8 included', async () => {
      const store = await fresh();
      const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      await add(store, { payload: bytes }, { payload: JSON.stringify({ text: 'a\u0000b' }) });
      expect(Buffer.from(claimed(await claim(store)).payloadBytes)).toEqual(Buffer.from(bytes));
      expect(JSON.parse(claimed(await claim(store)).payload)).toEqual({ text: 'a\u0000b' });
    });

    test('gives no job twice to concurrent claimers', async () => {
      const [store, other] = await freshPair();
      await add(store, ...Array.from({ length: 60 }, () => ({})));
      const ids = await Promise.all([store, other, store, other, store, other].map((handle) => claimIds(handle)));
      expect(ids.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
    });

    test('gives no job twice to concurrent processes', async () => {
      const url = await createUrl();
      const store = await open(url);
      await migrate(store, 0);
      await add(store, ...Array.from({ length: 200 }, () => ({})));
      const claimer = new URL('claimer.ts', import.meta.url).pathname;
      const outputs = await Promise.all(
        ['a', 'b', 'c'].map((lease) => run(process.execPath, [claimer, url, lease], { timeout: 20_000 })),
      );
      const ids = outputs.map(({ stdout }) => z.array(z.int()).parse(JSON.parse(stdout)));
      expect(ids.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
      expect(await countJobs(store.db, 20)).toMatchObject({ done: 200, queued: 0, running: 0 });
    });
  });

  describe('queue keys', () => {
    test('run one job at a time, in order of time', async () => {
      const store = await fresh();
      await add(store, { queueKey: 'l', runAt: 5 }, { queueKey: 'l', runAt: 4 }, { queueKey: 'other', runAt: 6 });
      const first = claimed(await claim(store));
      expect(first.id).toBe(2);
      expect(await claim(store)).toMatchObject({ id: 3 });
      expect(await claim(store)).toBeNull();
      await finish(store, first);
      expect(await claim(store)).toMatchObject({ id: 1 });
    });

    test('never run two jobs at once, however many claim', async () => {
      const [store, other] = await freshPair();
      await add(store, ...Array.from({ length: 60 }, (_, n) => ({ queueKey: `lane-${n % 3}` })));
      const busy = new Set<string>();
      const order: number[] = [];
      const work = async (handle: Store): Promise<void> => {
        for (let left = 60; left > 0; left = (await countJobs(handle.db, 10)).queued) {
          const job = await claim(handle);
          if (job === null) continue;
          const queueKey = job.queueKey ?? '';
          expect(busy.has(queueKey)).toBe(false);
          busy.add(queueKey);
          order.push(job.id);
          await turns(2);
          busy.delete(queueKey);
          await finish(handle, job);
        }
      };
      await Promise.all([store, other, store, other, store].map(work));
      for (const queueKey of [0, 1, 2]) {
        const ids = order.filter((id) => (id - 1) % 3 === queueKey);
        expect(ids).toEqual(Array.from({ length: 20 }, (_, n) => 3 * n + queueKey + 1));
      }
    });

    test('do not let a later job overtake a claimed one', async () => {
      const [store, other] = await freshPair();
      await add(store, { key: 'k', queueKey: 'l' }, { queueKey: 'l' });
      const held = gate();
      const { opened, open: release } = gate();
      const holding = store.transaction(async (tx) => {
        await addJob(tx, { kind: 'work', key: 'k', queueKey: 'l', payload: '{}', runAt: 1, now: 1 });
        held.open();
        await opened;
      });
      await held.opened;
      const early = claim(other).then((job) => job?.id ?? null);
      await untilAnswered(other, early);
      release();
      await holding;
      expect([null, 1]).toContain(await early);
    });

    test('are kept apart by the table itself', async () => {
      const store = await fresh();
      await add(store, { queueKey: 'l' }, { queueKey: 'l' });
      await claim(store);
      const force = sql`UPDATE jobs SET state = 'running', lease = 'x', leased_until = 99 WHERE id = 2`;
      await expect(force.execute(store.db)).rejects.toMatchObject({ code: 'database-unique-violation' });
    });

    test('are blocked by an expired claim until that very job is claimed again', async () => {
      const store = await fresh();
      await add(store, { queueKey: 'l', runAt: 5 }, { queueKey: 'l', runAt: 1, kind: 'other' });
      expect(await claim(store, { kinds: ['work'] })).toMatchObject({ id: 1 });
      expect(await claim(store, { now: 500, kinds: ['other'] })).toBeNull();
      expect(await claim(store, { now: 500 })).toMatchObject({ id: 1, attempts: 2 });
    });
  });

  describe('leases', () => {
    test('that expired let another take the job; what the first then writes does not count', async () => {
      const store = await fresh();
      await add(store, {});
      const first = claimed(await claim(store, { now: 10, lease: 'first' }));
      expect(await claim(store, { now: 109, lease: 'second' })).toBeNull();
      const second = claimed(await claim(store, { now: 110, lease: 'second' }));
      expect(second).toMatchObject({ id: first.id, attempts: 2 });

      const { id } = first;
      const late = { id, lease: 'first' };
      const again = { runAt: 1, countAttempt: true, error: null, now: 120 };
      expect(await renewLease(store.db, { ...late, until: 999 })).toBe(false);
      expect(await store.transaction((tx) => holdsLease(tx, late))).toBe(false);
      expect(await finish(store, first)).toBe(false);
      expect(await store.transaction((tx) => requeueJob(tx, { ...late, ...again }))).toBe(false);
      expect(await store.transaction((tx) => parkJob(tx, { ...late, error: 'x', now: 120 }))).toBe(false);
      expect(await store.transaction((tx) => holdsLease(tx, second))).toBe(true);
      expect(await finish(store, second)).toBe(true);
    });

    test('that are renewed stay valid', async () => {
      const store = await fresh();
      await add(store, {});
      const job = claimed(await claim(store, { now: 10 }));
      expect(await renewLease(store.db, { id: job.id, lease: job.lease, until: 300 })).toBe(true);
      expect(await claim(store, { now: 299 })).toBeNull();
      expect(await claim(store, { now: 300, lease: 'next' })).toMatchObject({ id: job.id });
    });

    test('are extended only if too little is left', async () => {
      const store = await fresh();
      await add(store, {});
      const { id, lease } = claimed(await claim(store, { now: 10 }));
      const extend = (least: number, until: number): Promise<number | null> =>
        store.transaction((tx) => extendLease(tx, { id, lease, least, until }));
      expect(await extend(110, 500)).toBe(110);
      expect(await extend(111, 500)).toBe(500);
      expect(await renewLease(store.db, { id, lease, until: 300 })).toBe(true);
      expect(await claim(store, { now: 499 })).toBeNull();
      expect(await claim(store, { now: 500, lease: 'next' })).toMatchObject({ id });
      expect(await extend(0, 900)).toBeNull();
    });

    test('that are returned free their jobs, once their outside writes are certainly over', async () => {
      const store = await fresh();
      await add(store, { key: 'one' }, { key: 'two', runAt: 2 });
      const one = claimed(await claim(store, { now: 10 }));
      await renewLease(store.db, { ...one, until: 150 });
      const give = ({ id, lease }: JobRow): Promise<boolean> =>
        store.transaction((tx) => handBackJob(tx, { id, lease, leaseMs: 100, now: 20 }));
      expect(await give(one)).toBe(true);
      expect(await give(one)).toBe(false);
      expect(await claim(store, { now: 49, kinds: ['work'] })).toMatchObject({ key: 'two' });
      expect(await claim(store, { now: 50 })).toMatchObject({ key: 'one', attempts: 2 });
    });

    test('can’t be taken while a transaction that read them is open', async () => {
      const [store, other] = await freshPair();
      await add(store, {});
      const job = claimed(await claim(store, { now: 10, lease: 'first' }));
      const { opened, open: release } = gate();
      const hasRead = gate();
      let ended = false;
      const work = store.transaction(async (tx) => {
        expect(await holdsLease(tx, job)).toBe(true);
        hasRead.open();
        await opened;
        ended = true;
      });
      await hasRead.opened;
      const taken = claim(other, { now: 500, lease: 'second' }).then((second) => second === null || ended);
      await untilAnswered(other, taken);
      release();
      expect(await taken).toBe(true);
      await work;
    });
  });

  describe('keys', () => {
    test('let one job of a kind and key wait, at the earlier time', async () => {
      const store = await fresh();
      await add(store, { key: 'k', runAt: 8, payload: '1' }, { key: 'k', runAt: 5 }, { key: 'k', runAt: 9 });
      await add(store, { key: 'k', kind: 'other', runAt: 9 }, { key: null }, { key: null });
      expect(await countJobs(store.db, 10)).toMatchObject({ queued: 4 });
      const jobs = [await claim(store), await claim(store), await claim(store), await claim(store)];
      expect(jobs.find((job) => job?.kind === 'work' && job.key === 'k')).toMatchObject({ runAt: 5, payload: '1' });
    });

    test('let one wait while its like runs, but not run beside it', async () => {
      const store = await fresh();
      await add(store, { key: 'k' });
      const first = claimed(await claim(store));
      await add(store, { key: 'k' });
      expect(await claim(store)).toBeNull();
      await finish(store, first);
      expect(await claim(store)).toMatchObject({ id: 2 });
    });

    test('never lose work: a job that absorbs another is not claimed before that one is committed', async () => {
      const [store, other] = await freshPair();
      await add(store, { key: 'k' });
      const added = gate();
      const { opened, open: release } = gate();
      let committing = false;
      const wish = store.transaction(async (tx) => {
        await addJob(tx, { kind: 'work', key: 'k', queueKey: null, payload: '{}', runAt: 1, now: 1 });
        added.open();
        await opened;
        committing = true;
      });
      await added.opened;
      const early = claim(other).then((job) => job === null || committing);
      await untilAnswered(other, early);
      release();
      expect(await early).toBe(true);
      await wish;
    });

    test('merge a returned job into one of the same kind and key that waits already', async () => {
      const store = await fresh();
      await add(store, { key: 'k' });
      const first = claimed(await claim(store));
      await add(store, { key: 'k', runAt: 90 });
      const again = { id: first.id, lease: first.lease, runAt: 50, countAttempt: true, error: 'oops', now: 20 };
      expect(await store.transaction((tx) => requeueJob(tx, again))).toBe(true);
      expect(await countJobs(store.db, 10)).toMatchObject({ queued: 1, running: 0, done: 1 });
      expect(await nextRunAt(store.db, { now: 20 })).toBe(50);
      expect(await claim(store, { now: 50 })).toMatchObject({ id: 2 });
    });

    test('merge a returned job into one that is being added at that moment', async () => {
      const [store, other] = await freshPair();
      await add(store, { key: 'k' });
      const first = claimed(await claim(store));
      const added = gate();
      const { opened, open: release } = gate();
      const adding = other.transaction(async (tx) => {
        await addJob(tx, { kind: 'work', key: 'k', queueKey: null, payload: '{}', runAt: 90, now: 1 });
        added.open();
        await opened;
      });
      await added.opened;
      const again = { id: first.id, lease: first.lease, runAt: 50, countAttempt: true, error: null, now: 20 };
      const requeued = store.transaction((tx) => requeueJob(tx, again));
      await untilSomebodyWaits(store);
      release();
      expect(await requeued).toBe(true);
      await adding;
      expect(await countJobs(store.db, 10)).toMatchObject({ queued: 1, running: 0, done: 1 });
      expect(await claim(store, { now: 50 })).toMatchObject({ id: 2 });
    });
  });

  describe('going back', () => {
    test.each([
      { countAttempt: true, attempts: 2, when: 'a try that failed counts' },
      { countAttempt: false, attempts: 1, when: 'a wait for a turn does not count' },
    ])('$when', async ({ countAttempt, attempts }) => {
      const store = await fresh();
      await add(store, {});
      const { id, lease } = claimed(await claim(store));
      await store.transaction((tx) => requeueJob(tx, { id, lease, runAt: 50, countAttempt, error: 'x', now: 20 }));
      expect(await claim(store, { now: 49 })).toBeNull();
      expect(await claim(store, { now: 50 })).toMatchObject({ id, attempts });
    });

    test('a dead job is listed with its error, NUL and length tamed, and can be retried or dropped', async () => {
      const store = await fresh();
      await add(store, { key: 'k' }, {});
      const [first, second] = [claimed(await claim(store)), claimed(await claim(store))];
      const error = `a\u0000b ${'x'.repeat(9000)}`;
      await store.transaction((tx) => parkJob(tx, { id: first.id, lease: first.lease, error, now: 30 }));
      await store.transaction((tx) => parkJob(tx, { id: second.id, lease: second.lease, error: 'bad', now: 31 }));
      const dead = await listDeadJobs(store.db, 10);
      expect(dead.map(({ id, parkedAt }) => ({ id, parkedAt }))).toEqual([
        { id: 2, parkedAt: 31 },
        { id: 1, parkedAt: 30 },
      ]);
      expect(dead[1]?.error).toMatch(/^a\uFFFDb x{3000}/);
      expect(dead[1]?.error).toHaveLength(4000);
      expect(await claim(store, { now: 900 })).toBeNull();

      expect(await store.transaction((tx) => dropJob(tx, 2))).toBe(true);
      expect(await store.transaction((tx) => retryDeadJob(tx, { id: 1, now: 40 }))).toBe(true);
      expect(await store.transaction((tx) => retryDeadJob(tx, { id: 1, now: 40 }))).toBe(false);
      expect(await store.transaction((tx) => dropJob(tx, 1))).toBe(false);
      expect(await claim(store, { now: 40 })).toMatchObject({ id: 1, attempts: 1 });
    });

    test('a dead job that is retried while another of its kind and key waits is done', async () => {
      const store = await fresh();
      await add(store, { key: 'k' });
      const { id, lease } = claimed(await claim(store));
      await store.transaction((tx) => parkJob(tx, { id, lease, error: 'x', now: 30 }));
      await add(store, { key: 'k', runAt: 500 });
      expect(await store.transaction((tx) => retryDeadJob(tx, { id, now: 40 }))).toBe(true);
      expect(await countJobs(store.db, 40)).toMatchObject({ queued: 1, done: 1, dead: 0 });
      expect(await claim(store, { now: 40 })).toMatchObject({ id: 2 });
    });
  });

  test('the next poll is at the earliest time that a job can be claimed', async () => {
    const store = await fresh();
    expect(await nextRunAt(store.db, { now: 10 })).toBeNull();
    await add(store, { queueKey: 'l', runAt: 5 }, { queueKey: 'l', runAt: 6 }, { key: 'k', runAt: 700 });
    expect(await nextRunAt(store.db, { now: 3 })).toBe(5);
    expect(await nextRunAt(store.db, { now: 10 })).toBe(10);
    await claim(store, { now: 10 });
    expect(await nextRunAt(store.db, { now: 11 })).toBe(110);
  });

  test('counts by state, and the age of the oldest due job', async () => {
    const store = await fresh();
    expect(await countJobs(store.db, 10)).toEqual({ queued: 0, running: 0, done: 0, dead: 0, oldestDueAgeMs: null });
    await add(store, { runAt: 1 }, { runAt: 4 }, { runAt: 90 });
    await finish(store, claimed(await claim(store)));
    expect(await countJobs(store.db, 10)).toEqual({ queued: 2, running: 0, done: 1, dead: 0, oldestDueAgeMs: 6 });
  });

  test('removes only what was done before a time', async () => {
    const store = await fresh();
    await add(store, {}, {}, {});
    await finish(store, claimed(await claim(store)), 20);
    await finish(store, claimed(await claim(store)), 30);
    const { id, lease } = claimed(await claim(store));
    await store.transaction((tx) => parkJob(tx, { id, lease, error: 'x', now: 10 }));
    expect(await deleteFinishedJobsBefore(store.db, 30)).toBe(1);
    expect(await countJobs(store.db, 40)).toMatchObject({ done: 1, dead: 1 });
  });
});
