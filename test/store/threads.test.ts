// How far threads were read, and their comments: each is taken once, and remembered after that without what it said.
import { expect, test } from 'vitest';
import type { Store } from '../../src/store/database/database.ts';
import { addJob, claimJob, parkJob } from '../../src/store/queue/jobs.ts';
import { findHereSince, findLeftAt, markLeft, saveRepo } from '../../src/store/repos.ts';
import {
  deleteHandledCommentsBefore,
  dropWaitingComments,
  findThread,
  listKnownComments,
  listWaitingComments,
  saveComment,
  saveThread,
  markCommentsHandled,
} from '../../src/store/threads.ts';
import { isJobOpen } from '../../src/store/queue/waiting-jobs.ts';
import { onBothEngines } from './engines.ts';
import { NOW, repo } from './fixtures.ts';

const place = { repoId: repo.id, issue: 3 };

const meet = (store: Store, now = NOW): Promise<number | null> => store.transaction((tx) => saveRepo(tx, repo, now));

const receive = (
  store: Store,
  id: number,
  over: { readonly issue?: number; readonly document?: string } = {},
): Promise<boolean> =>
  store.transaction((tx) =>
    saveComment(
      tx,
      { ...place, issue: over.issue ?? place.issue },
      { id, document: over.document ?? `{"a":"\\u0000 ${id}"}`, receivedAt: NOW, origin: null },
    ),
  );

const take = (store: Store, ids: readonly number[], now = NOW): Promise<void> =>
  store.transaction((tx) => markCommentsHandled(tx, { repoId: repo.id, ids, now }));

onBothEngines(({ fresh, freshPair }) => {
  test('comments wait in the order of their ids, each thread for itself', async () => {
    const store = await fresh();
    await meet(store);
    for (const id of [3_900_000_003, 3_900_000_001]) await receive(store, id);
    await receive(store, 3_900_000_002, { issue: 4 });
    const waiting = await listWaitingComments(store.db, place);
    expect(waiting.map(({ id }) => id)).toEqual([3_900_000_001, 3_900_000_003]);
    expect(waiting[0]).toEqual({
      id: 3_900_000_001,
      document: '{"a":"\\u0000 3900000001"}',
      receivedAt: NOW,
      origin: null,
    });
  });

  test('a comment that arrives again changes nothing, and a taken one does not wait again', async () => {
    const store = await fresh();
    await meet(store);
    expect(await receive(store, 1)).toBe(true);
    expect(await receive(store, 1, { document: '{"other":1}' })).toBe(false);
    expect((await listWaitingComments(store.db, place)).map(({ document }) => document)).toEqual(['{"a":"\\u0000 1"}']);
    await take(store, [1]);
    expect(await receive(store, 1)).toBe(false);
    expect(await listWaitingComments(store.db, place)).toEqual([]);
    expect(await listKnownComments(store.db, { repoId: repo.id, ids: [1, 2] })).toEqual(new Set([1]));
    expect(await store.db.selectFrom('comments').select('document').execute()).toEqual([{ document: '' }]);
  });

  test('of two concurrent arrivals of a comment, one is the first', async () => {
    const [one, other] = await freshPair();
    await meet(one);
    const received = await Promise.all([receive(one, 1), receive(other, 1)]);
    expect(received.toSorted()).toEqual([false, true]);
  });

  test('comments that were taken long ago are deleted, waiting ones are not', async () => {
    const store = await fresh();
    await meet(store);
    for (const id of [1, 2, 3]) await receive(store, id);
    await take(store, [1], NOW - 2);
    await take(store, [2], NOW);
    expect(await deleteHandledCommentsBefore(store.db, NOW)).toBe(1);
    expect(await listKnownComments(store.db, { repoId: repo.id, ids: [1, 2, 3] })).toEqual(new Set([2, 3]));
  });

  test('waiting comments of a repository that left are dropped, taken ones are kept', async () => {
    const store = await fresh();
    await meet(store);
    for (const id of [1, 2]) await receive(store, id);
    await take(store, [1]);
    await store.transaction((tx) => dropWaitingComments(tx, repo.id));
    expect(await listKnownComments(store.db, { repoId: repo.id, ids: [1, 2] })).toEqual(new Set([1]));
  });

  test('a thread is stored as it was last read', async () => {
    const store = await fresh();
    await meet(store);
    expect(await findThread(store.db, place)).toBeNull();
    const thread = { readUpTo: 3_900_000_001, readSince: NOW, taking: null };
    await store.transaction((tx) => saveThread(tx, place, thread));
    expect(await findThread(store.db, place)).toEqual(thread);
    const later = { readUpTo: 3_900_000_005, readSince: NOW + 1, taking: 3_900_000_005 };
    await store.transaction((tx) => saveThread(tx, place, later));
    expect(await findThread(store.db, place)).toEqual(later);
  });

  test('the access to a repository starts with its first delivery, and again with the first one after it left', async () => {
    const store = await fresh();
    await meet(store);
    await meet(store, NOW + 10);
    expect(await findHereSince(store.db, repo.id)).toBe(NOW);
    await store.transaction((tx) => markLeft(tx, repo.id, NOW + 20));
    expect(await meet(store, NOW + 30)).toBe(NOW + 20);
    expect([await findHereSince(store.db, repo.id), await findLeftAt(store.db, repo.id)]).toEqual([NOW + 30, null]);
  });

  test('a job is open while it waits or runs, not when it is dead', async () => {
    const store = await fresh();
    const job = { kind: 'command', key: '42/1' };
    expect(await isJobOpen(store.db, job)).toBe(false);
    await store.transaction((tx) => addJob(tx, { ...job, queueKey: null, payload: '{}', runAt: NOW, now: NOW }));
    expect(await isJobOpen(store.db, job)).toBe(true);
    const claimed = await claimJob(store.db, { now: NOW, lease: 'l', leaseMs: 1000 });
    expect(await isJobOpen(store.db, job)).toBe(true);
    expect(await isJobOpen(store.db, { ...job, key: '42/2' })).toBe(false);
    await store.transaction((tx) => parkJob(tx, { id: claimed?.id ?? 0, lease: 'l', error: 'it broke', now: NOW }));
    expect(await isJobOpen(store.db, job)).toBe(false);
  });
});
