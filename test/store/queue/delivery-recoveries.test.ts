// How far the sweep over deliveries came, which of them were accepted, and which promotions are still compared.
import { expect, test } from 'vitest';
import type { Promotion } from '../../../src/domain/promotion/promotion.ts';
import { listAccepted, saveDeliveries } from '../../../src/store/queue/deliveries.ts';
import {
  findDatabaseMadeAt,
  findDeliveryRecovery,
  findLastRecoveryAt,
  saveDeliveryRecovery,
} from '../../../src/store/queue/delivery-recoveries.ts';
import { listLive } from '../../../src/store/promotions/live-promotions.ts';
import { markLeft } from '../../../src/store/repos.ts';
import { onBothEngines } from '../engines.ts';
import { digest, image, NOW, repo, storePromotion, tag } from '../fixtures.ts';

const hookTarget = 'integration/1';
const MOVED = { kind: 'floating', repository: image, tag: tag('main'), baseline: null, digest: digest('a') } as const;

const promoted = (at: number): Partial<Promotion> => ({ moves: [MOVED], state: { kind: 'promoted', at } });

onBothEngines(({ fresh }) => {
  test('a recovery that continues keeps the end of the previous one', async () => {
    const { db } = await fresh();
    const madeAt = await findDatabaseMadeAt(db);
    expect(await findDeliveryRecovery(db, hookTarget)).toBeNull();
    expect(await findLastRecoveryAt(db)).toBe(madeAt);
    await saveDeliveryRecovery(db, { hookTarget, recoveredTo: NOW, completeAt: null });
    expect(await findDeliveryRecovery(db, hookTarget)).toEqual({ recoveredTo: NOW, completeAt: null });
    expect(await findLastRecoveryAt(db)).toBe(madeAt);
    await saveDeliveryRecovery(db, { hookTarget, recoveredTo: NOW + 1, completeAt: NOW + 2 });
    await saveDeliveryRecovery(db, { hookTarget, recoveredTo: NOW + 3, completeAt: null });
    expect(await findDeliveryRecovery(db, hookTarget)).toEqual({ recoveredTo: NOW + 3, completeAt: NOW + 2 });
    expect(await findLastRecoveryAt(db)).toBe(NOW + 2);
  });

  test('of some deliveries, those that were accepted for the same hook are returned', async () => {
    const store = await fresh();
    const deliveries = [
      { hookTarget, deliveryId: 'a' },
      { hookTarget: 'integration/2', deliveryId: 'b' },
    ];
    await store.transaction((tx) => saveDeliveries(tx, { deliveries, now: NOW }));
    const asked = { hookTarget, deliveryIds: ['a', 'b', 'c'] };
    expect([...(await listAccepted(store.db, asked))]).toEqual(['a']);
    expect([...(await listAccepted(store.db, { hookTarget, deliveryIds: [] }))]).toEqual([]);
  });

  test('open promotions are live, and the recent ones that an environment holds, unless the App left', async () => {
    const store = await fresh();
    await storePromotion(store, promoted(NOW - 2));
    const last = await storePromotion(store, promoted(NOW - 1));
    await storePromotion(store, { ...promoted(NOW - 100), environment: 'canary' });
    const open = await storePromotion(store, { environment: 'qa' });
    await storePromotion(store, { state: { kind: 'expired' } });
    await storePromotion(store, { repo: { ...repo, id: 43 } });
    await store.transaction((tx) => markLeft(tx, 43, NOW));
    const live = await listLive(store.db, NOW - 50);
    expect(live.map(({ id }) => id).toSorted()).toEqual([last.id, open.id].toSorted());
  });
});
