// Calls of what src/store/promotions exports.
import type { Tx } from '../../../src/store/database/database.ts';
import {
  findDeploymentOwner,
  findPromotedBy,
  listLastPromoted,
  listNewestPromoted,
} from '../../../src/store/promotions/deployments.ts';
import {
  findMark,
  listCheckRuns,
  listMarks,
  listPromotionsShownOn,
  saveMark,
} from '../../../src/store/promotions/github-marks.ts';
import { listHeld } from '../../../src/store/promotions/history.ts';
import { listLive } from '../../../src/store/promotions/live-promotions.ts';
import {
  countPromotionsByState,
  findLastPromoted,
  findPromotion,
  findPromotionByNumber,
  findPromotionName,
  insertPromotion,
  isEnvironmentBusy,
  listMixed,
  listOpenPromotions,
  listPromotionsChangedSince,
  listPromotionsOfThread,
  listWaitingForImage,
  updatePromotion,
} from '../../../src/store/promotions/promotions.ts';
import {
  insertJournal,
  listJournal,
  listStuckPromotions,
  listUnfinishedWriters,
  markMove,
  renameMove,
} from '../../../src/store/promotions/tag-moves.ts';
import { findRejection } from '../../../src/store/promotions/rejections.ts';
import { claimJob, type Lease } from '../../../src/store/queue/jobs.ts';
import { digest, entry, NOW, promotion, repo, tag } from '../fixtures.ts';
import type { Calls } from './calls.ts';
import { GIVEN } from './fill.ts';

const { repoId, environment, promotionId, number, image, commit } = GIVEN;
const NEW = promotion({ id: 'new', number: 1000, repo: { ...repo, id: repoId } });

export const CALLS_OF_PROMOTIONS: Calls = {
  insertPromotion: ({ tx }) => insertPromotion(tx, NEW),
  updatePromotion: async ({ tx, before }) => {
    await insertPromotion(before, NEW);
    const applying = { ...NEW, version: 2, state: { kind: 'applying', undoing: null, since: NOW } } as const;
    await updatePromotion(tx, applying, 1);
  },
  findPromotion: ({ tx }) => findPromotion(tx, promotionId),
  findPromotionName: ({ tx }) => findPromotionName(tx, promotionId),
  findPromotionByNumber: ({ tx }) => findPromotionByNumber(tx, { repoId, number }),
  listOpenPromotions: async ({ tx }) => {
    await listOpenPromotions(tx, { repoId });
    await listOpenPromotions(tx, { repoId, environment });
  },
  listWaitingForImage: ({ tx }) => listWaitingForImage(tx),
  listPromotionsChangedSince: ({ tx }) => listPromotionsChangedSince(tx, { repoId, since: NOW - 100_000 }),
  listPromotionsOfThread: ({ tx }) => listPromotionsOfThread(tx, { repoId, issue: GIVEN.issue }),
  isEnvironmentBusy: ({ tx }) => isEnvironmentBusy(tx, { repoId, environment, exceptId: promotionId }),
  findRejection: ({ tx }) => findRejection(tx, { repoId, digest: digest('a') }),
  findLastPromoted: ({ tx }) => findLastPromoted(tx, { repoId, environment }),
  countPromotionsByState: ({ tx }) => countPromotionsByState(tx),
  listMixed: ({ tx }) => listMixed(tx),
  listLive: ({ tx }) => listLive(tx, NOW - 100_000),
  listHeld: ({ tx }) => listHeld(tx, { repoId, environment, repository: image }),
  findDeploymentOwner: ({ tx }) => findDeploymentOwner(tx, { repoId, githubId: 1_008_481 }),
  listLastPromoted: ({ tx }) => listLastPromoted(tx, repoId),
  findPromotedBy: ({ tx }) => findPromotedBy(tx, { repoId, environment, at: NOW }),
  listNewestPromoted: ({ tx }) => listNewestPromoted(tx, { repoId, environment, limit: 50 }),

  saveMark: ({ tx }) => saveMark(tx, { promotionId, kind: 'check-run', githubId: 7, target: commit }, NOW),
  findMark: ({ tx }) => findMark(tx, { promotionId, kind: 'check-run' }),
  listMarks: ({ tx }) => listMarks(tx, promotionId),
  listPromotionsShownOn: ({ tx }) => listPromotionsShownOn(tx, { repoId, commit: 'commit 8482' }),
  listCheckRuns: ({ tx }) => listCheckRuns(tx, { repoId, limit: 20 }),

  insertJournal: async ({ tx, before }) => {
    await insertPromotion(before, NEW);
    await insertJournal(tx, NEW.id, [entry('main'), entry('latest')], NOW);
  },
  listJournal: ({ tx }) => listJournal(tx, promotionId),
  markMove: async ({ tx, before }) =>
    markMove(tx, { promotionId, position: 0, fence: await lease(before), state: 'written', now: NOW }),
  renameMove: async ({ tx, before }) =>
    renameMove(tx, { promotionId, position: 0, fence: await lease(before), tag: tag('other'), now: NOW }),
  listUnfinishedWriters: ({ tx }) => listUnfinishedWriters(tx, { repoId, repository: image, tag: tag('v8481') }),
  listStuckPromotions: ({ tx }) => listStuckPromotions(tx, repoId),
};

async function lease(tx: Tx): Promise<Lease> {
  const job = await claimJob(tx, { now: NOW, lease: 'mine', leaseMs: 1000 });
  if (job === null) throw new Error('no job is due');
  return job;
}
