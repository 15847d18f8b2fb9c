// Reports a drift in the thread of the promotion that it departs from, or in an issue; edits the report when it changes.
import type { Drift } from '../../domain/promotion/drift.ts';
import type { Promotion } from '../../domain/promotion/promotion.ts';
import { updateComment } from '../../github/comments/comments.ts';
import { createIssue, findIssueByMarker } from '../../github/comments/issues.ts';
import { driftKey, driftIssue, renderDrift } from '../../messages/drift.ts';
import { findAuditHead } from '../../store/audit.ts';
import { findDrift } from '../../store/drifts.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import { isThreadLocked } from '../installations/thread-locked.ts';
import { loadPromotion } from '../core/load.ts';
import { postInThread } from '../publish/post-in-thread.ts';
import type { Services } from '../core/services.ts';

type Reported = { readonly issue: number; readonly commentId: number };

export const showDrift: JobDefinition<'show-drift'> = {
  key: ({ driftId }) => driftId,
  queue: 'notice',
  traits: ['needs-thread'],
  handle,
};

async function handle(job: Job<'show-drift'>, services: Services): Promise<JobOutcome> {
  const drift = await findDrift(services.store.db, job.payload.driftId);
  if (drift === null) throw new Error(`drift ${job.payload.driftId} is not in the database`);
  const { id, shownIn, over } = drift;
  const promotion = await loadPromotion(services, drift.promotionId);
  const { repo } = promotion;
  const body = renderDrift({ drift, promotion, auditHead: await findAuditHead(services.store.db, repo.id) });
  if (shownIn !== null) {
    const client = services.github.forRepo(repo);
    const edited = await updateComment({ client, repo: repo.name, commentId: shownIn.commentId, body });
    if (edited === 'updated') return DONE;
  }
  // It was never reported, or the comment was deleted: then its end needs no report.
  if (over !== null) return DONE;
  const reported = await report(services, { job, drift, promotion, body });
  return { kind: 'done', commit: { repo, drifts: [{ kind: 'shown', id, ...reported }] } };
}

type Alarm = {
  readonly job: Job<'show-drift'>;
  readonly drift: Drift;
  readonly promotion: Promotion;
  readonly body: string;
};

async function report(services: Services, alarm: Alarm): Promise<Reported> {
  const { promotion } = alarm;
  const inThread = promotion.thread === null ? null : await reportInThread(services, alarm, promotion.thread.issue);
  if (inThread !== null) return inThread;
  const found = await findDriftIssue(services, promotion);
  const reported = found === null ? null : await reportIn(services, alarm, found);
  // Somebody filled the issue meanwhile.
  return reported ?? reportInNewIssue(services, alarm);
}

/** Null: the thread is locked or deleted, or full and not continued. */
async function reportInThread(services: Services, alarm: Alarm, issue: number): Promise<Reported | null> {
  try {
    const reported = await reportIn(services, alarm, issue);
    if (reported !== null) return reported;
    services.log.warn({ repo: alarm.promotion.repo.name, issue }, 'the thread is full: the alert goes to an issue');
  } catch (error) {
    if (!isThreadLocked(['needs-thread'], error)) throw error;
    services.log.warn(
      { err: error, repo: alarm.promotion.repo.name, issue },
      'the thread accepts no comments: the alert goes to an issue',
    );
  }
  return null;
}

/** Null: that thread is full. */
async function reportIn(
  services: Services,
  { job, drift, promotion, body }: Alarm,
  issue: number,
): Promise<Reported | null> {
  const { repo } = promotion;
  const posted = await postInThread(services, { job, repo, issue, key: driftKey(drift), body: () => body });
  return posted.kind === 'full' ? null : { issue: posted.issue, commentId: posted.commentId };
}

async function reportInNewIssue(services: Services, alarm: Alarm): Promise<Reported> {
  const { repo, environment } = alarm.promotion;
  const { title, body } = driftIssue(environment);
  const issue = await createIssue({ client: services.github.forRepo(repo), repo: repo.name, title, body });
  const reported = await reportIn(services, alarm, issue);
  if (reported === null) throw new Error(`${repo.name}#${issue} is new and takes no comments`);
  return reported;
}

/** One for all alerts of the environment, as long as nobody closes it. */
async function findDriftIssue(
  { github, identity }: Services,
  { repo, environment }: Promotion,
): Promise<number | null> {
  const { marker } = driftIssue(environment);
  const creator = `${(await identity.learn()).slug}[bot]`;
  return findIssueByMarker({ client: github.forRepo(repo), repo: repo.name, creator, marker });
}
