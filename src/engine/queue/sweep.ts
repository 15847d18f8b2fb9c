// Hourly upkeep: removes rows that nobody needs any more (finished jobs after 7 days, delivery ids and taken comments after 30, staging checks after 90, of the audit trail none), and looks for drift where nobody does.
import { deleteDeliveriesBefore } from '../../store/queue/deliveries.ts';
import { deleteFinishedJobsBefore } from '../../store/queue/job-upkeep.ts';
import { deleteExpiredOnce } from '../../store/queue/once.ts';
import { deleteStagingChecksBefore } from '../../store/staging-checks.ts';
import { deleteTakenCommentsBefore } from '../../store/threads.ts';
import { healLooks } from '../drift/heal-looks.ts';
import { DONE, type Handler } from '../core/handler.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const KEEP_FINISHED_JOBS_MS = 7 * DAY_MS;
const KEEP_DELIVERY_IDS_MS = 30 * DAY_MS;
const KEEP_TAKEN_COMMENTS_MS = 30 * DAY_MS;
const KEEP_STAGING_CHECKS_MS = 90 * DAY_MS;

export const sweep: Handler<'sweep'> = async (_job, services) => {
  const { store, now, log } = services;
  const jobs = await deleteFinishedJobsBefore(store.db, now() - KEEP_FINISHED_JOBS_MS);
  const deliveries = await deleteDeliveriesBefore(store.db, now() - KEEP_DELIVERY_IDS_MS);
  const comments = await deleteTakenCommentsBefore(store.db, now() - KEEP_TAKEN_COMMENTS_MS);
  const stagingChecks = await deleteStagingChecksBefore(store.db, now() - KEEP_STAGING_CHECKS_MS);
  await deleteExpiredOnce(store.db, now());
  await healLooks(services);
  log.info({ jobs, deliveries, comments, stagingChecks }, 'old rows were swept out');
  return DONE;
};
