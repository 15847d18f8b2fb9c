// What becomes of a job: done, put back, given up, taken over, or told to wait for its turn.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OutsideError } from '../../../src/net/outside-error.ts';
import type { JobOutcome } from '../../../src/engine/core/handler.ts';
import { LEASE_MS } from '../../../src/engine/core/lease.ts';
import { writeQueueKey } from '../../../src/store/queue/write-class.ts';
import { Worker } from '../../../src/engine/queue/worker.ts';
import { loadView } from '../../../src/engine/publish/load-view.ts';
import { NewerFormat } from '../../../src/store/database/stored.ts';
import { addKeylessJobs, claimJob, finishJob } from '../../../src/store/queue/jobs.ts';
import { insertPromotion } from '../../../src/store/promotions/promotions.ts';
import { saveRepo } from '../../../src/store/repos.ts';
import { promotion } from '../../store/fixtures.ts';
import { START, startEngine, type Engine } from '../harness.ts';
import { kindsWith, type Handlers } from '../job-kinds.ts';

const DONE: JobOutcome = { kind: 'done', commit: null };
const HOUR_MS = 3_600_000;

let engine: Engine;
beforeEach(async () => {
  engine = await startEngine();
});
afterEach(async () => {
  await engine.close();
});

function drain(some: Partial<Handlers>): Promise<void> {
  return new Worker(engine.services, kindsWith(some)).drain();
}

function failing(error: unknown): Partial<Handlers> {
  return {
    'delete-expired-rows': async () => {
      throw error;
    },
  };
}

describe('a job', () => {
  test('that succeeds is finished', async () => {
    await engine.add({ kind: 'delete-expired-rows' });
    await drain({ 'delete-expired-rows': async () => DONE });
    expect(await engine.jobs()).toEqual([{ state: 'done', attempts: 1, inMs: 0, error: null }]);
  });

  test('that asks to be run again waits until then, and its tries are not counted', async () => {
    await engine.add({ kind: 'delete-expired-rows' });
    const again = { kind: 'again', at: START + 5000, because: 'the registry lags' } as const;
    await drain({ 'delete-expired-rows': async () => again });
    expect(await engine.jobs()).toEqual([{ state: 'queued', attempts: 0, inMs: 5000, error: null }]);
    expect(engine.log.some((line) => line.includes('the registry lags'))).toBe(true);
  });

  test('with a transient failure is retried for days, ever more slowly, and then dead with its reason', async () => {
    await engine.add({ kind: 'delete-expired-rows' });
    const handlers = failing(new OutsideError('GitHub is away', { code: 'github-unavailable', retryable: true }));
    const waits: number[] = [];
    for (;;) {
      await drain(handlers);
      const [job] = await engine.jobs();
      if (job === undefined || job.state !== 'queued') break;
      waits.push(job.inMs);
      engine.turn(job.inMs);
    }
    expect(waits.slice(0, 4)).toEqual([1000, 2000, 4000, 8000]);
    expect(Math.max(...waits)).toBe(600_000);
    expect(waits).toHaveLength(439);
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThan(71 * HOUR_MS);
    expect(await engine.jobs()).toEqual([expect.objectContaining({ state: 'dead', error: 'GitHub is away' })]);
  });

  test('whose failure names a time is not retried before it', async () => {
    await engine.add({ kind: 'delete-expired-rows' });
    const retryAt = START + HOUR_MS;
    await drain(failing(new OutsideError('limited', { code: 'github-rate-limited', retryable: true, retryAt })));
    expect(await engine.jobs()).toEqual([{ state: 'queued', attempts: 1, inMs: HOUR_MS, error: 'limited' }]);
  });

  test('whose failure names a time years ahead is retried within the hour', async () => {
    await engine.add({ kind: 'delete-expired-rows' });
    const retryAt = START + 30_000 * HOUR_MS;
    await drain(failing(new OutsideError('later', { code: 'registry-rate-limited', retryable: true, retryAt })));
    expect(await engine.jobs()).toEqual([{ state: 'queued', attempts: 1, inMs: HOUR_MS, error: 'later' }]);
  });

  test('whose failure is final is dead immediately', async () => {
    await engine.add({ kind: 'delete-expired-rows' });
    await drain(failing(new OutsideError('gone for good', { code: 'github-gone', retryable: false })));
    expect(await engine.jobs()).toEqual([
      expect.objectContaining({ state: 'dead', attempts: 1, error: 'gone for good' }),
    ]);
  });

  test('that meets a bug is tried five times, as a bug may depend on timing', async () => {
    await engine.add({ kind: 'delete-expired-rows' });
    for (let turn = 0; turn < 10; turn += 1) {
      await drain(failing(new TypeError('x is not a function')));
      engine.turn(60_000);
    }
    expect(await engine.jobs()).toEqual([
      expect.objectContaining({ state: 'dead', attempts: 5, error: 'x is not a function' }),
    ]);
    expect(engine.log.filter((line) => line.includes('a job failed for good'))).toHaveLength(1);
  });

  test('that something else wrote into the table is dead, and the others of its queue key run', async () => {
    await engine.add({ kind: 'delete-expired-rows', queueKey: 'repo:1', payload: '{"kind":"other"}' });
    await engine.add({ kind: 'delete-expired-rows', queueKey: 'repo:1', payload: 'no JSON' });
    await engine.add({ kind: 'delete-expired-rows', queueKey: 'repo:1' });
    await drain({ 'delete-expired-rows': async () => DONE });
    expect(await engine.jobs()).toEqual([
      expect.objectContaining({ state: 'dead', error: 'job 1 holds no delete-expired-rows payload' }),
      expect.objectContaining({ state: 'dead', error: expect.stringContaining('is not valid JSON') }),
      expect.objectContaining({ state: 'done' }),
    ]);
    expect(engine.log.some((line) => line.includes('holds no delete-expired-rows payload'))).toBe(true);
  });

  test('of a kind that only a newer process knows is left to it, and blocks no other of its queue key', async () => {
    await engine.addRow({ kind: 'of-a-newer-version', queueKey: 'repo:1', payload: '{"kind":"of-a-newer-version"}' });
    await engine.add({ kind: 'delete-expired-rows', queueKey: 'repo:1' });
    for (let turn = 0; turn < 10; turn += 1) {
      await drain({ 'delete-expired-rows': async () => DONE });
      engine.turn(HOUR_MS);
    }
    expect(await engine.jobs()).toEqual([
      expect.objectContaining({ state: 'queued', attempts: 0, error: null }),
      expect.objectContaining({ state: 'done' }),
    ]);
  });

  test('that meets a document which only a newer process can read waits for it, and its tries are not counted', async () => {
    await engine.add({ kind: 'delete-expired-rows' });
    const newer = failing(new NewerFormat('promotion P12 has format 7, and this version reads up to 6'));
    for (let turn = 0; turn < 10; turn += 1) {
      await drain(newer);
      expect(await engine.jobs()).toEqual([
        { state: 'queued', attempts: 0, inMs: 60_000, error: expect.stringContaining('format 7') },
      ]);
      engine.turn(60_000);
    }
    await drain({ 'delete-expired-rows': async () => DONE });
    expect(await engine.jobs()).toEqual([expect.objectContaining({ state: 'done' })]);
  });

  test('that ends its process at each try is dead in the end', async () => {
    await engine.add({ kind: 'delete-expired-rows' });
    const { store, now } = engine.services;
    for (let crash = 1; crash <= 440; crash += 1) {
      const taken = await claimJob(store.db, { now: now(), lease: `${crash}`, leaseMs: LEASE_MS });
      expect(taken).toMatchObject({ attempts: crash });
      engine.turn(LEASE_MS);
    }
    let tries = 0;
    await drain({
      'delete-expired-rows': async () => {
        tries += 1;
        return DONE;
      },
    });
    expect(tries).toBe(0);
    expect(await engine.jobs()).toEqual([
      expect.objectContaining({ state: 'dead', error: 'the process ended during every attempt' }),
    ]);
  });

  test('that another worker took over meanwhile stores nothing', async () => {
    const { store, now } = engine.services;
    await engine.add({ kind: 'delete-expired-rows' });
    await drain({
      'delete-expired-rows': async () => {
        engine.turn(LEASE_MS + 1);
        const taken = await claimJob(store.db, { now: now(), lease: 'another', leaseMs: LEASE_MS });
        expect(taken).toMatchObject({ kind: 'delete-expired-rows', attempts: 2 });
        return DONE;
      },
    });
    expect(await engine.jobs()).toEqual([expect.objectContaining({ state: 'running', attempts: 2 })]);
    expect(engine.log.some((line) => line.includes('another worker took over this job'))).toBe(true);
    const [row] = await store.db.selectFrom('jobs').select('id').execute();
    expect(await store.transaction((tx) => finishJob(tx, { id: row?.id ?? 0, lease: 'another', now: now() }))).toBe(
      true,
    );
  });

  test('that wrote to GitHub is repeated if another worker took it over: its late text may be outdated', async () => {
    const { store, now } = engine.services;
    await engine.add({
      kind: 'update-card',
      key: 'p',
      queueKey: 'github:1',
      payload: '{"kind":"update-card","promotionId":"p"}',
    });
    const takeOver = async (): Promise<JobOutcome> => {
      engine.turn(LEASE_MS + 1);
      const taken = await claimJob(store.db, { now: now(), lease: 'another', leaseMs: LEASE_MS });
      await store.transaction((tx) => finishJob(tx, { id: taken?.id ?? 0, lease: 'another', now: now() }));
      return DONE;
    };
    let shown = 0;
    const updateCard = async (): Promise<JobOutcome> => {
      shown += 1;
      return shown === 1 ? takeOver() : DONE;
    };
    await drain({ 'update-card': updateCard });
    expect(shown).toBe(2);
    expect((await engine.jobs()).map(({ state }) => state)).toEqual(['done', 'done']);
  });

  test('whose process ended is taken over when its lease expires, as a second try', async () => {
    await engine.add({ kind: 'delete-expired-rows' });
    await claimJob(engine.services.store.db, { now: START, lease: 'of the dead', leaseMs: LEASE_MS });
    const attempts: number[] = [];
    const handlers: Partial<Handlers> = {
      'delete-expired-rows': async (job) => {
        attempts.push(job.attempts);
        return DONE;
      },
    };
    engine.turn(LEASE_MS - 1);
    await drain(handlers);
    expect(attempts).toEqual([]);
    engine.turn(1);
    await drain(handlers);
    expect(attempts).toEqual([2]);
  });
});

describe('writes to GitHub', () => {
  const queueKey = 'github:61000001';
  const write = (): Promise<void> =>
    engine.add({
      kind: 'react',
      queueKey,
      payload: JSON.stringify({ kind: 'react', repoId: 1, commentId: 1, reaction: 'eyes' }),
    });

  test('of one installation wait together: a long queue costs no more than a short one', async () => {
    await engine.close();
    engine = await startEngine({ githubWriteIntervalMs: 1000 });
    for (let count = 0; count < 50; count += 1) await write();
    const done: number[] = [];
    const react: Handlers['react'] = async () => {
      done.push(engine.services.now());
      return DONE;
    };
    for (let second = 0; second < 50; second += 1) {
      await drain({ react });
      engine.turn(1000);
    }
    expect(done).toEqual(Array.from({ length: 50 }, (_, index) => START + index * 1000));
    // A second: one that runs, one that is told to wait with all others, and three looks that find nothing.
    expect(engine.looks()).toBeLessThanOrEqual(50 * 5);
  });

  test('of 560 reactions and as many replies leave part of the hour to promotions, which are sent first', async () => {
    await engine.close();
    engine = await startEngine({ githubWriteIntervalMs: 1000 });
    await engine.services.store.transaction(async (tx) => {
      const { now } = engine.services;
      const rows = (kind: 'react' | 'reply') =>
        Array.from({ length: 560 }, () => ({
          kind,
          queueKey: writeQueueKey(kind === 'react' ? 'reaction' : 'reply', 61000001),
          payload: JSON.stringify({ kind, repoId: 1 }),
          runAt: now(),
        }));
      await addKeylessJobs(tx, { jobs: [...rows('react'), ...rows('reply')], now: now() });
    });
    const sent: string[] = [];
    const send =
      (what: string): (() => Promise<JobOutcome>) =>
      async () => {
        sent.push(what);
        return DONE;
      };
    const handlers = { react: send('reaction'), reply: send('reply'), 'create-deployment': send('deployment') };
    for (let second = 0; second < 320; second += 1) {
      await drain(handlers);
      engine.turn(1000);
    }
    expect(sent).toHaveLength(300);
    await engine.add({
      kind: 'create-deployment',
      queueKey: writeQueueKey('promotion', 61000001),
      payload: '{"kind":"create-deployment","promotionId":"p"}',
    });
    await drain(handlers);
    expect(sent.slice(300)).toEqual(['deployment']);
    // An hour after the first ones there is room again, and who is more important is still first.
    engine.turn(3_600_000);
    await engine.add({
      kind: 'create-deployment',
      queueKey: writeQueueKey('promotion', 61000001),
      payload: '{"kind":"create-deployment","promotionId":"q"}',
    });
    await drain(handlers);
    engine.turn(1000);
    await drain(handlers);
    expect(sent.slice(301)).toEqual(['deployment', 'reply']);
  });

  test('stop for the whole installation when GitHub limits one of them, and continue in order', async () => {
    const order: number[] = [];
    let limited = false;
    for (let count = 0; count < 3; count += 1) await write();
    const react: Handlers['react'] = async ({ id }) => {
      if (!limited) {
        limited = true;
        const retryAt = engine.services.now() + 60_000;
        throw new OutsideError('slow down', { code: 'github-rate-limited', retryable: true, retryAt });
      }
      order.push(id);
      return DONE;
    };
    await drain({ react });
    engine.turn(59_999);
    await drain({ react });
    expect(order).toEqual([]);
    engine.turn(1);
    await drain({ react });
    expect(order).toEqual([1, 2, 3]);
  });

  test('of another installation do not wait with them', async () => {
    await write();
    const other = 'github:61000002';
    await engine.add({
      kind: 'react',
      queueKey: other,
      payload: JSON.stringify({ kind: 'react', repoId: 2, commentId: 1, reaction: 'eyes' }),
    });
    const repos: number[] = [];
    await drain({
      react: async ({ payload }) => {
        if (payload.repoId === 1) {
          throw new OutsideError('slow down', {
            code: 'github-rate-limited',
            retryable: true,
            retryAt: START + 60_000,
          });
        }
        repos.push(payload.repoId);
        return DONE;
      },
    });
    expect(repos).toEqual([2]);
  });
});

describe('a job that a promotion waits for', () => {
  test('and that is dead leaves it stuck, and card and check run show that', async () => {
    const { store, now } = engine.services;
    const waiting = promotion({ state: { kind: 'applying', since: START, undoing: null } });
    await store.transaction(async (tx) => {
      await saveRepo(tx, waiting.repo, now());
      await insertPromotion(tx, waiting);
    });
    const payload = JSON.stringify({ kind: 'apply-tag-plan', promotionId: waiting.id });
    await engine.add({ kind: 'apply-tag-plan', key: waiting.id, payload });
    const shown: string[] = [];
    const handlers: Partial<Handlers> = {
      'apply-tag-plan': async () => {
        throw new TypeError('a bug');
      },
      'update-card': async ({ payload: { kind } }) => {
        shown.push(kind);
        return DONE;
      },
      'update-check-run': async ({ payload: { kind } }) => {
        shown.push(kind);
        return DONE;
      },
    };
    for (let tries = 1; tries <= 5; tries += 1) {
      await drain(handlers);
      engine.turn(HOUR_MS);
    }
    expect(await engine.jobs()).toContainEqual(expect.objectContaining({ state: 'dead', error: 'a bug' }));
    expect(shown.toSorted()).toEqual(['update-card', 'update-check-run']);
    expect(await loadView(engine.services, waiting)).toMatchObject({ deadJob: 1 });
  });
});
