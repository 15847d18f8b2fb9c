// The journal: which tags a promotion writes, over what, and its progress. A restart continues from here.
import { sql } from 'kysely';
import type { JournalEntry } from '../../domain/decide.ts';
import { parseDigest, parseImageRepository, parseTag } from '../../domain/image/reference.ts';
import type { Digest, ImageRepository, Tag } from '../../domain/image/reference.ts';
import { holdsLease, type Lease } from '../queue/jobs.ts';
import type { Db, MoveState, Schema, Tx } from '../database/schema.ts';
import { readStored, readStoredOrNull } from '../database/stored.ts';

/** `stuck`: it was written and should be moved back, but the registry refuses. */
export type JournalRow = JournalEntry & {
  /** 0, 1, 2, … in the order of writing. */
  readonly position: number;
  readonly state: MoveState;
  readonly updatedAt: number;
};

/** Which row, and the job whose lease must still hold for the write to count. */
export type MoveKey = { readonly promotionId: string; readonly position: number; readonly fence: Lease };

/** Stored with the transition to `applying`. A new attempt replaces the plan of an old one that wrote nothing. */
export async function insertJournal(
  tx: Tx,
  promotionId: string,
  entries: readonly JournalEntry[],
  now: number,
): Promise<void> {
  const rows = await listJournal(tx, promotionId);
  const touched = rows.find(({ state }) => state !== 'planned');
  if (touched !== undefined) throw new Error(`promotion ${promotionId} has ${touched.tag} ${touched.state} already`);
  await tx.deleteFrom('tag_moves').where('promotion_id', '=', promotionId).execute();
  if (entries.length === 0) return;
  const values = entries.map((entry, position) => ({
    ...entry,
    promotion_id: promotionId,
    position,
    state: 'planned' as const,
    updated_at: now,
  }));
  await tx.insertInto('tag_moves').values(values).execute();
}

/** In the order of writing. */
export async function listJournal(db: Db, promotionId: string): Promise<readonly JournalRow[]> {
  const rows = await db
    .selectFrom('tag_moves')
    .selectAll()
    .where('promotion_id', '=', promotionId)
    .orderBy('position')
    .execute();
  return rows.map((row) => ({
    position: row.position,
    repository: readStored(parseImageRepository, row.repository),
    tag: readStored(parseTag, row.tag),
    kind: row.kind,
    baseline: readStoredOrNull(parseDigest, row.baseline),
    target: readStored(parseDigest, row.target),
    state: row.state,
    updatedAt: row.updated_at,
  }));
}

/** False when the lease was lost: another worker carries the plan out, and nothing was stored. */
export async function markMove(
  tx: Tx,
  { state, now, ...key }: MoveKey & { readonly state: MoveState; readonly now: number },
): Promise<boolean> {
  return updateMove(tx, key, { state, updated_at: now });
}

/** For a rollback tag whose name turned out to be taken. False as for `markMove`. */
export async function renameMove(
  tx: Tx,
  { tag, now, ...key }: MoveKey & { readonly tag: Tag; readonly now: number },
): Promise<boolean> {
  return updateMove(tx, key, { tag, updated_at: now });
}

/**
 * The digests that promotions which never reached `promoted` wrote to a permanent tag: leftovers that may be written over.
 * A digest that a promotion did bring to production is none, even if it found its permanent tag written already.
 */
export async function listUnfinishedWriters(
  db: Db,
  { repoId, repository, tag }: { readonly repoId: number; readonly repository: ImageRepository; readonly tag: Tag },
): Promise<readonly Digest[]> {
  const rows = await db
    .selectFrom('tag_moves as move')
    .innerJoin('promotions as promotion', 'promotion.id', 'move.promotion_id')
    .select('move.target')
    .distinct()
    .where('promotion.repo_id', '=', repoId)
    .where('promotion.promoted_at', 'is', null)
    .where('move.repository', '=', repository)
    .where('move.tag', '=', tag)
    .where('move.kind', '=', 'permanent')
    .where('move.state', '!=', 'planned')
    .where(
      sql<boolean>`NOT EXISTS (
        SELECT 1 FROM tag_moves AS other JOIN promotions AS finished ON finished.id = other.promotion_id
        WHERE other.repository = move.repository AND other.target = move.target AND finished.promoted_at IS NOT NULL)`,
    )
    .orderBy('move.target')
    .execute();
  return rows.map(({ target }) => readStored(parseDigest, target));
}

/** The failed promotions of a repository with a tag that should be moved back; oldest first. */
export async function listStuckPromotions(db: Db, repoId: number): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('promotions as promotion')
    .select('promotion.id')
    .where('promotion.repo_id', '=', repoId)
    .where('promotion.state', '=', 'failed')
    .where(
      sql<boolean>`EXISTS (
        SELECT 1 FROM tag_moves AS move
        WHERE move.promotion_id = promotion.id AND move.state = 'stuck' AND move.baseline IS NOT NULL)`,
    )
    .orderBy('promotion.number')
    .execute();
  return rows.map(({ id }) => id);
}

async function updateMove(
  tx: Tx,
  { promotionId, position, fence }: MoveKey,
  change: Partial<Pick<Schema['tag_moves'], 'state' | 'tag' | 'updated_at'>>,
): Promise<boolean> {
  if (!(await holdsLease(tx, fence))) return false;
  const { numUpdatedRows } = await tx
    .updateTable('tag_moves')
    .set(change)
    .where('promotion_id', '=', promotionId)
    .where('position', '=', position)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows !== 1n) throw new Error(`promotion ${promotionId} has no tag move ${position}`);
  return true;
}
