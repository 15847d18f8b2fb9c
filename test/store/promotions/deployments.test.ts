// Whose a deployment is, and who reached each environment last.
import { expect, test } from 'vitest';
import {
  findDeploymentOwner,
  findPromotedBy,
  listLastPromoted,
  listNewestPromoted,
} from '../../../src/store/promotions/deployments.ts';
import { saveMark } from '../../../src/store/promotions/github-marks.ts';
import { onBothEngines } from '../engines.ts';
import { digest, image, NOW, repo, storePromotion, tag } from '../fixtures.ts';

const MOVED = { kind: 'floating', repository: image, tag: tag('main'), baseline: null, digest: digest('a') } as const;

onBothEngines(({ fresh }) => {
  test('a deployment is owned by the promotion that made it, in its repository', async () => {
    const store = await fresh();
    const { id } = await storePromotion(store);
    const mark = { promotionId: id, kind: 'deployment', githubId: 2_900_000_001, target: 'production' } as const;
    await store.transaction((tx) => saveMark(tx, mark, NOW));
    await store.transaction((tx) => saveMark(tx, { ...mark, kind: 'check-run', githubId: 2_900_000_002 }, NOW));
    expect(await findDeploymentOwner(store.db, { repoId: repo.id, githubId: 2_900_000_001 })).toBe(id);
    expect(await findDeploymentOwner(store.db, { repoId: repo.id, githubId: 2_900_000_002 })).toBeNull();
    expect(await findDeploymentOwner(store.db, { repoId: 43, githubId: 2_900_000_001 })).toBeNull();
  });

  test('each environment has the promotion that reached it last, whatever its deployment did', async () => {
    const store = await fresh();
    const promoted = { kind: 'promoted', at: NOW } as const;
    const failed = { kind: 'deployment-failed', at: NOW + 1, since: NOW + 9, url: null } as const;
    const first = await storePromotion(store, { moves: [MOVED], state: { kind: 'promoted', at: NOW - 1 } });
    const last = await storePromotion(store, { moves: [MOVED], state: failed });
    const second = await storePromotion(store, { moves: [MOVED], state: promoted });
    const canary = await storePromotion(store, { moves: [MOVED], environment: 'canary', state: promoted });
    await storePromotion(store, { environment: 'qa', state: promoted });
    await storePromotion(store, { environment: 'eu' });
    await storePromotion(store, { repo: { ...repo, id: 43 }, moves: [MOVED], state: promoted });
    expect(await listLastPromoted(store.db, repo.id)).toEqual([canary, last]);
    expect(await listLastPromoted(store.db, 44)).toEqual([]);
    const production = { repoId: repo.id, environment: last.environment };
    expect(await listNewestPromoted(store.db, { ...production, limit: 9 })).toEqual([last, second, first]);
    expect(await listNewestPromoted(store.db, { ...production, limit: 2 })).toEqual([last, second]);
    expect(await findPromotedBy(store.db, { ...production, at: NOW })).toEqual(second);
    expect(await findPromotedBy(store.db, { ...production, at: NOW - 2 })).toBeNull();
  });
});
