import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Promotion } from '../../../src/domain/promotion/promotion.ts';
import type { Store } from '../../../src/store/database/database.ts';
import {
  countPromotionsByState,
  findLastPromoted,
  findPromotion,
  findPromotionByNumber,
  isEnvironmentBusy,
  listOpenPromotions,
  listPromotionsOfThread,
  updatePromotion,
} from '../../../src/store/promotions/promotions.ts';
import { lockRepo } from '../../../src/store/repos.ts';
import { gate, onBothEngines, untilSomebodyWaits } from '../engines.ts';
import { digest, image, NOW, repo, storePromotion, tag } from '../fixtures.ts';

const APPLYING = { kind: 'applying', since: NOW, undoing: null } as const;
const MAIN = { kind: 'floating', repository: image, tag: tag('main'), baseline: null, digest: digest('a') } as const;
const production = { repoId: repo.id, environment: 'production' };

/** The next version with changes, stored as a commit does. */
async function change(store: Store, before: Promotion, over: Partial<Promotion>): Promise<Promotion | 'conflict'> {
  const after = { ...before, ...over, version: before.version + 1 };
  const result = await store.transaction(async (tx) => {
    await lockRepo(tx, before.repo.id);
    return updatePromotion(tx, after, before.version);
  });
  return result === 'stored' ? after : result;
}

onBothEngines(({ fresh, freshPair }) => {
  test('a promotion is found by id and by its number in the repository', async () => {
    const store = await fresh();
    const elsewhere = await storePromotion(store, { repo: { ...repo, id: 43 } });
    const stored = await storePromotion(store, { reason: 'NUL \u0000 and “quotes”' });
    expect(stored.number).toBe(1);
    expect(await findPromotion(store.db, stored.id)).toEqual(stored);
    expect(await findPromotionByNumber(store.db, { repoId: repo.id, number: 1 })).toEqual(stored);
    expect(await findPromotionByNumber(store.db, { repoId: 43, number: 1 })).toEqual(elsewhere);
    expect(await findPromotion(store.db, 'none')).toBeNull();
    expect(await findPromotionByNumber(store.db, { repoId: repo.id, number: 2 })).toBeNull();
  });

  describe('versions', () => {
    test('the next one replaces the one before', async () => {
      const store = await fresh();
      const first = await storePromotion(store);
      const second = await change(store, first, { state: { kind: 'awaiting-approval' }, updatedAt: NOW + 1 });
      expect(await findPromotion(store.db, first.id)).toEqual(second);
    });

    test('one that builds on an older version is a conflict and changes nothing', async () => {
      const store = await fresh();
      const first = await storePromotion(store);
      const second = await change(store, first, { state: { kind: 'awaiting-approval' } });
      expect(await change(store, first, { state: { kind: 'expired' } })).toBe('conflict');
      expect(await findPromotion(store.db, first.id)).toEqual(second);
    });

    test('of two that are stored at once one is a conflict', async () => {
      const [store, other] = await freshPair();
      const first = await storePromotion(store);
      const results = await Promise.all([
        change(store, first, { state: { kind: 'awaiting-approval' } }),
        change(other, first, { state: { kind: 'expired' } }),
      ]);
      expect(results.filter((result) => result === 'conflict')).toHaveLength(1);
      expect(results).toContainEqual(await findPromotion(store.db, first.id));
    });

    test('one that leaves a version out is a bug', async () => {
      const store = await fresh();
      const first = await storePromotion(store);
      const work = store.transaction((tx) => updatePromotion(tx, { ...first, version: 3 }, 1));
      await expect(work).rejects.toThrow('does not follow');
    });
  });

  describe('the queue key', () => {
    test('is taken by one promotion of an environment at a time, and free when it leaves', async () => {
      const store = await fresh();
      const first = await storePromotion(store);
      const second = await storePromotion(store);
      const canary = await storePromotion(store, { environment: 'canary' });
      expect(await isEnvironmentBusy(store.db, { ...production, exceptId: second.id })).toBe(false);
      const applying = await change(store, first, { state: APPLYING });
      expect(await isEnvironmentBusy(store.db, { ...production, exceptId: second.id })).toBe(true);
      expect(await isEnvironmentBusy(store.db, { ...production, exceptId: first.id })).toBe(false);
      expect(await change(store, second, { state: APPLYING })).toBe('conflict');
      expect(await change(store, canary, { state: APPLYING })).not.toBe('conflict');
      if (applying === 'conflict') throw new Error('the queueKey was free');
      await change(store, applying, { state: { kind: 'promoted', at: NOW } });
      expect(await change(store, second, { state: APPLYING })).not.toBe('conflict');
    });

    test('is enforced by the table even without a lock of the repository, and the transaction continues', async () => {
      const [store, other] = await freshPair();
      const first = await storePromotion(store);
      const second = await storePromotion(store);
      const updated = gate();
      const { opened, open: release } = gate();
      const holding = store.transaction(async (tx) => {
        const result = await updatePromotion(tx, { ...first, state: APPLYING, version: 2 }, 1);
        updated.open();
        await opened;
        return result;
      });
      await updated.opened;
      const losing = other.transaction(async (tx) => {
        const result = await updatePromotion(tx, { ...second, state: APPLYING, version: 2 }, 1);
        return { result, after: await findPromotion(tx, second.id) };
      });
      await untilSomebodyWaits(store);
      release();
      expect(await holding).toBe('stored');
      expect(await losing).toEqual({ result: 'conflict', after: second });
    });
  });

  test('open promotions are listed oldest first, of one environment or of all', async () => {
    const store = await fresh();
    const first = await storePromotion(store);
    const ended = await storePromotion(store);
    const canary = await storePromotion(store, { environment: 'canary' });
    await storePromotion(store, { repo: { ...repo, id: 43 } });
    const last = await storePromotion(store);
    await change(store, ended, { state: { kind: 'checks-failed' } });
    expect(await listOpenPromotions(store.db, { repoId: repo.id })).toEqual([first, canary, last]);
    expect(await listOpenPromotions(store.db, production)).toEqual([first, last]);
  });

  test('the promotions of a thread are listed, ended ones too', async () => {
    const store = await fresh();
    const first = await storePromotion(store, { state: { kind: 'expired' } });
    await storePromotion(store, { thread: { issue: 6 } });
    await storePromotion(store, { thread: null });
    const last = await storePromotion(store);
    expect(await listPromotionsOfThread(store.db, { repoId: repo.id, issue: 5 })).toEqual([first, last]);
    expect(await listPromotionsOfThread(store.db, { repoId: 43, issue: 5 })).toEqual([]);
  });

  test('the last promoted one is the one that reached production last, not the one with the highest number', async () => {
    const store = await fresh();
    expect(await findLastPromoted(store.db, production)).toBeNull();
    const early = await storePromotion(store, { moves: [MAIN] });
    const late = await storePromotion(store, { moves: [MAIN] });
    await storePromotion(store, { moves: [MAIN], environment: 'canary', state: { kind: 'promoted', at: NOW + 9 } });
    await change(store, late, { state: { kind: 'promoted', at: NOW + 1 } });
    const last = await change(store, early, { state: { kind: 'promoted', at: NOW + 2 } });
    expect(await findLastPromoted(store.db, production)).toEqual(last);
  });

  test('a version that was added to production’s image is not the last promoted one', async () => {
    const store = await fresh();
    const moved = await storePromotion(store, { moves: [MAIN], state: { kind: 'promoted', at: NOW } });
    const added = await storePromotion(store, { moves: [{ ...MAIN, kind: 'permanent', tag: tag('v1.2.3') }] });
    await change(store, added, { state: { kind: 'promoted', at: NOW + 1 } });
    expect(await findLastPromoted(store.db, production)).toEqual(moved);
  });

  test('promotions are counted by state', async () => {
    const store = await fresh();
    await storePromotion(store);
    await storePromotion(store);
    await storePromotion(store, { state: { kind: 'expired' } });
    const counts = await countPromotionsByState(store.db);
    expect(counts.map((count) => ({ ...count }))).toEqual([
      { state: 'examining', count: 2 },
      { state: 'expired', count: 1 },
    ]);
  });

  test('a document that something else wrote is refused', async () => {
    const store = await fresh();
    const { id } = await storePromotion(store);
    await sql`UPDATE promotions SET document = '{"format":1}'`.execute(store.db);
    await expect(findPromotion(store.db, id)).rejects.toThrow('requester');
  });
});
