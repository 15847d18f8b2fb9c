// A promotion of several images: the model has a list, though a policy names one so far.
import { expect, test } from 'vitest';
import { digest, FOREIGN, image, IMAGE, NEW, OLD, promotion, tag } from '../build.ts';
import type { TagState } from '../../../src/domain/image/tag-plan.ts';
import type { Promotion } from '../../../src/domain/promotion/promotion.ts';
import { accept, promotionIn, replan } from './build.ts';

const WORKER = image('ghcr.io/acme/worker');
const WORKER_NEW = digest('worker-new');
const WORKER_OLD = digest('worker-old');

function holding(worker: TagState['digest'], main: TagState['digest'] = FOREIGN): readonly TagState[] {
  const state = { leftByUnfinished: false } as const;
  return ['main', 'latest'].flatMap((name) => [
    { repository: IMAGE, tag: tag(name), digest: main, ...state },
    { repository: WORKER, tag: tag(name), digest: worker, ...state },
  ]);
}

function waiting(): Promotion {
  const { images, ...asking } = promotionIn('awaiting-approval');
  const worker = { repository: WORKER, digest: WORKER_NEW, commit: null, commitTag: null, platforms: [] };
  return { ...promotion(), ...asking, images: [...images, worker] };
}

test('each image has its moves, and all floating tags come last', () => {
  const { promotion: after } = replan(waiting(), holding(WORKER_OLD));
  expect(after.moves.map(({ kind, repository }) => [kind, repository])).toEqual([
    ['rollback', IMAGE],
    ['rollback', WORKER],
    ['permanent', IMAGE],
    ['floating', IMAGE],
    ['floating', IMAGE],
    ['floating', WORKER],
    ['floating', WORKER],
  ]);
  expect(after.baseline).toContainEqual({ repository: WORKER, tag: tag('main'), digest: WORKER_OLD });
});

test('production holds it only if it holds every image', () => {
  const one = accept(waiting(), { kind: 'production-read', production: holding(WORKER_OLD, NEW) }).promotion;
  expect(one.state.kind).toBe('examining');
  const all = accept(waiting(), { kind: 'production-read', production: holding(WORKER_NEW, NEW) }).promotion;
  expect(all.state).toEqual({ kind: 'superseded', by: { kind: 'production' } });
});

test('an image whose permanent tag is taken blocks all of them', () => {
  const taken = { repository: IMAGE, tag: tag('main-staging-abc1234'), digest: OLD, leftByUnfinished: false };
  const production = [...holding(WORKER_OLD), taken];
  const { promotion: after } = accept(waiting(), { kind: 'production-read', production });
  expect(after).toMatchObject({ state: { kind: 'checks-failed' }, moves: [] });
  expect(after.findings).toContainEqual(expect.objectContaining({ rule: 'permanent-tag', image: IMAGE }));
});
