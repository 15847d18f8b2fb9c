// Which promotions wait for a job that is not there; one that moved on meanwhile does not.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findLostWork } from '../../../src/engine/reconcile/lost-work.ts';
import { lockRepo } from '../../../src/store/repos.ts';
import { updatePromotion } from '../../../src/store/promotions/promotions.ts';
import { storePromotion } from '../../store/fixtures.ts';
import { startEngine, type Engine } from '../harness.ts';

let engine: Engine;
beforeEach(async () => {
  engine = await startEngine();
});
afterEach(async () => {
  await engine.close();
});

async function lost(promotion: Parameters<typeof findLostWork>[1]): Promise<readonly string[]> {
  const found = await findLostWork(engine.services, promotion);
  return found.flatMap(({ effects }) => effects.map(({ kind }) => kind));
}

test('a promotion in examination waits for facts and for its expiry', async () => {
  const promotion = await storePromotion(engine.services.store, { state: { kind: 'examining', again: false } });
  expect(await lost(promotion)).toEqual(['collect-facts', 'expire-promotion']);
  await engine.add({ kind: 'collect-facts', key: promotion.id });
  expect(await lost(promotion)).toEqual(['expire-promotion']);
  expect(engine.log.filter((line) => line.includes('waits for a job that does not exist'))).toHaveLength(3);
});

test('a promotion whose job ended since it was read has lost nothing', async () => {
  const { store } = engine.services;
  const read = await storePromotion(store, { state: { kind: 'examining', again: false } });
  await store.transaction(async (tx) => {
    await lockRepo(tx, read.repo.id);
    await updatePromotion(tx, { ...read, state: { kind: 'checks-failed' }, version: read.version + 1 }, read.version);
  });
  expect(await lost(read)).toEqual([]);
  expect(engine.log.filter((line) => line.includes('waits for a job that does not exist'))).toEqual([]);
});
