// Calls of what src/store/queue exports.
import type { Tx } from '../../../src/store/database/database.ts';
import { findClockSetback, rescheduleAfterClockChange } from '../../../src/store/queue/clock.ts';
import { deleteDeliveriesBefore, listAccepted, saveDeliveries } from '../../../src/store/queue/deliveries.ts';
import {
  findDatabaseMadeAt,
  findDeliveryRecovery,
  findLastRecoveryAt,
  saveDeliveryRecovery,
} from '../../../src/store/queue/delivery-recoveries.ts';
import { holdWrites, reserveWrite } from '../../../src/store/queue/github-write-limits.ts';
import { claimIdempotencyKey, deleteExpiredIdempotencyKeys } from '../../../src/store/queue/idempotency-keys.ts';
import {
  countJobs,
  deleteFinishedJobsBefore,
  dropJob,
  findDeadJob,
  findDeadJobOf,
  listDeadJobs,
  retryDeadJob,
} from '../../../src/store/queue/job-upkeep.ts';
import {
  addJob,
  addKeylessJobs,
  claimJob,
  finishJob,
  holdsLease,
  lockClaimed,
  nextRunAt,
  parkJob,
  putBack,
  requeueJob,
  type JobRow,
} from '../../../src/store/queue/jobs.ts';
import { extendLease, handBackJob, renewLease } from '../../../src/store/queue/leases.ts';
import { delayQueueKey } from '../../../src/store/queue/queue-keys.ts';
import { firstQueuedAt, isJobOpen } from '../../../src/store/queue/waiting-jobs.ts';
import { NOW } from '../fixtures.ts';
import type { Calls } from './calls.ts';
import { GIVEN } from './fill.ts';

const KINDS = ['collect-facts', 'update-card', 'check-drift'];
const HOUR_MS = 3_600_000;
const JOB = { kind: 'collect-facts', queueKey: 'repo:1042', payload: '{}', runAt: NOW } as const;
const WRITE_LIMIT = {
  installationId: GIVEN.installationId,
  now: NOW + HOUR_MS,
  perMinute: 80,
  perHour: 500,
  before: ['github-promotion:7', 'github-notice:7'],
};

export const CALLS_OF_QUEUE: Calls = {
  addJob: ({ tx }) => addJob(tx, { ...JOB, key: 'queued 3', now: NOW }),
  addKeylessJobs: ({ tx }) => addKeylessJobs(tx, { jobs: [JOB, JOB], now: NOW }),
  claimJob: async ({ tx }) => {
    const claim = { now: NOW, lease: 'mine', leaseMs: 1000 };
    await claimJob(tx, claim);
    await claimJob(tx, { ...claim, kinds: KINDS });
  },
  holdsLease: async ({ tx, before }) => holdsLease(tx, await claimed(before)),
  lockClaimed: async ({ tx, before }) => lockClaimed(tx, await claimed(before)),
  finishJob: async ({ tx, before }) => finishJob(tx, { ...(await claimed(before)), now: NOW }),
  parkJob: async ({ tx, before }) => parkJob(tx, { ...(await claimed(before)), error: 'a bug', now: NOW }),
  requeueJob: async ({ tx, before }) => {
    const again = { runAt: NOW + 1, countAttempt: false, error: null, now: NOW };
    await requeueJob(tx, { ...(await claimed(before)), ...again });
  },
  putBack: async ({ tx, before }) => {
    const { id, kind, key, attempts } = await claimed(before);
    const again = { id, kind, key, attempts, error: null, runAt: NOW, now: NOW };
    await addJob(before, { ...JOB, kind, key: 'like', now: NOW });
    await putBack(tx, { ...again, key: 'like' });
    await putBack(tx, again);
  },
  nextRunAt: async ({ tx }) => {
    await nextRunAt(tx, { now: NOW });
    await nextRunAt(tx, { now: NOW, kinds: KINDS });
  },
  firstQueuedAt: async ({ tx }) => {
    await firstQueuedAt(tx, null);
    await firstQueuedAt(tx, KINDS);
    await firstQueuedAt(tx, ['none waits']);
  },
  isJobOpen: ({ tx }) => isJobOpen(tx, { kind: 'collect-facts', key: 'queued 3' }),
  renewLease: async ({ tx, before }) => renewLease(tx, { ...(await claimed(before)), until: NOW + HOUR_MS }),
  extendLease: async ({ tx, before }) =>
    extendLease(tx, { ...(await claimed(before)), least: NOW + HOUR_MS, until: NOW + HOUR_MS }),
  handBackJob: async ({ tx, before }) => handBackJob(tx, { ...(await claimed(before)), leaseMs: 1000, now: NOW }),
  delayQueueKey: ({ tx }) => delayQueueKey(tx, { queueKey: 'github:7', until: NOW + HOUR_MS }),

  countJobs: ({ tx }) => countJobs(tx, NOW),
  listDeadJobs: ({ tx }) => listDeadJobs(tx, 50),
  findDeadJob: ({ tx }) => findDeadJob(tx, 25_010),
  findDeadJobOf: ({ tx }) => findDeadJobOf(tx, { key: GIVEN.promotionId, kinds: KINDS }),
  retryDeadJob: async ({ tx }) => retryDeadJob(tx, { id: await deadId(tx), now: NOW }),
  dropJob: async ({ tx }) => dropJob(tx, await deadId(tx)),
  deleteFinishedJobsBefore: ({ tx }) => deleteFinishedJobsBefore(tx, NOW - 24_900),

  findClockSetback: ({ store }) => findClockSetback(store, () => NOW),
  rescheduleAfterClockChange: ({ store }) =>
    rescheduleAfterClockChange(store, { now: NOW, before: NOW + HOUR_MS, leaseMs: 1000, timers: ['check-drift'] }),

  saveDeliveries: ({ tx }) => saveDeliveries(tx, { deliveries: [delivery('new'), delivery('delivery 7')], now: NOW }),
  listAccepted: ({ tx }) => listAccepted(tx, { hookTarget: GIVEN.hookTarget, deliveryIds: ['delivery 7', 'new'] }),
  deleteDeliveriesBefore: ({ tx }) => deleteDeliveriesBefore(tx, NOW - 14_900),
  findDeliveryRecovery: ({ tx }) => findDeliveryRecovery(tx, GIVEN.hookTarget),
  saveDeliveryRecovery: ({ tx }) =>
    saveDeliveryRecovery(tx, { hookTarget: GIVEN.hookTarget, recoveredTo: NOW, completeAt: NOW }),
  findLastRecoveryAt: ({ tx }) => findLastRecoveryAt(tx),
  findDatabaseMadeAt: ({ tx }) => findDatabaseMadeAt(tx),
  reserveWrite: async ({ tx }) => {
    await reserveWrite(tx, { ...WRITE_LIMIT, intervalMs: 0 });
    await reserveWrite(tx, { ...WRITE_LIMIT, intervalMs: 1000 });
  },
  holdWrites: ({ tx }) => holdWrites(tx, { installationId: GIVEN.installationId, until: NOW + HOUR_MS }),
  claimIdempotencyKey: ({ tx }) => claimIdempotencyKey(tx, { key: 'key 7', until: NOW + HOUR_MS, now: NOW }),
  deleteExpiredIdempotencyKeys: ({ tx }) => deleteExpiredIdempotencyKeys(tx, NOW + 100_000),
};

function delivery(deliveryId: string): { readonly hookTarget: string; readonly deliveryId: string } {
  return { hookTarget: GIVEN.hookTarget, deliveryId };
}

async function claimed(tx: Tx): Promise<JobRow> {
  const job = await claimJob(tx, { now: NOW, lease: 'mine', leaseMs: 1000 });
  if (job === null) throw new Error('no job is due');
  return job;
}

async function deadId(tx: Tx): Promise<number> {
  const [dead] = await listDeadJobs(tx, 1);
  if (dead === undefined) throw new Error('no job is dead');
  return dead.id;
}
