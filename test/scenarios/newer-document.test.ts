// A promotion that a newer version wrote, and a process of today beside it: it leaves the work to the newer one.
import { afterEach, expect, test } from 'vitest';
import { readPromotion } from '../../src/store/promotions/promotion-document.ts';
import { begin, type Conversation } from './conversation.ts';
import { trailOf } from './release.ts';

const MINUTE_MS = 60_000;

let talk: Conversation;
afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

test('a job that reads a newer document stays queued without a try, and continues once a process can read it', async () => {
  talk = await begin();
  await talk.request();
  const { db } = talk.world.app.store;
  const { document } = await db.selectFrom('promotions').select('document').executeTakeFirstOrThrow();
  expect(readPromotion(document).state.kind).toBe('awaiting-approval');
  await db
    .updateTable('promotions')
    .set({ document: document.replace(/"format":\d+,/, '"format":999,') })
    .execute();
  await talk.repo.comment({ issue: talk.issue, by: 'bob', body: '/approve P1' });
  await talk.world.drain();
  await talk.world.pass(10 * MINUTE_MS, MINUTE_MS);
  const queued = await db.selectFrom('jobs').select(['kind', 'attempts']).where('state', '=', 'queued').execute();
  expect(queued).toContainEqual({ kind: 'read-thread', attempts: 0 });
  expect(queued.every(({ attempts }) => attempts === 0)).toBe(true);
  expect(await db.selectFrom('jobs').select('kind').where('state', '=', 'dead').execute()).toEqual([]);
  await db.updateTable('promotions').set({ document }).execute();
  await talk.world.pass(2 * MINUTE_MS, MINUTE_MS);
  expect(await talk.state()).toBe('promoted');
  expect((await trailOf(talk.world)).map(({ kind }) => kind)).toEqual([
    'requested',
    'examined',
    'reviewed',
    'applying',
    'promoted',
  ]);
});
