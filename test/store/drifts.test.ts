// Drifts are stored until they are over and after, and environments that nobody looks at are found.
import { expect, test } from 'vitest';
import type { Drift } from '../../src/domain/promotion/drift.ts';
import {
  countDrifts,
  findDrift,
  listDriftsSince,
  listOpenDrifts,
  listUnwatchedEnvironments,
  writeDrift,
} from '../../src/store/drifts.ts';
import { addJob } from '../../src/store/queue/jobs.ts';
import { markLeft } from '../../src/store/repos.ts';
import { onBothEngines } from './engines.ts';
import { digest, image, NOW, repo, storePromotion, tag } from './fixtures.ts';

const MOVED = { kind: 'floating', repository: image, tag: tag('main'), baseline: null, digest: digest('a') } as const;
const KIND = 'check-drift';

const drift: Drift = {
  id: 'drift-1',
  repoId: repo.id,
  environment: 'production',
  promotionId: 'promotion-42-1',
  noticedAt: NOW,
  differences: [
    { kind: 'moved', repository: image, tag: tag('main'), wanted: digest('a'), holds: null },
    {
      kind: 'missing',
      image: { role: 'target', name: 'P1', repository: image, digest: digest('b') },
      manifest: digest('c'),
      platform: 'linux/arm64',
    },
  ],
  alternative: 'P2',
  over: null,
  shownIn: null,
};

onBothEngines(({ fresh }) => {
  test('a drift comes back as it was stored, and each of its halves changes alone', async () => {
    const store = await fresh();
    await storePromotion(store);
    await store.transaction((tx) => writeDrift(tx, { kind: 'open', ...drift }));
    expect(await findDrift(store.db, drift.id)).toEqual(drift);
    const shownIn = { issue: 5, commentId: 3_900_000_001 };
    await store.transaction((tx) => writeDrift(tx, { kind: 'shown', id: drift.id, ...shownIn }));
    const seen = { differences: drift.differences.slice(0, 1), alternative: null, over: null };
    await store.transaction((tx) => writeDrift(tx, { kind: 'seen', id: drift.id, ...seen }));
    expect(await findDrift(store.db, drift.id)).toEqual({ ...drift, ...seen, shownIn });
    expect(await findDrift(store.db, 'drift-2')).toBeNull();
  });

  test('one that is over is no longer open, and is found by its end', async () => {
    const store = await fresh();
    await storePromotion(store);
    const canary = { ...drift, id: 'drift-2', environment: 'canary', noticedAt: NOW + 1 };
    const over = { at: NOW + 5, because: { kind: 'promotion', number: 2 } } as const;
    await store.transaction(async (tx) => {
      await writeDrift(tx, { kind: 'open', ...drift });
      await writeDrift(tx, { kind: 'open', ...canary });
      await writeDrift(tx, { ...drift, kind: 'seen', over });
    });
    expect(await listOpenDrifts(store.db)).toEqual([canary]);
    expect(await listOpenDrifts(store.db, { repoId: repo.id, environment: 'canary' })).toEqual([canary]);
    expect(await listOpenDrifts(store.db, { repoId: repo.id, environment: 'production' })).toEqual([]);
    const ended = { ...drift, over };
    expect(await listDriftsSince(store.db, { repoId: repo.id, since: NOW + 5 })).toEqual([ended, canary]);
    expect(await listDriftsSince(store.db, { repoId: repo.id, since: NOW + 6 })).toEqual([canary]);
    expect(await listDriftsSince(store.db, { repoId: 43, since: 0 })).toEqual([]);
  });

  test('differences are counted by environment, where the App has access', async () => {
    const store = await fresh();
    await storePromotion(store);
    await store.transaction(async (tx) => {
      await writeDrift(tx, { kind: 'open', ...drift });
      await writeDrift(tx, { kind: 'open', ...drift, id: 'drift-2', differences: drift.differences.slice(1) });
    });
    expect(await countDrifts(store.db)).toEqual([{ repo: 'acme/dotca', environment: 'production', count: 3 }]);
    await store.transaction((tx) => markLeft(tx, repo.id, NOW));
    expect(await countDrifts(store.db)).toEqual([]);
  });

  test('an environment without a scheduled check is found once, unless the App lost access there', async () => {
    const store = await fresh();
    const promoted = { moves: [MOVED], state: { kind: 'promoted', at: NOW } } as const;
    await storePromotion(store, promoted);
    await storePromotion(store, promoted);
    await storePromotion(store, { ...promoted, environment: 'canary' });
    await storePromotion(store, { environment: 'qa' });
    await storePromotion(store, { repo: { ...repo, id: 43 }, ...promoted });
    await store.transaction((tx) => markLeft(tx, 43, NOW));
    const production = { repoId: repo.id, environment: 'production' };
    const canary = { repoId: repo.id, environment: 'canary' };
    expect(await listUnwatchedEnvironments(store.db, KIND)).toEqual([canary, production]);
    const job = { kind: KIND, key: '42/canary', queueKey: null, payload: '{}', runAt: NOW, now: NOW, origin: null };
    await store.transaction((tx) => addJob(tx, job));
    expect(await listUnwatchedEnvironments(store.db, KIND)).toEqual([production]);
  });
});
