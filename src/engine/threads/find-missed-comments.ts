// Finds the missed comments of a thread: those without a webhook that may hold a command.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { readCommandLines } from '../../comments/command-lines.ts';
import type { Repo } from '../../domain/promotion/promotion.ts';
import { fetchCommentPage, type CommentPage } from '../../github/comments/comments.ts';
import { findHereSince } from '../../store/repos.ts';
import { listKnownComments, type Thread, type WaitingComment } from '../../store/threads.ts';
import { readWaiting, toWaiting, type ReadComment } from '../core/enqueue-comment.ts';
import type { Services } from '../core/services.ts';
import { mayBeOurs } from './select-commands.ts';

export type MissedCommentsQuery = {
  readonly repo: Repo;
  readonly issue: number;
  readonly thread: Thread | null;
  /** The next waiting comment, if any. */
  readonly first: WaitingComment | undefined;
};

export type MissedComments = {
  readonly found: readonly WaitingComment[];
  /** Before the first received comment there are others that may be for us. Only a webhook counts for those. */
  readonly earlier: boolean;
  readonly read: Pick<Thread, 'readUpTo' | 'readSince'>;
};

/** A webhook may be this late without being lost. */
export const LATE_MS = 120_000;
/** As long as GitHub keeps deliveries. A comment that is found later is only answered. */
const OLD_MS = 72 * 60 * 60 * 1000;
/** GitHub's times are in whole seconds, and its machines may differ. */
const MARGIN_MS = 60_000;
/** Clocks that differ less count as equal. */
const SAME_CLOCK_MS = 60_000;

/**
 * Starts at the last known comment; in a new thread, at the first received one: a thread may come from another
 * repository with its comments. Null if GitHub no longer has the thread.
 */
export async function findMissedComments(
  services: Services,
  question: MissedCommentsQuery,
): Promise<MissedComments | null> {
  const { repo, issue, thread, first } = question;
  const { store, github, log, now } = services;
  const hereSince = await findHereSince(store.db, repo.id);
  // A new thread may be the first event from its repository.
  const ours = thread === null ? hereSince - LATE_MS : hereSince;
  const since = thread?.readSince ?? Math.max(ours, now() - OLD_MS);
  const client = github.forRepo(repo);
  const missed: WaitingComment[] = [];
  const points: MissedComments['read'][] = [];
  for (let page = 1, last = 1; page <= last; page += 1) {
    const listed = await fetchCommentPage({ client, repo: repo.name, issue, since: since - MARGIN_MS, page });
    if (listed === null) return null;
    missed.push(...(await pickMissed(services, listed, { ...question, ours })));
    points.push(...listed.comments.map(({ id, writtenAt }) => ({ readUpTo: id, readSince: writtenAt })));
    last = listed.lastPage;
  }
  const start = thread?.readUpTo ?? first?.id ?? 0;
  const found = missed.filter(({ id }) => id > start);
  for (const { id } of found) {
    log.warn({ repo: repo.name, issue, comment: id }, 'found a missed comment: no webhook arrived for it');
  }
  return { found, earlier: missed.length > found.length, read: readTo(points, { thread, first, since }) };
}

/** Of one page, so that no more than its texts are held at a time. `ours`: what is older is none of ours. */
async function pickMissed(
  { store, now }: Services,
  { comments, answeredAt }: CommentPage,
  { repo, thread, ours }: MissedCommentsQuery & { readonly ours: number },
): Promise<readonly WaitingComment[]> {
  const aheadMs = aheadOf(answeredAt, now());
  const known = await listKnownComments(store.db, { repoId: repo.id, ids: comments.map(({ id }) => id) });
  const missed: WaitingComment[] = [];
  for (const { id, by, body, writtenAt, isEdited } of comments) {
    const sentAt = writtenAt + aheadMs;
    if (known.has(id) || id <= (thread?.readUpTo ?? 0) || sentAt < ours || by?.kind !== 'user') continue;
    const notRun = sentAt < now() - OLD_MS ? 'old' : isEdited ? 'edited' : null;
    const read: ReadComment = { by, writtenAt, sentAt, ...readCommandLines(body), notRun };
    if (mayBeOurs(read)) missed.push(toWaiting({ id, receivedAt: now(), origin: null }, read));
    // Parsing a long text takes time, and a page may have a hundred.
    await nextTurn();
  }
  return missed;
}

/** How far our clock is ahead of GitHub's. */
function aheadOf(answeredAt: number | null, now: number): number {
  const ahead = answeredAt === null ? 0 : now - answeredAt;
  return Math.abs(ahead) < SAME_CLOCK_MS ? 0 : ahead;
}

/** The newest known comment, whether the list has it or not: GitHub's list may lag behind its webhooks. */
function readTo(
  listed: readonly MissedComments['read'][],
  { thread, first, since }: Pick<MissedCommentsQuery, 'thread' | 'first'> & { readonly since: number },
): MissedComments['read'] {
  const points = [
    ...(thread === null ? [] : [{ readUpTo: thread.readUpTo, readSince: thread.readSince }]),
    ...(first === undefined ? [] : [{ readUpTo: first.id, readSince: readWaiting(first).writtenAt ?? since }]),
    ...listed,
  ];
  return points.reduce((newest, point) => (point.readUpTo > newest.readUpTo ? point : newest));
}
