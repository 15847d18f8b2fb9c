// Stores which threads are near GitHub's limit of comments or at it, and the issue in which a full one continues.
import { MAX_THREAD_COMMENTS, WARN_FROM_COMMENTS } from '../domain/promotion/thread-limit.ts';
import type { Db, Tx } from './database/schema.ts';
import type { ThreadKey } from './threads.ts';

export type LongThread = {
  /** As far as is known. */
  readonly comments: number;
  /** The issue that takes the comments which this thread can't; null before there is one. */
  readonly continuedIn: number | null;
};

/** GitHub refused a comment there; `continued`: another issue takes it, and those that follow. */
export type LongThreadWrite =
  | { readonly kind: 'full'; readonly issue: number }
  | { readonly kind: 'continued'; readonly issue: number; readonly continuedIn: number };

export async function writeLongThread(tx: Tx, repoId: number, write: LongThreadWrite): Promise<void> {
  const continued = write.kind === 'continued' ? { continued_in: write.continuedIn } : {};
  const columns = { comments: MAX_THREAD_COMMENTS, ...continued };
  await tx
    .insertInto('long_threads')
    .values({ repo_id: repoId, issue: write.issue, ...columns })
    .onConflict((conflict) => conflict.columns(['repo_id', 'issue']).doUpdateSet(columns))
    .execute();
}

/** A thread that is not near the limit any more, as comments were deleted, is forgotten, unless it was continued. */
export async function saveCommentCount(tx: Tx, { repoId, issue }: ThreadKey, comments: number): Promise<void> {
  if (comments >= WARN_FROM_COMMENTS) {
    await tx
      .insertInto('long_threads')
      .values({ repo_id: repoId, issue, comments })
      .onConflict((conflict) => conflict.columns(['repo_id', 'issue']).doUpdateSet({ comments }))
      .execute();
    return;
  }
  await tx
    .deleteFrom('long_threads')
    .where('repo_id', '=', repoId)
    .where('issue', '=', issue)
    .where('continued_in', 'is', null)
    .execute();
}

export async function findLongThread(db: Db, { repoId, issue }: ThreadKey): Promise<LongThread | null> {
  const row = await db
    .selectFrom('long_threads')
    .select(['comments', 'continued_in'])
    .where('repo_id', '=', repoId)
    .where('issue', '=', issue)
    .executeTakeFirst();
  return row === undefined ? null : { comments: row.comments, continuedIn: row.continued_in };
}

/** The thread, then the issue in which it continues, and so on: the last one takes new comments. */
export async function listContinuations(db: Db, { repoId, issue }: ThreadKey): Promise<readonly [number, ...number[]]> {
  const issues: [number, ...number[]] = [issue];
  for (let at: number | null = issue; at !== null;) {
    const next: number | null = (await findLongThread(db, { repoId, issue: at }))?.continuedIn ?? null;
    at = next === null || issues.includes(next) ? null : next;
    if (at !== null) issues.push(at);
  }
  return issues;
}

/** The thread and the full ones that it continues, directly or not. */
export async function listContinued(db: Db, { repoId, issue }: ThreadKey): Promise<readonly number[]> {
  const issues = [issue];
  for (let at = 0; at < issues.length; at += 1) {
    const rows = await db
      .selectFrom('long_threads')
      .select('issue')
      .where('repo_id', '=', repoId)
      .where('continued_in', '=', issues[at] ?? issue)
      .execute();
    issues.push(...rows.map((row) => row.issue).filter((one) => !issues.includes(one)));
  }
  return issues;
}
