// What an environment held, as promotions and the journal tell it.
import { expect, test } from 'vitest';
import type { JournalEntry } from '../../../src/domain/decide.ts';
import type { Promotion } from '../../../src/domain/promotion/promotion.ts';
import type { Store } from '../../../src/store/database/database.ts';
import { listHeld } from '../../../src/store/promotions/history.ts';
import { addJob, claimJob } from '../../../src/store/queue/jobs.ts';
import { insertJournal, markMove } from '../../../src/store/promotions/tag-moves.ts';
import { onBothEngines } from '../engines.ts';
import { digest, entry, image, NOW, repo, repository, storePromotion, tag } from '../fixtures.ts';

const PRODUCTION = { repoId: repo.id, environment: 'production', repository: image };

function of(letter: string, change: Partial<Promotion> = {}): Partial<Promotion> {
  const move = {
    kind: 'floating',
    repository: image,
    tag: tag('main'),
    baseline: null,
    digest: digest(letter),
  } as const;
  return {
    images: [{ repository: image, digest: digest(letter), commit: null, commitTag: null, platforms: [] }],
    moves: [move],
    ...change,
  };
}

function promotedAt(at: number): Pick<Promotion, 'state'> {
  return { state: { kind: 'promoted', at } };
}

/** What the floating tags held when it was planned. */
function over(holds: Readonly<Record<string, string | null>>): Pick<Promotion, 'baseline'> {
  return {
    baseline: Object.entries(holds).map(([name, letter]) => ({
      repository: image,
      tag: tag(name),
      digest: letter === null ? null : digest(letter),
    })),
  };
}

/** Stores a journal all of whose tags are written. */
async function write(store: Store, promotion: Promotion, entries: readonly JournalEntry[]): Promise<void> {
  await store.transaction(async (tx) => {
    await insertJournal(tx, promotion.id, entries, NOW);
    await addJob(tx, { kind: 'apply-tag-plan', key: null, queueKey: null, payload: '{}', runAt: NOW, now: NOW });
  });
  const fence = await claimJob(store.db, { now: NOW, lease: promotion.id, leaseMs: 1000 });
  if (fence === null) throw new Error('no job to hold the lease of');
  await store.transaction(async (tx) => {
    for (const [position] of entries.entries()) {
      await markMove(tx, { promotionId: promotion.id, position, state: 'confirmed', now: NOW, fence });
    }
  });
}

onBothEngines(({ fresh }) => {
  test('holdings are in the order in which they reached the environment, not in that of the requests', async () => {
    const store = await fresh();
    await storePromotion(store, of('a', promotedAt(NOW + 2)));
    await storePromotion(
      store,
      of('b', { ...promotedAt(NOW + 1), kind: 'rollback', requester: { id: 2, login: 'bob' } }),
    );
    await storePromotion(store, of('c', { state: { kind: 'deployed', at: NOW + 2, since: NOW + 3, url: null } }));
    await storePromotion(store, of('d'));
    expect(await listHeld(store.db, PRODUCTION)).toMatchObject([
      { digest: digest('b'), promotion: 2, at: NOW + 1, by: { id: 2, login: 'bob' }, kind: 'rollback', report: null },
      { digest: digest('a'), promotion: 1, at: NOW + 2, by: { id: 1, login: 'ada' }, kind: 'promotion', report: null },
      {
        digest: digest('c'),
        promotion: 3,
        at: NOW + 2,
        kind: 'promotion',
        report: { status: 'deployed', at: NOW + 3 },
      },
    ]);
  });

  test('the oldest one is what the first promotion replaced, under the tags that held nothing else', async () => {
    const store = await fresh();
    const first = over({ main: 'f', latest: null, stable: 'e' });
    await storePromotion(store, of('a', { ...promotedAt(NOW + 1), ...first, force: true }));
    await storePromotion(store, of('b', { ...promotedAt(NOW + 2), ...over({ main: 'a' }) }));
    await storePromotion(store, of('c', { ...promotedAt(NOW), environment: 'canary', ...over({ main: null }) }));
    expect(await listHeld(store.db, PRODUCTION)).toMatchObject([
      { kind: 'baseline', digest: digest('f'), promotion: 1, forced: false, floating: ['main', 'latest'] },
      { kind: 'promotion', digest: digest('a'), promotion: 1, forced: true, floating: ['main', 'latest', 'stable'] },
      { kind: 'promotion', digest: digest('b'), promotion: 2, forced: false, floating: ['main'] },
    ]);
    expect(await listHeld(store.db, { ...PRODUCTION, environment: 'canary' })).toMatchObject([{ kind: 'promotion' }]);
  });

  test('other environments, repositories and images have their own history, and a version alone has none', async () => {
    const store = await fresh();
    const api = repository('ghcr.io/acme/dotca/api');
    await storePromotion(store, of('a', { ...promotedAt(NOW), environment: 'canary' }));
    await storePromotion(store, of('b', { ...promotedAt(NOW), repo: { ...repo, id: 43 } }));
    await storePromotion(store, of('c', promotedAt(NOW)));
    await storePromotion(store, {
      ...of('d', promotedAt(NOW)),
      images: [{ repository: api, digest: digest('d'), commit: null, commitTag: null, platforms: [] }],
    });
    const version = {
      kind: 'permanent',
      repository: image,
      tag: tag('v1.0.0'),
      baseline: null,
      digest: digest('c'),
    } as const;
    await storePromotion(store, of('c', { ...promotedAt(NOW + 1), moves: [version] }));
    const held = await listHeld(store.db, PRODUCTION);
    expect(held.map(({ promotion }) => promotion)).toEqual([2]);
    expect((await listHeld(store.db, { ...PRODUCTION, repository: api })).map(({ digest: d }) => d)).toEqual([
      digest('d'),
    ]);
    expect(await listHeld(store.db, { ...PRODUCTION, environment: 'eu' })).toEqual([]);
  });

  test('each holding has the tags that keep its digest, also those that a later promotion wrote', async () => {
    const store = await fresh();
    const first = await storePromotion(store, of('a', promotedAt(NOW)));
    const second = await storePromotion(store, of('b', promotedAt(NOW + 1)));
    await write(store, first, [
      entry('main-staging-abc1234', { kind: 'permanent' }),
      entry('main', { kind: 'floating' }),
    ]);
    await write(store, second, [
      entry('rollback-20261124-090000-release', { kind: 'rollback' }),
      entry('main', { kind: 'floating', baseline: digest('a'), target: digest('b') }),
    ]);
    const held = await listHeld(store.db, PRODUCTION);
    expect(held.map(({ tags }) => tags)).toEqual([['main-staging-abc1234', 'rollback-20261124-090000-release'], []]);
  });
});
