// Hourly upkeep: deletes expired rows (finished jobs after 7 days; delivery ids, handled comments and confirmed rights after 30; staging checks after 90; never the audit trail), and schedules missing drift checks.
import { deleteDeliveriesBefore } from '../../store/queue/deliveries.ts';
import { deleteFinishedJobsBefore } from '../../store/queue/job-upkeep.ts';
import { deleteExpiredIdempotencyKeys } from '../../store/queue/idempotency-keys.ts';
import { deleteStagingChecksBefore } from '../../store/staging-checks.ts';
import { deleteKnownRightsBefore, deleteStrangerCommandsBefore, KNOWN_FOR_MS } from '../../store/people.ts';
import { deleteHandledCommentsBefore } from '../../store/threads.ts';
import { scheduleMissingDriftChecks } from '../drift/schedule-missing-checks.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import type { Services } from '../core/services.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const KEEP_FINISHED_JOBS_MS = 7 * DAY_MS;
const KEEP_DELIVERY_IDS_MS = 30 * DAY_MS;
const KEEP_HANDLED_COMMENTS_MS = 30 * DAY_MS;
const KEEP_STAGING_CHECKS_MS = 90 * DAY_MS;

export const deleteExpiredRows: JobDefinition<'delete-expired-rows'> = {
  key: ({ kind }) => kind,
  queue: 'none',
  traits: [],
  handle,
};

async function handle(_job: Job<'delete-expired-rows'>, services: Services): Promise<JobOutcome> {
  const { store, now, log } = services;
  const jobs = await deleteFinishedJobsBefore(store.db, now() - KEEP_FINISHED_JOBS_MS);
  const deliveries = await deleteDeliveriesBefore(store.db, now() - KEEP_DELIVERY_IDS_MS);
  const comments = await deleteHandledCommentsBefore(store.db, now() - KEEP_HANDLED_COMMENTS_MS);
  const stagingChecks = await deleteStagingChecksBefore(store.db, now() - KEEP_STAGING_CHECKS_MS);
  await deleteExpiredIdempotencyKeys(store.db, now());
  await deleteKnownRightsBefore(store.db, now() - KNOWN_FOR_MS);
  await deleteStrangerCommandsBefore(store.db, now() - DAY_MS);
  await scheduleMissingDriftChecks(services);
  log.info({ jobs, deliveries, comments, stagingChecks }, 'deleted expired rows');
  return DONE;
}
