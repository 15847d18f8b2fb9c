// Which threads are near GitHub's limit of comments, and which issues continue the full ones, one after the other.
import { expect, test } from 'vitest';
import type { Store } from '../../src/store/database/database.ts';
import {
  findLongThread,
  listContinuations,
  listContinued,
  saveCommentCount,
  writeLongThread,
} from '../../src/store/long-threads.ts';
import { insertPromotion, listPromotionsOfThread } from '../../src/store/promotions/promotions.ts';
import { saveRepo } from '../../src/store/repos.ts';
import { onBothEngines } from './engines.ts';
import { NOW, promotion, repo } from './fixtures.ts';

const key = (issue: number): { readonly repoId: number; readonly issue: number } => ({ repoId: repo.id, issue });

async function count(store: Store, issue: number, comments: number): Promise<void> {
  await store.transaction((tx) => saveCommentCount(tx, key(issue), comments));
}

async function continueIn(store: Store, issue: number, continuedIn: number): Promise<void> {
  await store.transaction((tx) => writeLongThread(tx, repo.id, { kind: 'continued', issue, continuedIn }));
}

onBothEngines(({ fresh }) => {
  const start = async (): Promise<Store> => {
    const store = await fresh();
    await store.transaction((tx) => saveRepo(tx, repo, NOW));
    return store;
  };

  test('a thread is remembered from 2,000 comments on, and forgotten below', async () => {
    const store = await start();
    await count(store, 3, 1999);
    expect(await findLongThread(store.db, key(3))).toBeNull();
    await count(store, 3, 2000);
    await count(store, 3, 2001);
    expect(await findLongThread(store.db, key(3))).toEqual({ comments: 2001, continuedIn: null });
    expect(await findLongThread(store.db, { repoId: repo.id + 1, issue: 3 })).toBeNull();
    await count(store, 3, 1998);
    expect(await findLongThread(store.db, key(3))).toBeNull();
  });

  test('a full thread keeps the issue that continues it, whatever its comments', async () => {
    const store = await start();
    await store.transaction((tx) => writeLongThread(tx, repo.id, { kind: 'full', issue: 3 }));
    expect(await findLongThread(store.db, key(3))).toEqual({ comments: 2500, continuedIn: null });
    await continueIn(store, 3, 57);
    await store.transaction((tx) => writeLongThread(tx, repo.id, { kind: 'full', issue: 3 }));
    for (const comments of [2499, 12]) await count(store, 3, comments);
    expect(await findLongThread(store.db, key(3))).toEqual({ comments: 2499, continuedIn: 57 });
  });

  test('issues that continue each other are followed both ways, and a circle ends', async () => {
    const store = await start();
    expect(await listContinuations(store.db, key(3))).toEqual([3]);
    expect(await listContinued(store.db, key(3))).toEqual([3]);
    for (const [issue, next] of [
      [3, 57],
      [57, 60],
      [4, 60],
    ] as const)
      await continueIn(store, issue, next);
    expect(await listContinuations(store.db, key(3))).toEqual([3, 57, 60]);
    expect((await listContinued(store.db, key(60))).toSorted((one, other) => one - other)).toEqual([3, 4, 57, 60]);
    await continueIn(store, 60, 3);
    expect(await listContinuations(store.db, key(57))).toEqual([57, 60, 3]);
    expect(await listContinued(store.db, key(3))).toHaveLength(4);
  });

  test('the promotions of a thread include those of the full one that it continues, and not the other way round', async () => {
    const store = await start();
    await continueIn(store, 3, 57);
    await store.transaction(async (tx) => {
      for (const [number, issue] of [
        [1, 57],
        [2, 3],
        [3, 4],
      ] as const)
        await insertPromotion(tx, promotion({ id: `p${number}`, number, thread: { issue } }));
    });
    const numbers = async (issue: number): Promise<readonly number[]> =>
      (await listPromotionsOfThread(store.db, key(issue))).map(({ number }) => number);
    expect(await numbers(57)).toEqual([1, 2]);
    expect(await numbers(3)).toEqual([2]);
  });
});
