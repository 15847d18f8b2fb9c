// Carries out one claimed job: waits for its write limit, runs its handler, and stores the result or puts the job back.
import { showEffects } from '../../domain/decide/accept.ts';
import { errorText } from '../../net/error-text.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { backoffMs } from '../../net/retry.ts';
import { holdWrites, reserveWrite } from '../../store/queue/github-write-limits.ts';
import { delayQueueKey } from '../../store/queue/queue-keys.ts';
import { addJob, parkJob, requeueJob, type JobRow } from '../../store/queue/jobs.ts';
import { NewerFormat } from '../../store/database/stored.ts';
import { findPromotion } from '../../store/promotions/promotions.ts';
import { commitAndFinish, handOnAndFinish } from '../core/commit.ts';
import type { Job, JobKinds, JobOutcome } from '../core/handler.ts';
import type { NewJob } from '../core/job-description.ts';
import { LeaseLost, renew, RENEW_EVERY_MS, withinLease } from '../core/lease.ts';
import {
  installationOf,
  isWriteClass,
  limitsOf,
  queueKeysBefore,
  type WriteClass,
} from '../../store/queue/write-class.ts';
import { isLeftUndone, isAppRemoved } from '../installations/app-removed.ts';
import { isThreadLocked } from '../installations/thread-locked.ts';
import { dispatch } from './dispatch.ts';
import { readJob } from './read-job.ts';
import type { Services } from '../core/services.ts';

type Again = { readonly runAt: number; readonly countAttempt: boolean; readonly error: string | null };
type Claimed = { readonly services: Services; readonly kinds: JobKinds; readonly row: JobRow; readonly job: Job };

const BACKOFF = { firstMs: 1000, longestMs: 10 * 60 * 1000 } as const;
/** Tries of a job with an unexpected error: a bug may depend on timing. */
const TRIES_OF_A_BUG = 5;
/** Tries of a job with a transient error; with the backoff, three days, as long as GitHub keeps its deliveries. */
const TRIES_OF_AN_OUTAGE = 440;
/** The longest wait that an answer can request: GitHub's own limits are reset within the hour. */
const LONGEST_ASKED_WAIT_MS = 60 * 60 * 1000;
const CONFLICTS_IN_A_ROW = 20;
/** By then, a process of a newer version should have taken the job. */
const NEWER_AFTER_MS = 60_000;

/** Never throws: a failure to store is logged, and the job runs again when its lease expires. */
export async function runJob(outer: Services, kinds: JobKinds, row: JobRow): Promise<void> {
  const services = withinLease({ ...outer, log: logOf(outer, row) }, row);
  const { log } = services;
  const renewal = setInterval(() => {
    renew(services, row).catch((error: unknown) => {
      log.warn({ err: error }, 'could not renew the lease of a job');
    });
  }, RENEW_EVERY_MS);
  try {
    const job = readable(row);
    if (job instanceof Error) await park(services, row, job);
    else await carryOutOrLeave({ services, kinds, row, job });
  } catch (error) {
    log.error({ err: error }, 'could not store the end of a job; it runs again when its lease expires');
  } finally {
    clearInterval(renewal);
  }
}

/** Each log line of a job names it and the delivery that led to it: one id from a webhook to the tags. */
function logOf({ log }: Services, { id, kind, origin }: JobRow): Services['log'] {
  return log.child({ ...(origin === null ? {} : { delivery: origin.delivery }), job: id, kind });
}

/** A job that can't run is parked before it starts: while it runs, its queue key is blocked. */
function readable(row: JobRow): Job | Error {
  // Tries that ended in an error are counted at their end.
  if (row.attempts > TRIES_OF_AN_OUTAGE) return new Error('the process ended during every attempt');
  try {
    return readJob(row);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function park(services: Services, row: JobRow, error: Error): Promise<void> {
  const { log, store, now } = services;
  const { id, lease, origin } = row;
  log.error({ err: error }, 'a job failed for good: it is dead');
  const shown = await showStuck(services, row);
  await store.transaction(async (tx) => {
    const parked = await parkJob(tx, { id, lease, error: errorText(error), now: now() });
    if (parked) for (const job of shown) await addJob(tx, { ...job, now: now(), origin });
  });
}

/** The jobs that show on card and check run that this job's promotion is stuck; none if no promotion waits for it. */
async function showStuck({ store, jobs, now }: Services, { kind, key }: JobRow): Promise<readonly NewJob[]> {
  if (key === null || !jobs.kindsWith('moves-promotion').some((moving) => moving === kind)) return [];
  const promotion = await findPromotion(store.db, key);
  if (promotion === null) return [];
  return showEffects(key).map((effect) => jobs.ofEffect(effect, { repo: promotion.repo, now: now() }));
}

/** A document of a newer version is left to its processes: this one may be about to be replaced by them. */
async function carryOutOrLeave(claimed: Claimed): Promise<void> {
  try {
    await carryOut(claimed);
  } catch (error) {
    if (!(error instanceof NewerFormat)) throw error;
    const { log, now } = claimed.services;
    log.warn({ problem: error.message }, 'a job waits for a newer version of Imprimatur');
    await putBack(claimed, { runAt: now() + NEWER_AFTER_MS, countAttempt: false, error: error.message });
  }
}

async function carryOut(claimed: Claimed): Promise<void> {
  const { services, kinds, job } = claimed;
  if (await isLeftUndone(services, job.payload, kinds[job.payload.kind])) {
    services.log.info('skipped a job: the App no longer has access to its repository');
    await commitAndFinish(services, job, null);
    return;
  }
  if (await mustWait(claimed)) return;
  observeDelivery(services, job);
  for (let round = 1; round <= CONFLICTS_IN_A_ROW; round += 1) {
    let outcome: JobOutcome;
    try {
      outcome = await dispatch(kinds, job, services);
    } catch (error) {
      if (error instanceof NewerFormat) throw error;
      if (error instanceof LeaseLost) await handOver(claimed);
      else await settleError(claimed, error);
      return;
    }
    if (outcome.kind === 'again') {
      if (outcome.because !== null) services.log.info({ at: outcome.at }, outcome.because);
      await putBack(claimed, { runAt: outcome.at, countAttempt: false, error: null });
      return;
    }
    const result =
      outcome.kind === 'handed-on'
        ? await handOnAndFinish(services, job, outcome)
        : await commitAndFinish(services, job, outcome.commit);
    if (result === 'committed') {
      observeDecision(claimed);
      return;
    }
    if (result === 'lease-lost') {
      await handOver(claimed);
      return;
    }
  }
  const runAt = services.now() + backoffMs(BACKOFF, job.attempts);
  await putBack(claimed, { runAt, countAttempt: true, error: 'others decided first, again and again' });
}

function observeDelivery({ metrics, now }: Services, { payload, attempts, createdAt }: Job): void {
  if (payload.kind === 'delivery' && attempts === 1) metrics.observe('delivery', (now() - createdAt) / 1000);
}

function observeDecision({ services: { metrics, now }, kinds, job: { payload, origin } }: Claimed): void {
  if (origin === null || !kinds[payload.kind].traits.includes('decides-for-person')) return;
  metrics.observe('decision', (now() - origin.at) / 1000);
}

/** A write that must wait counts no try. All others in its queue key wait with it. */
async function mustWait(claimed: Claimed): Promise<boolean> {
  const writeClass = writeClassOf(claimed);
  if (writeClass === null) return false;
  const { services, row } = claimed;
  const { id, lease, queueKey } = row;
  const now = services.now();
  const installationId = installationOf(queueKey);
  return services.store.transaction(async (tx) => {
    const permit = await reserveWrite(tx, {
      installationId,
      now,
      intervalMs: services.settings.githubWriteIntervalMs,
      before: queueKeysBefore(writeClass, installationId),
      ...limitsOf(writeClass),
    });
    if (permit.kind === 'go') return false;
    const { until } = permit;
    await requeueJob(tx, { id, lease, runAt: until, countAttempt: false, error: null, now });
    if (queueKey !== null) await delayQueueKey(tx, { queueKey, until });
    return true;
  });
}

async function settleError(claimed: Claimed, error: unknown): Promise<void> {
  const { services, kinds, row, job } = claimed;
  const { log, now, store } = services;
  const message = errorText(error);
  if (await isAppRemoved(services, job.payload, error)) {
    log.info({ problem: message }, 'skipped a job: the App lost access to its repository');
    await commitAndFinish(services, job, null);
    return;
  }
  if (isThreadLocked(kinds[job.payload.kind].traits, error)) {
    log.warn({ problem: message }, 'skipped: the thread is locked or deleted');
    await commitAndFinish(services, job, null);
    return;
  }
  const outside = error instanceof OutsideError ? error : null;
  const tries = outside === null ? TRIES_OF_A_BUG : outside.retryable ? TRIES_OF_AN_OUTAGE : 0;
  if (job.attempts >= tries) {
    await park(services, row, error instanceof Error ? error : new Error(message));
    return;
  }
  const until = Math.min(outside?.retryAt ?? 0, now() + LONGEST_ASKED_WAIT_MS);
  if (outside?.code === 'github-rate-limited' && writeClassOf(claimed) !== null) {
    await store.transaction((tx) => holdWrites(tx, { installationId: installationOf(row.queueKey), until }));
  }
  const runAt = Math.max(now() + backoffMs(BACKOFF, job.attempts), until);
  log.warn({ err: error, runAt }, 'a job failed and will be retried');
  await putBack(claimed, { runAt, countAttempt: true, error: message });
}

async function putBack(claimed: Claimed, again: Again): Promise<void> {
  const { services, row } = claimed;
  const { id, lease } = row;
  const isOurs = await services.store.transaction((tx) => requeueJob(tx, { id, lease, ...again, now: services.now() }));
  if (!isOurs) await handOver(claimed);
}

/** The other worker continues. What this one may have written late over the other's text is written once more. */
async function handOver({ services, kinds, row, job }: Claimed): Promise<void> {
  const { log, store, now } = services;
  const { kind, key, queueKey, payload, origin } = row;
  log.warn('another worker took over this job; this result was discarded');
  if (!kinds[job.payload.kind].traits.includes('shows-state')) return;
  const at = now();
  await store.transaction((tx) => addJob(tx, { kind, key, queueKey, payload, origin, runAt: at, now: at }));
}

/** Null: it writes nothing to GitHub. */
function writeClassOf({ kinds, job }: Claimed): WriteClass | null {
  const { queue } = kinds[job.payload.kind];
  return isWriteClass(queue) ? queue : null;
}
