// Decides when the next write to GitHub may be sent, per installation: spacing, writes per minute and hour, and holds.
import type { Db, Tx } from '../database/schema.ts';
import { QUEUED, RUNNING } from './job-states.ts';

export type WriteLimit = {
  readonly installationId: number;
  readonly now: number;
  /** Minimum time between two writes; 0 turns spacing off. */
  readonly intervalMs: number;
  readonly perMinute: number;
  readonly perHour: number;
  /** Queue keys of more important writes: while one of them is due or being sent, this one waits. */
  readonly before: readonly string[];
};

export type WritePermit = { readonly kind: 'go' } | { readonly kind: 'wait'; readonly until: number };

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Takes a permit to write now, or returns when to ask again. A hold counts even if spacing is off. */
export async function reserveWrite(tx: Tx, limit: WriteLimit): Promise<WritePermit> {
  const { installationId, now, intervalMs } = limit;
  if (intervalMs === 0) {
    const holdUntil = await findHold(tx, installationId);
    return holdUntil > now ? { kind: 'wait', until: holdUntil } : { kind: 'go' };
  }
  const { lastAt, holdUntil } = await lockWriteLimit(tx, installationId);
  const until = Math.max(
    (await isMoreImportantDue(tx, limit)) ? now + intervalMs : 0,
    holdUntil,
    lastAt + intervalMs,
    await freeAt(tx, { limit, windowMs: MINUTE_MS, most: limit.perMinute }),
    await freeAt(tx, { limit, windowMs: HOUR_MS, most: limit.perHour }),
  );
  if (until > now) return { kind: 'wait', until };
  await tx.insertInto('github_writes').values({ installation_id: installationId, at: now }).execute();
  await tx
    .updateTable('github_write_limits')
    .set({ last_at: now })
    .where('installation_id', '=', installationId)
    .execute();
  await tx
    .deleteFrom('github_writes')
    .where('installation_id', '=', installationId)
    .where('at', '<=', now - HOUR_MS)
    .execute();
  return { kind: 'go' };
}

/** Nothing is written for this installation before `until`, when GitHub resets its limit. */
export async function holdWrites(
  tx: Tx,
  { installationId, until }: { readonly installationId: number; readonly until: number },
): Promise<void> {
  await tx
    .insertInto('github_write_limits')
    .values({ installation_id: installationId, last_at: 0, hold_until: until })
    .onConflict((conflict) =>
      conflict
        .column('installation_id')
        .doUpdateSet({ hold_until: until })
        .where('github_write_limits.hold_until', '<', until),
    )
    .execute();
}

async function findHold(db: Db, installationId: number): Promise<number> {
  const row = await db
    .selectFrom('github_write_limits')
    .select('hold_until')
    .where('installation_id', '=', installationId)
    .executeTakeFirst();
  return row?.hold_until ?? 0;
}

/** The installation's row, created if it is missing. Other requests for a permit wait until this transaction ends. */
async function lockWriteLimit(
  tx: Tx,
  installationId: number,
): Promise<{ readonly lastAt: number; readonly holdUntil: number }> {
  await tx
    .insertInto('github_write_limits')
    .values({ installation_id: installationId, last_at: 0, hold_until: 0 })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const row = await tx
    .selectFrom('github_write_limits')
    .select(['last_at', 'hold_until'])
    .where('installation_id', '=', installationId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  return { lastAt: row.last_at, holdUntil: row.hold_until };
}

async function isMoreImportantDue(tx: Tx, { before, now }: WriteLimit): Promise<boolean> {
  if (before.length === 0) return false;
  const due = tx
    .selectFrom('jobs')
    .select('id')
    .where(QUEUED)
    .where('queue_key', 'in', before)
    .where('run_at', '<=', now)
    .unionAll(tx.selectFrom('jobs').select('id').where(RUNNING).where('queue_key', 'in', before))
    .limit(1);
  return (await due.executeTakeFirst()) !== undefined;
}

/** When the window holds fewer than `most` writes: once the most-th newest has left it. */
async function freeAt(
  tx: Tx,
  { limit, windowMs, most }: { readonly limit: WriteLimit; readonly windowMs: number; readonly most: number },
): Promise<number> {
  const row = await tx
    .selectFrom('github_writes')
    .select('at')
    .where('installation_id', '=', limit.installationId)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .offset(most - 1)
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? 0 : row.at + windowMs;
}
