import { describe, expect, test } from 'vitest';
import { GENESIS_HASH } from '../../src/domain/audit/audit.ts';
import type { Store } from '../../src/store/database/database.ts';
import { deleteDeliveriesBefore, saveDeliveries } from '../../src/store/queue/deliveries.ts';
import { findMark, listMarks, saveMark } from '../../src/store/promotions/github-marks.ts';
import { holdWrites, reserveWrite, type WritePermit } from '../../src/store/queue/github-write-limits.ts';
import { addJob } from '../../src/store/queue/jobs.ts';
import { countJobs } from '../../src/store/queue/job-upkeep.ts';
import { deleteExpiredIdempotencyKeys, claimIdempotencyKey } from '../../src/store/queue/idempotency-keys.ts';
import { findRepo, lockRepo, peekPromotionNumber, saveRepo, takePromotionNumber } from '../../src/store/repos.ts';
import { onBothEngines } from './engines.ts';
import { NOW, repo, storePromotion } from './fixtures.ts';
import { parseRepoName } from '../../src/domain/image/reference.ts';

const delivery = { hookTarget: 'integration/1', deliveryId: 'd-1', now: NOW };

const save = async (store: Store, over: Partial<typeof delivery> = {}): Promise<'new' | 'seen'> => {
  const { now, ...key } = { ...delivery, ...over };
  const [saved] = await store.transaction((tx) => saveDeliveries(tx, { deliveries: [key], now }));
  return saved ?? 'seen';
};

const accept = (handle: Store): Promise<void> =>
  handle.transaction(async (tx) => {
    const [saved] = await saveDeliveries(tx, { deliveries: [delivery], now: NOW });
    if (saved === 'seen') return;
    await addJob(tx, { kind: 'delivery', key: null, queueKey: null, payload: '{}', runAt: NOW, now: NOW });
  });

const use = (store: Store, args: { key: string; until: number; now: number }): Promise<boolean> =>
  store.transaction((tx) => claimIdempotencyKey(tx, args));

const LIMITS = { installationId: 7, now: NOW, intervalMs: 1000, perMinute: 80, perHour: 500, before: [] };

const reserve = (store: Store, over: Partial<typeof LIMITS> = {}): Promise<WritePermit> =>
  store.transaction((tx) => reserveWrite(tx, { ...LIMITS, ...over }));

const hold = (store: Store, until: number): Promise<void> =>
  store.transaction((tx) => holdWrites(tx, { installationId: 7, until }));

onBothEngines(({ fresh, freshPair }) => {
  describe('repositories', () => {
    test('keep their numbers when they are renamed or installed anew', async () => {
      const store = await fresh();
      await storePromotion(store);
      const renamed = { ...repo, name: parseRepoName('acme/new-name') ?? repo.name, installationId: 8 };
      await store.transaction((tx) => saveRepo(tx, renamed, NOW + 1));
      expect(await findRepo(store.db, repo.id)).toEqual(renamed);
      expect(await peekPromotionNumber(store.db, repo.id)).toBe(2);
    });

    test('that are unknown have no name, number 1 next, and can’t be locked', async () => {
      const store = await fresh();
      expect(await findRepo(store.db, 1)).toBeNull();
      expect(await peekPromotionNumber(store.db, 1)).toBe(1);
      await expect(store.transaction((tx) => lockRepo(tx, 1))).rejects.toThrow('not in the database');
    });

    test('start with an empty audit trail', async () => {
      const store = await fresh();
      await store.transaction((tx) => saveRepo(tx, repo, NOW));
      expect(await store.transaction((tx) => lockRepo(tx, repo.id))).toBeNull();
      expect(await store.db.selectFrom('repos').select('audit_hash').execute()).toMatchObject([
        { audit_hash: GENESIS_HASH },
      ]);
    });

    test('give every promotion a number of its own, however many ask at once', async () => {
      const [store, other] = await freshPair();
      await store.transaction((tx) => saveRepo(tx, repo, NOW));
      const numbers = await Promise.all(
        Array.from({ length: 12 }, (_, n) =>
          (n % 2 === 0 ? store : other).transaction((tx) => takePromotionNumber(tx, repo.id)),
        ),
      );
      expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
    });

    test('get a number back from a transaction that is rolled back', async () => {
      const store = await fresh();
      await store.transaction((tx) => saveRepo(tx, repo, NOW));
      const undone = store.transaction(async (tx) => {
        throw new Error(`no ${await takePromotionNumber(tx, repo.id)}`);
      });
      await expect(undone).rejects.toThrow('no 1');
      expect(await store.transaction((tx) => takePromotionNumber(tx, repo.id))).toBe(1);
    });
  });

  describe('deliveries', () => {
    test('are accepted once per hook target', async () => {
      const store = await fresh();
      expect(await save(store)).toBe('new');
      expect(await save(store, { now: NOW + 1 })).toBe('seen');
      expect(await save(store, { hookTarget: 'integration/2' })).toBe('new');
      expect(await save(store, { deliveryId: 'd-2' })).toBe('new');
    });

    test('that come twice at the same moment lead to one job', async () => {
      const [store, other] = await freshPair();
      await Promise.all([store, other, store, other].map(accept));
      expect(await countJobs(store.db, NOW)).toMatchObject({ queued: 1 });
    });

    test('are deleted after a time', async () => {
      const store = await fresh();
      await save(store, { now: 10 });
      await save(store, { deliveryId: 'd-2', now: 20 });
      expect(await deleteDeliveriesBefore(store.db, 20)).toBe(1);
      expect(await save(store, { now: 30 })).toBe('new');
      expect(await save(store, { deliveryId: 'd-2', now: 30 })).toBe('seen');
    });
  });

  describe('once', () => {
    test('is true for the first use, then false until it expires', async () => {
      const store = await fresh();
      expect(await use(store, { key: 'k', until: 100, now: 10 })).toBe(true);
      expect(await use(store, { key: 'k', until: 200, now: 99 })).toBe(false);
      expect(await use(store, { key: 'other', until: 200, now: 99 })).toBe(true);
      expect(await use(store, { key: 'k', until: 200, now: 100 })).toBe(true);
      expect(await use(store, { key: 'k', until: 300, now: 101 })).toBe(false);
    });

    test('deletes what has expired', async () => {
      const store = await fresh();
      await use(store, { key: 'a', until: 100, now: 10 });
      await use(store, { key: 'b', until: 101, now: 10 });
      expect(await deleteExpiredIdempotencyKeys(store.db, 100)).toBe(1);
      expect(await use(store, { key: 'b', until: 200, now: 100 })).toBe(false);
    });
  });

  describe('marks on GitHub', () => {
    test('are one of a kind per promotion, the last one counts', async () => {
      const store = await fresh();
      const { id: promotionId } = await storePromotion(store);
      const run = { promotionId, kind: 'check-run', githubId: 51_000_000_000, target: 'abc' } as const;
      const card = { promotionId, kind: 'card', githubId: 3_000_000_000, target: '5' } as const;
      await store.transaction(async (tx) => {
        await saveMark(tx, { ...run, githubId: 1 }, NOW);
        await saveMark(tx, card, NOW);
        await saveMark(tx, run, NOW + 1);
      });
      expect(await findMark(store.db, { promotionId, kind: 'check-run' })).toEqual(run);
      expect(await findMark(store.db, { promotionId, kind: 'notice' })).toBeNull();
      expect(await listMarks(store.db, promotionId)).toEqual([card, run]);
    });
  });

  describe('the spacing of writes to GitHub', () => {
    test('keeps writes of one installation apart', async () => {
      const store = await fresh();
      expect(await reserve(store)).toEqual({ kind: 'go' });
      expect(await reserve(store, { now: NOW + 400 })).toEqual({ kind: 'wait', until: NOW + 1000 });
      expect(await reserve(store, { now: NOW + 400, installationId: 8 })).toEqual({ kind: 'go' });
      expect(await reserve(store, { now: NOW + 1000 })).toEqual({ kind: 'go' });
    });

    test('allows so many a minute and so many an hour', async () => {
      const store = await fresh();
      const limits = { intervalMs: 1, perMinute: 3, perHour: 5 };
      for (const at of [0, 10, 20]) expect(await reserve(store, { ...limits, now: NOW + at })).toEqual({ kind: 'go' });
      expect(await reserve(store, { ...limits, now: NOW + 30 })).toEqual({ kind: 'wait', until: NOW + 60_000 });
      for (const at of [60_000, 60_010]) {
        expect(await reserve(store, { ...limits, now: NOW + at })).toEqual({ kind: 'go' });
      }
      expect(await reserve(store, { ...limits, now: NOW + 200_000 })).toEqual({ kind: 'wait', until: NOW + 3_600_000 });
      expect(await reserve(store, { ...limits, now: NOW + 3_600_000 })).toEqual({ kind: 'go' });
      const rows = await store.db.selectFrom('github_writes').select('at').orderBy('at').execute();
      expect(rows.map(({ at }) => at - NOW)).toEqual([10, 20, 60_000, 60_010, 3_600_000]);
    });

    test('gives one permit to those that ask at once', async () => {
      const [store, other] = await freshPair();
      for (const now of [NOW, NOW + 5000]) {
        const asked = await Promise.all([store, other, store, other].map((handle) => reserve(handle, { now })));
        expect(asked.filter(({ kind }) => kind === 'go')).toHaveLength(1);
      }
    });

    test.each([1000, 0])('holds still until a limit is reset, with an interval of %d ms', async (intervalMs) => {
      const store = await fresh();
      await hold(store, NOW + 50_000);
      await hold(store, NOW + 20_000);
      expect(await reserve(store, { intervalMs })).toEqual({ kind: 'wait', until: NOW + 50_000 });
      expect(await reserve(store, { intervalMs, now: NOW + 50_000 })).toEqual({ kind: 'go' });
    });

    test('is off with an interval of 0, and leaves no rows', async () => {
      const store = await fresh();
      for (let n = 0; n < 5; n += 1) {
        expect(await reserve(store, { intervalMs: 0, perMinute: 2 })).toEqual({ kind: 'go' });
      }
      expect(await store.db.selectFrom('github_write_limits').selectAll().execute()).toEqual([]);
      expect(await store.db.selectFrom('github_writes').selectAll().execute()).toEqual([]);
    });
  });
});
