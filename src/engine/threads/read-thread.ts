// Takes the comments of a thread in the order of their ids, one by one, after adding missed ones from GitHub's list.
import { OutsideError } from '../../net/outside-error.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import { listPromotionsOfThread } from '../../store/promotions/promotions.ts';
import { findRepo } from '../../store/repos.ts';
import { findThread, listWaitingComments, type Thread, type WaitingComment } from '../../store/threads.ts';
import { isJobOpen } from '../../store/queue/waiting-jobs.ts';
import { findRightsConfirmedAt } from '../../store/people.ts';
import { react } from '../core/answer.ts';
import type { Commit } from '../core/commit.ts';
import { admitComment } from './admit-comment.ts';
import { findMissedComments, LATE_MS } from './find-missed-comments.ts';
import { DONE, type Job, type JobDefinition, type JobOutcome } from '../core/handler.ts';
import { readWaiting, type ReadComment } from '../core/enqueue-comment.ts';
import type { CommandLine, Intent } from '../core/intent.ts';
import { byComment } from '../core/job-description.ts';
import { hasRetryBudget } from '../core/retry-budget.ts';
import { isLate, recheckComment } from './recheck-comment.ts';
import type { Services } from '../core/services.ts';
import { dependsOnEarlier, selectCommands, timeOfWriting } from './select-commands.ts';

/** The last command of the previous comment adds this job again; this is for a command that became dead. */
const RECHECK_MS = 10_000;

export type ThreadId = { readonly repo: Repo; readonly issue: number };

export const readThread: JobDefinition<'read-thread'> = {
  key: ({ repoId, issue }) => `${repoId}/${issue}`,
  queue: 'none',
  traits: [],
  handle,
};

async function handle({ payload }: Job<'read-thread'>, services: Services): Promise<JobOutcome> {
  const { db } = services.store;
  const { repoId, issue } = payload;
  const repo = await findRepo(db, repoId);
  if (repo === null) throw new Error(`repository ${repoId} is not in the database`);
  const thread = await findThread(db, payload);
  if (await isBusy(services, repoId, thread)) {
    const at = services.now() + RECHECK_MS;
    return { kind: 'again', at, because: 'the previous comment is not answered yet' };
  }
  const waiting = await listWaitingComments(db, payload);
  const [first] = waiting;
  if (first === undefined && thread === null) return DONE;
  const place = { repo, issue };
  if (first !== undefined && !(await admitComment(services, { repo, comment: first }))) {
    return dropFirst(place, { first, after: startOf(thread, first), isLast: waiting.length === 1 });
  }
  const question = { ...place, thread, first };
  const missed = isRead(thread, first)
    ? null
    : await ask(services, { ...place, waitsSince: first?.receivedAt ?? null }, () =>
        findMissedComments(services, question),
      );
  if (missed?.earlier === true && first !== undefined) {
    const until = first.receivedAt + LATE_MS;
    if (services.now() < until) return { kind: 'again', at: until, because: 'an earlier comment may still arrive' };
  }
  const found = missed?.found ?? [];
  services.metrics.countFoundComments(found.length);
  const after = { ...startOf(thread, first), ...missed?.read };
  // A comment whose webhook arrived during the request is not a missed one. It may come before the one that was next.
  const arrived = missed === null ? waiting : await listWaitingComments(db, payload);
  return handleNext(services, place, { waiting: inOrder(arrived, found), found, after });
}

/** The next job takes the next comment. */
function dropFirst(
  { repo, issue }: ThreadId,
  { first, after, isLast }: { readonly first: WaitingComment; readonly after: Thread; readonly isLast: boolean },
): JobOutcome {
  const thread = { issue, after, found: [], taken: [first.id], origin: null };
  const effects = isLast ? [] : [{ kind: 'read-thread', repoId: repo.id, issue } as const];
  return { kind: 'done', commit: { repo, thread, effects } };
}

/** True if no missed comment can come before the next one. Without a waiting comment, a read was requested. */
function isRead(thread: Thread | null, first: WaitingComment | undefined): boolean {
  if (first === undefined) return false;
  return thread === null ? !dependsOnEarlier(readWaiting(first)) : first.id <= thread.readUpTo;
}

/** True while a command of the last taken comment waits or runs. */
async function isBusy({ store }: Services, repoId: number, thread: Thread | null): Promise<boolean> {
  if (thread === null || thread.taking === null) return false;
  return isJobOpen(store.db, { kind: 'command', key: byComment({ repoId, commentId: thread.taking }) });
}

/** Null: GitHub refuses, or fails for so long that the received comments wait no longer. */
async function ask<T>(
  services: Services,
  { repo, issue, waitsSince }: ThreadId & { readonly waitsSince: number | null },
  question: () => Promise<T>,
): Promise<T | null> {
  try {
    return await question();
  } catch (error) {
    if (!(error instanceof OutsideError) || error.code === 'github-not-installed') throw error;
    const isWorthWaiting = waitsSince === null || hasRetryBudget({ createdAt: waitsSince }, services);
    if (error.retryable && isWorthWaiting) throw error;
    services.log.warn({ err: error, repo: repo.name, issue }, 'could not read the comments of a thread');
    return null;
  }
}

/** Starts at the first received comment of a thread. */
function startOf(thread: Thread | null, first: WaitingComment | undefined): Thread {
  if (thread !== null) return thread;
  if (first === undefined) throw new Error('a thread begins with a comment');
  return { readUpTo: first.id, readSince: readWaiting(first).writtenAt ?? first.receivedAt, taking: null };
}

function inOrder(waiting: readonly WaitingComment[], found: readonly WaitingComment[]): readonly WaitingComment[] {
  const arrived = new Set(waiting.map(({ id }) => id));
  const all = [...waiting, ...found.filter(({ id }) => !arrived.has(id))];
  return all.toSorted((one, other) => one.id - other.id);
}

async function handleNext(
  services: Services,
  { repo, issue }: ThreadId,
  thread: {
    readonly waiting: readonly WaitingComment[];
    readonly found: readonly WaitingComment[];
    readonly after: Thread;
  },
): Promise<JobOutcome> {
  const { waiting, found, after } = thread;
  const promotions = await listPromotionsOfThread(services.store.db, { repoId: repo.id, issue });
  const threadIsOurs = promotions.length > 0;
  const passed: number[] = [];
  for (const comment of waiting) {
    const read = await readToday(services, { repo, issue, comment, threadIsOurs });
    const [line, ...later] = read === null ? [] : selectCommands(read, { threadIsOurs });
    if (read !== null && line !== undefined) {
      const isKnown = await isAuthorKnown(services, repo, read);
      return begin({ repo, issue }, { ...thread, comment, read, line, later, passed, isKnown });
    }
    passed.push(comment.id);
  }
  return { kind: 'done', commit: { repo, thread: { issue, after, found, taken: passed, origin: null } } };
}

async function isAuthorKnown({ store, now }: Services, repo: Repo, { by }: ReadComment): Promise<boolean> {
  const person = { repoId: repo.id, personId: by.id, now: now() };
  return (await findRightsConfirmedAt(store.db, person)) !== null;
}

/** Null: it was deleted, or its author exceeds the limit. */
async function readToday(
  services: Services,
  {
    repo,
    issue,
    comment,
    threadIsOurs,
  }: ThreadId & { readonly comment: WaitingComment; readonly threadIsOurs: boolean },
): Promise<ReadComment | null> {
  const read = readWaiting(comment);
  if (selectCommands(read, { threadIsOurs }).length === 0) return read;
  if (!(await admitComment(services, { repo, comment }))) return null;
  if (!isLate(comment, read)) return read;
  const { id, receivedAt } = comment;
  const asked = await ask(services, { repo, issue, waitsSince: receivedAt }, async () => ({
    read: await recheckComment(services, { repo, id, read }),
  }));
  return asked === null ? read : asked.read;
}

/** 👀 at once for an author with known rights, and the first command; the last one asks for the thread's next comment. */
function begin(
  { repo, issue }: ThreadId,
  turn: {
    readonly comment: WaitingComment;
    readonly read: ReadComment;
    readonly line: CommandLine;
    readonly later: readonly CommandLine[];
    readonly passed: readonly number[];
    readonly isKnown: boolean;
    readonly waiting: readonly WaitingComment[];
    readonly found: readonly WaitingComment[];
    readonly after: Thread;
  },
): JobOutcome {
  const { comment, read, line, later, passed, isKnown, waiting, found, after } = turn;
  const { id: commentId, receivedAt, origin: delivery } = comment;
  const origin = delivery === null ? null : { delivery, at: receivedAt };
  const sentAt = timeOfWriting(read, receivedAt);
  const command: Intent = { kind: 'command', repo, issue, commentId, by: read.by, sentAt, receivedAt, line, later };
  const isLast = waiting.at(-1)?.id === commentId;
  const commit: Commit = {
    repo,
    thread: { issue, after: { ...after, taking: commentId }, found, taken: [...passed, commentId], origin },
    effects: [
      ...(isKnown ? [react({ repo, commentId }, 'eyes')] : []),
      ...(isLast ? [] : [{ kind: 'read-thread', repoId: repo.id, issue } as const]),
    ],
    intents: [command],
  };
  return { kind: 'done', commit };
}
