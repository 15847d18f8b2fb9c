// Stores how far each thread was read, and its comments with commands, which are taken once, in the order of their ids.
import type { Selectable } from 'kysely';
import type { Db, Schema, Tx } from './database/schema.ts';

export type ThreadKey = { readonly repoId: number; readonly issue: number };

/** Comments up to `readUpTo` are known: missed ones were found in GitHub's list. */
export type Thread = {
  readonly readUpTo: number;
  /** When that comment was written, by GitHub's clock. */
  readonly readSince: number;
  /** The comment whose commands were started last; null before the first. */
  readonly taking: number | null;
};

/** A waiting comment. The store does not read the document. */
export type WaitingComment = {
  readonly id: number;
  readonly document: string;
  readonly receivedAt: number;
  /** The delivery that brought it; null if only GitHub's list did. */
  readonly origin: string | null;
};

/** False: this comment is known already, taken or not. */
export async function saveComment(tx: Tx, { repoId, issue }: ThreadKey, comment: WaitingComment): Promise<boolean> {
  const { id, document, receivedAt, origin } = comment;
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('comments')
    .values({ repo_id: repoId, comment_id: id, issue, document, received_at: receivedAt, origin, handled_at: null })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

/** In the order of their ids. */
export async function listWaitingComments(db: Db, { repoId, issue }: ThreadKey): Promise<readonly WaitingComment[]> {
  const rows = await db
    .selectFrom('comments')
    .select(['comment_id', 'document', 'received_at', 'origin'])
    .where('repo_id', '=', repoId)
    .where('issue', '=', issue)
    .where('handled_at', 'is', null)
    .orderBy('comment_id')
    .execute();
  return rows.map((row) => ({
    id: row.comment_id,
    document: row.document,
    receivedAt: row.received_at,
    origin: row.origin,
  }));
}

/** Those of the ids that are known, taken or not. */
export async function listKnownComments(
  db: Db,
  { repoId, ids }: { readonly repoId: number; readonly ids: readonly number[] },
): Promise<ReadonlySet<number>> {
  if (ids.length === 0) return new Set();
  const rows = await db
    .selectFrom('comments')
    .select('comment_id')
    .where('repo_id', '=', repoId)
    .where('comment_id', 'in', ids)
    .execute();
  return new Set(rows.map((row) => row.comment_id));
}

/** Taken comments are kept without their text, so that a late webhook does not run them again. */
export async function markCommentsHandled(
  tx: Tx,
  { repoId, ids, now }: { readonly repoId: number; readonly ids: readonly number[]; readonly now: number },
): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .updateTable('comments')
    .set({ handled_at: now, document: '' })
    .where('repo_id', '=', repoId)
    .where('comment_id', 'in', ids)
    .execute();
}

/** Drops waiting comments of a repository that the App lost access to. */
export async function dropWaitingComments(tx: Tx, repoId: number): Promise<void> {
  await tx.deleteFrom('comments').where('repo_id', '=', repoId).where('handled_at', 'is', null).execute();
}

export async function findThread(db: Db, { repoId, issue }: ThreadKey): Promise<Thread | null> {
  const row = await db
    .selectFrom('threads')
    .selectAll()
    .where('repo_id', '=', repoId)
    .where('issue', '=', issue)
    .executeTakeFirst();
  return row === undefined ? null : toThread(row);
}

export async function saveThread(tx: Tx, { repoId, issue }: ThreadKey, thread: Thread): Promise<void> {
  const { readUpTo, readSince, taking } = thread;
  const columns = { read_up_to: readUpTo, read_since: readSince, taking };
  await tx
    .insertInto('threads')
    .values({ repo_id: repoId, issue, ...columns })
    .onConflict((conflict) => conflict.columns(['repo_id', 'issue']).doUpdateSet(columns))
    .execute();
}

/** Deletes comments that were taken before this time. Returns how many. */
export async function deleteHandledCommentsBefore(db: Db, before: number): Promise<number> {
  const { numDeletedRows } = await db.deleteFrom('comments').where('handled_at', '<', before).executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

function toThread(row: Selectable<Schema['threads']>): Thread {
  return { readUpTo: row.read_up_to, readSince: row.read_since, taking: row.taking };
}
