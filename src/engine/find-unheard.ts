// Which comments of a thread no webhook told of, as far as they may be for us.
import type { CandidateLine } from '../domain/command.ts';
import type { Repo } from '../domain/promotion.ts';
import type { CommandHint } from '../domain/reply.ts';
import { listCommentsSince, type ListedComment } from '../github/comments.ts';
import { findHereSince } from '../store/repos.ts';
import { listKnownComments, type Thread, type WaitingComment } from '../store/threads.ts';
import { readWaiting, toWaiting, type ReadComment } from './hear-comment.ts';
import type { Services } from './services.ts';
import { mayBeOurs } from './take-comment.ts';

/** Which lines of a comment may be commands; comes from above, as the doors read Markdown. */
export type ReadBody = (body: string) => {
  readonly lines: readonly CandidateLine[];
  readonly hint: CommandHint | null;
};

export type Unheard = {
  readonly found: readonly WaitingComment[];
  /** Before the first comment that was heard of there are others that may be for us. Only a webhook may tell of those. */
  readonly earlier: boolean;
  readonly read: Pick<Thread, 'readUpTo' | 'readSince'>;
};

/** So late a webhook may be that is not lost. */
export const LATE_MS = 120_000;
/** As long as GitHub keeps deliveries: what is found later is only answered. */
const OLD_MS = 72 * 60 * 60 * 1000;
/** Times of GitHub are to the second, and its machines may not agree on them. */
const MARGIN_MS = 60_000;
/** Clocks that differ less are taken for equal. */
const SAME_CLOCK_MS = 60_000;

/**
 * Begins at the last comment that is known, in a new thread at the first one that was heard of: a thread may come from
 * another repository, and hold what was said there. Null where GitHub has no such thread any more.
 */
export async function findUnheard(
  services: Services,
  args: {
    readonly repo: Repo;
    readonly issue: number;
    readonly thread: Thread | null;
    readonly first: WaitingComment | undefined;
    readonly readBody: ReadBody;
  },
): Promise<Unheard | null> {
  const { repo, issue, thread, first, readBody } = args;
  const { store, github, now } = services;
  const hereSince = await findHereSince(store.db, repo.id);
  // A new thread may be what we hear of first in its repository.
  const ours = thread === null ? hereSince - LATE_MS : hereSince;
  const since = thread?.readSince ?? Math.max(ours, now() - OLD_MS);
  const client = github.forInstallation(repo.installationId);
  const listed = await listCommentsSince({ client, repo: repo.name, issue, since: since - MARGIN_MS });
  if (listed === null) return null;
  const aheadMs = aheadOf(listed.answeredAt, now());
  const known = await listKnownComments(store.db, { repoId: repo.id, ids: listed.comments.map(({ id }) => id) });
  const unheard = listed.comments.flatMap((comment) => {
    const sentAt = comment.writtenAt + aheadMs;
    if (known.has(comment.id) || sentAt < ours || comment.by?.kind !== 'user') return [];
    const read = toRead(comment, { by: comment.by, sentAt, now: now(), readBody });
    return mayBeOurs(read) ? [{ id: comment.id, read }] : [];
  });
  const start = thread?.readUpTo ?? first?.id ?? 0;
  const found = unheard.filter(({ id }) => id > start);
  for (const { id } of found) {
    services.log.warn({ repo: repo.name, issue, comment: id }, 'a comment was found that no webhook told of');
  }
  return {
    found: found.map(({ id, read }) => toWaiting({ id, heardAt: now(), origin: null }, read)),
    earlier: thread === null && unheard.length > found.length,
    read: readTo(listed.comments, { thread, first, since }),
  };
}

function toRead(
  { body, isEdited, writtenAt }: ListedComment,
  args: {
    readonly by: ReadComment['by'];
    readonly sentAt: number;
    readonly now: number;
    readonly readBody: ReadBody;
  },
): ReadComment {
  const { by, sentAt, now, readBody } = args;
  const notRun = sentAt < now - OLD_MS ? 'old' : isEdited ? 'edited' : null;
  return { by, writtenAt, sentAt, ...readBody(body), notRun };
}

/** How far our clock is ahead of GitHub's. */
function aheadOf(answeredAt: number | null, now: number): number {
  const ahead = answeredAt === null ? 0 : now - answeredAt;
  return Math.abs(ahead) < SAME_CLOCK_MS ? 0 : ahead;
}

/** The newest comment that is known now, whether the list has it or not: GitHub's list may lag behind its webhooks. */
function readTo(
  listed: readonly ListedComment[],
  before: { readonly thread: Thread | null; readonly first: WaitingComment | undefined; readonly since: number },
): Unheard['read'] {
  const { thread, first, since } = before;
  const points = [
    ...(thread === null ? [] : [{ readUpTo: thread.readUpTo, readSince: thread.readSince }]),
    ...(first === undefined ? [] : [{ readUpTo: first.id, readSince: readWaiting(first).writtenAt ?? since }]),
    ...listed.map(({ id, writtenAt }) => ({ readUpTo: id, readSince: writtenAt })),
  ];
  return points.reduce((newest, point) => (point.readUpTo > newest.readUpTo ? point : newest));
}
