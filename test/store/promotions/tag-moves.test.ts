import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../../src/domain/decide.ts';
import type { Promotion, PromotionState } from '../../../src/domain/promotion/promotion.ts';
import type { Store } from '../../../src/store/database/database.ts';
import { addJob, claimJob, finishJob } from '../../../src/store/queue/jobs.ts';
import type { Lease } from '../../../src/store/queue/jobs.ts';
import type { MoveState } from '../../../src/store/database/schema.ts';
import {
  insertJournal,
  listJournal,
  listStuckPromotions,
  listUnfinishedWriters,
  markMove,
  renameMove,
} from '../../../src/store/promotions/tag-moves.ts';
import { onBothEngines } from '../engines.ts';
import { digest, entry, image, NOW, repo, repository, storePromotion, tag } from '../fixtures.ts';
import { failure } from '../../domain/problem.ts';

const KEPT = tag('main-staging-abc1234');
const plan = [
  entry('rollback-20260101-000000-release', { kind: 'rollback', target: digest('b') }),
  entry(KEPT, { kind: 'permanent' }),
  entry('main', { baseline: digest('b') }),
];

async function claimApply(store: Store, now = 1): Promise<Lease> {
  const lease = `lease-${now}`;
  await store.transaction((tx) =>
    addJob(tx, { kind: 'apply-tag-plan', key: 'p', queueKey: null, payload: '{}', runAt: 1, now: 1 }),
  );
  const job = await claimJob(store.db, { now, lease, leaseMs: 100 });
  if (job === null) throw new Error('no job was claimed');
  return { id: job.id, lease };
}

const journal = (store: Store, { id }: Promotion, entries: readonly JournalEntry[] = plan): Promise<void> =>
  store.transaction((tx) => insertJournal(tx, id, entries, NOW));

const mark = (
  store: Store,
  { id }: Promotion,
  at: { position: number; state: MoveState; fence: Lease },
): Promise<boolean> => store.transaction((tx) => markMove(tx, { promotionId: id, now: NOW + 5, ...at }));

const FAILED: PromotionState = {
  kind: 'failed',
  failure: failure(),
};

const promoted: PromotionState = { kind: 'promoted', at: NOW };

const kept = (letter: string): JournalEntry => entry(KEPT, { kind: 'permanent', target: digest(letter) });

const floating = (letter: string): JournalEntry => entry('main', { target: digest(letter) });

async function ended(
  store: Store,
  end: { state: PromotionState; entries: readonly JournalEntry[]; written: boolean; repoId?: number },
): Promise<void> {
  const promotion = await storePromotion(store, { state: end.state, repo: { ...repo, id: end.repoId ?? repo.id } });
  await journal(store, promotion, end.entries);
  const fence = await claimApply(store, NOW);
  for (const position of end.written ? end.entries.keys() : []) {
    await mark(store, promotion, { position, state: 'written', fence });
  }
  await store.transaction((tx) => finishJob(tx, { ...fence, now: NOW }));
}

onBothEngines(({ fresh }) => {
  test('a journal comes back in the order of writing', async () => {
    const store = await fresh();
    const promotion = await storePromotion(store);
    await journal(store, promotion);
    const expected = plan.map((row, position) => ({ ...row, position, state: 'planned', updatedAt: NOW }));
    expect(await listJournal(store.db, promotion.id)).toEqual(expected);
    expect(await listJournal(store.db, 'none')).toEqual([]);
  });

  test('a new attempt replaces a journal of which nothing was written, and only such a one', async () => {
    const store = await fresh();
    const promotion = await storePromotion(store);
    await journal(store, promotion);
    await journal(store, promotion, [entry('latest')]);
    expect(await listJournal(store.db, promotion.id)).toMatchObject([{ position: 0, tag: 'latest' }]);
    await mark(store, promotion, { position: 0, state: 'written', fence: await claimApply(store) });
    await expect(journal(store, promotion)).rejects.toThrow('latest written already');
    expect(await listJournal(store.db, promotion.id)).toMatchObject([{ position: 0, tag: 'latest', state: 'written' }]);
  });

  describe('marks', () => {
    test('are stored under the lease of the job', async () => {
      const store = await fresh();
      const promotion = await storePromotion(store);
      await journal(store, promotion);
      const fence = await claimApply(store);
      expect(await mark(store, promotion, { position: 1, state: 'confirmed', fence })).toBe(true);
      const rows = await listJournal(store.db, promotion.id);
      expect(rows.map(({ state, updatedAt }) => [state, updatedAt])).toEqual([
        ['planned', NOW],
        ['confirmed', NOW + 5],
        ['planned', NOW],
      ]);
    });

    test('of a worker whose lease expired and was taken do not count', async () => {
      const store = await fresh();
      const promotion = await storePromotion(store);
      await journal(store, promotion);
      const late = await claimApply(store, 1);
      const current = await claimApply(store, 500);
      const rename = { promotionId: promotion.id, position: 0, tag: tag('other'), now: NOW };
      expect(await mark(store, promotion, { position: 1, state: 'written', fence: late })).toBe(false);
      expect(await store.transaction((tx) => renameMove(tx, { ...rename, fence: late }))).toBe(false);
      expect(await listJournal(store.db, promotion.id)).toMatchObject(
        plan.map((row) => ({ ...row, state: 'planned' })),
      );
      expect(await mark(store, promotion, { position: 1, state: 'written', fence: current })).toBe(true);
    });

    test('of a job that is finished do not count', async () => {
      const store = await fresh();
      const promotion = await storePromotion(store);
      await journal(store, promotion);
      const fence = await claimApply(store);
      await store.transaction((tx) => finishJob(tx, { ...fence, now: 2 }));
      expect(await mark(store, promotion, { position: 1, state: 'written', fence })).toBe(false);
    });

    test('of a tag that is not in the journal are a bug', async () => {
      const store = await fresh();
      const promotion = await storePromotion(store);
      const fence = await claimApply(store);
      await expect(mark(store, promotion, { position: 9, state: 'written', fence })).rejects.toThrow('no tag move 9');
    });

    test('a rollback tag whose name is taken gets another', async () => {
      const store = await fresh();
      const promotion = await storePromotion(store);
      await journal(store, promotion);
      const renamed = {
        promotionId: promotion.id,
        position: 0,
        tag: tag('rollback-20260101-000000-release-2'),
        now: NOW,
      };
      const fence = await claimApply(store);
      expect(await store.transaction((tx) => renameMove(tx, { ...renamed, fence }))).toBe(true);
      expect((await listJournal(store.db, promotion.id))[0]).toMatchObject({ tag: renamed.tag, target: digest('b') });
    });
  });

  test.each<readonly [string, PromotionState, JournalEntry, MoveState, boolean]>([
    ['a tag that should go back', FAILED, entry('main', { baseline: digest('b') }), 'stuck', true],
    ['a tag that went back', FAILED, entry('main', { baseline: digest('b') }), 'undone', false],
    ['a new tag, which can not go back', FAILED, entry('main'), 'stuck', false],
    [
      'a tag that should go back, and is still being moved',
      { kind: 'examining', again: false },
      entry('main', { baseline: digest('b') }),
      'stuck',
      false,
    ],
  ])('a promotion with %s', async (_name, state, row, moved, found) => {
    const store = await fresh();
    const promotion = await storePromotion(store, { state });
    await journal(store, promotion, [row]);
    await mark(store, promotion, { position: 0, state: moved, fence: await claimApply(store) });
    expect(await listStuckPromotions(store.db, repo.id)).toEqual(found ? [promotion.id] : []);
    expect(await listStuckPromotions(store.db, repo.id + 1)).toEqual([]);
  });

  describe('which promotion left a permanent tag behind', () => {
    test.each([
      {
        when: 'a failed promotion wrote it',
        ends: [{ state: FAILED, entries: [kept('a')], written: true }],
        found: ['a'],
      },
      {
        when: 'it was planned, not written',
        ends: [{ state: FAILED, entries: [kept('a')], written: false }],
        found: [],
      },
      { when: 'a promoted one wrote it', ends: [{ state: promoted, entries: [kept('a')], written: true }], found: [] },
      {
        when: 'a failed one wrote it, and a later one found it there and was promoted',
        ends: [
          { state: FAILED, entries: [kept('a')], written: true },
          { state: promoted, entries: [floating('a')], written: true },
        ],
        found: [],
      },
      {
        when: 'two failed ones wrote it, each another digest',
        ends: [
          { state: FAILED, entries: [kept('a')], written: true },
          { state: FAILED, entries: [kept('b')], written: true },
          { state: promoted, entries: [kept('c'), floating('c')], written: true },
        ],
        found: ['a', 'b'],
      },
      {
        when: 'a failed one of another repository on GitHub wrote it',
        ends: [{ state: FAILED, entries: [kept('a')], written: true, repoId: 43 }],
        found: [],
      },
      {
        when: 'a failed one wrote a floating tag of that name',
        ends: [{ state: FAILED, entries: [entry(KEPT)], written: true }],
        found: [],
      },
      {
        when: 'a failed one wrote the same name of another image',
        ends: [
          { state: FAILED, entries: [{ ...kept('a'), repository: repository('ghcr.io/acme/other') }], written: true },
        ],
        found: [],
      },
    ])('$when: $found', async ({ ends, found }) => {
      const store = await fresh();
      for (const end of ends) await ended(store, end);
      const writers = await listUnfinishedWriters(store.db, { repoId: repo.id, repository: image, tag: KEPT });
      expect(writers).toEqual(found.map(digest));
    });
  });
});
