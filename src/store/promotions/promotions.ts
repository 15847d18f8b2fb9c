// Stores promotions: the document holds everything, the other columns serve queries.
import { sql } from 'kysely';
import {
  isOpen,
  movesProduction,
  promotedAt,
  type Promotion,
  type StateKind,
} from '../../domain/promotion/promotion.ts';
import { unlessTaken } from '../database/database-errors.ts';
import { NewerFormat } from '../database/stored.ts';
import { formatPromotion, readPromotion } from './promotion-document.ts';
import type { Db, Schema, Tx } from '../database/schema.ts';
import { saveImageOwner } from '../image-owners.ts';
import { listContinued } from '../long-threads.ts';

type EnvironmentKey = { readonly repoId: number; readonly environment: string };

/** Stores a new promotion under the number that `takePromotionNumber` gave in this transaction. */
export async function insertPromotion(tx: Tx, promotion: Promotion): Promise<void> {
  await tx
    .insertInto('promotions')
    .values({
      id: promotion.id,
      repo_id: promotion.repo.id,
      number: promotion.number,
      environment: promotion.environment,
      created_at: promotion.createdAt,
      promoted_at: promotedAt(promotion),
      held_since: heldSince(promotion),
      ...changingColumns(promotion),
    })
    .execute();
}

/**
 * Stores the next version. `conflict`: somebody stored a version after `expectedVersion`, or another promotion is
 * applying in this environment; nothing was stored, so load and decide again.
 */
export async function updatePromotion(
  tx: Tx,
  promotion: Promotion,
  expectedVersion: number,
): Promise<'stored' | 'conflict'> {
  const { id, version, environment, state } = promotion;
  if (version !== expectedVersion + 1)
    throw new Error(`promotion ${id}: ${version} does not follow ${expectedVersion}`);
  const slot = { repoId: promotion.repo.id, environment, exceptId: id };
  if (state.kind === 'applying' && (await isEnvironmentBusy(tx, slot))) return 'conflict';
  const at = promotedAt(promotion);
  const update = tx
    .updateTable('promotions')
    .set({
      ...changingColumns(promotion),
      ...(at === null ? {} : { promoted_at: at, held_since: heldSince(promotion) }),
    })
    .where('id', '=', id)
    .where('version', '=', expectedVersion);
  // If the repository is not locked, somebody may take the environment now; then the unique index refuses.
  const result = await unlessTaken(tx, () => update.executeTakeFirstOrThrow());
  const isStored = result.kind === 'written' && result.value.numUpdatedRows === 1n;
  if (isStored) await claimImages(tx, promotion);
  return isStored ? 'stored' : 'conflict';
}

/** Only a promotion that reached production claims its images. An open one claims nothing. */
async function claimImages(tx: Tx, promotion: Promotion): Promise<void> {
  const now = heldSince(promotion);
  if (now === null) return;
  for (const { repository: image } of promotion.images) {
    await saveImageOwner(tx, { image, repoId: promotion.repo.id, now });
  }
}

export async function findPromotion(db: Db, id: string): Promise<Promotion | null> {
  const row = await db.selectFrom('promotions').select('document').where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : readPromotion(row.document);
}

/** The repository and the number of a promotion, whatever version wrote it. */
export async function findPromotionName(
  db: Db,
  id: string,
): Promise<{ readonly repoId: number; readonly number: number } | null> {
  const row = await db.selectFrom('promotions').select(['repo_id', 'number']).where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : { repoId: row.repo_id, number: row.number };
}

export async function findPromotionByNumber(
  db: Db,
  { repoId, number }: { readonly repoId: number; readonly number: number },
): Promise<Promotion | null> {
  const row = await db
    .selectFrom('promotions')
    .select('document')
    .where('repo_id', '=', repoId)
    .where('number', '=', number)
    .executeTakeFirst();
  return row === undefined ? null : readPromotion(row.document);
}

/** Oldest first; of one environment, or of all. */
export async function listOpenPromotions(
  db: Db,
  { repoId, environment }: { readonly repoId: number; readonly environment?: string },
): Promise<readonly Promotion[]> {
  const rows = await db
    .selectFrom('promotions')
    .select('document')
    .where('repo_id', '=', repoId)
    .where(sql<boolean>`is_open = 1`)
    .$if(environment !== undefined, (query) => query.where('environment', '=', environment ?? ''))
    .orderBy('number')
    .execute();
  return rows.map(({ document }) => readPromotion(document));
}

/** Promotions of all repositories that wait for their image; oldest first. */
export async function listWaitingForImage(db: Db): Promise<readonly Promotion[]> {
  const rows = await db
    .selectFrom('promotions')
    .select('document')
    .where(sql<boolean>`is_open = 1`)
    .where('state', '=', 'waiting-for-image')
    .orderBy('created_at')
    .execute();
  return rows.map(({ document }) => readPromotion(document));
}

/** Promotions that changed since then, including ended ones; oldest first. */
export async function listPromotionsChangedSince(
  db: Db,
  { repoId, since }: { readonly repoId: number; readonly since: number },
): Promise<readonly Promotion[]> {
  const rows = await db
    .selectFrom('promotions')
    .select('document')
    .where('repo_id', '=', repoId)
    .where('updated_at', '>=', since)
    .orderBy('number')
    .execute();
  return rows.map(({ document }) => readPromotion(document));
}

/**
 * Every promotion requested in this issue or pull request, or in a full one that it continues, including ended ones;
 * oldest first.
 */
export async function listPromotionsOfThread(
  db: Db,
  { repoId, issue }: { readonly repoId: number; readonly issue: number },
): Promise<readonly Promotion[]> {
  const issues = await listContinued(db, { repoId, issue });
  const rows = await db
    .selectFrom('promotions')
    .select('document')
    .where('repo_id', '=', repoId)
    .where('issue', 'in', issues)
    .execute();
  const promotions = rows.map(({ document }) => readPromotion(document));
  return promotions.toSorted((one, other) => one.number - other.number);
}

/** True while a promotion other than `exceptId` is applying in the environment. */
export async function isEnvironmentBusy(
  db: Db,
  { repoId, environment, exceptId }: EnvironmentKey & { readonly exceptId: string },
): Promise<boolean> {
  const row = await db
    .selectFrom('promotions')
    .select('id')
    .where('repo_id', '=', repoId)
    .where('environment', '=', environment)
    .where(sql<boolean>`state = 'applying'`)
    .where('id', '!=', exceptId)
    .executeTakeFirst();
  return row !== undefined;
}

/** The promotion that production holds, whatever its deployment did since. */
export async function findLastPromoted(db: Db, { repoId, environment }: EnvironmentKey): Promise<Promotion | null> {
  const row = await db
    .selectFrom('promotions')
    .select('document')
    .where('repo_id', '=', repoId)
    .where('environment', '=', environment)
    .where('held_since', 'is not', null)
    .orderBy('held_since', 'desc')
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : readPromotion(row.document);
}

export async function countPromotionsByState(
  db: Db,
): Promise<readonly { readonly state: StateKind; readonly count: number }[]> {
  return db
    .selectFrom('promotions')
    .select(({ fn }) => ['state', fn.countAll<number>().as('count')])
    .groupBy('state')
    .orderBy('state')
    .execute();
}

/**
 * The last promotions of their environments that failed and left some floating tags on the new digest and some not; oldest
 * first. Those that a newer version wrote are listed by processes of that version.
 */
export async function listMixed(db: Db): Promise<readonly Promotion[]> {
  const rows = await db
    .selectFrom('promotions as failed')
    .select('failed.document')
    .where('failed.state', '=', 'failed')
    .where(
      sql<boolean>`NOT EXISTS (
        SELECT 1 FROM promotions AS newer WHERE newer.repo_id = failed.repo_id
          AND newer.environment = failed.environment AND newer.held_since > failed.updated_at)`,
    )
    .execute();
  return rows
    .flatMap(({ document }) => readMixed(document))
    .toSorted((one, other) => one.updatedAt - other.updatedAt || one.number - other.number);
}

function readMixed(document: string): readonly Promotion[] {
  try {
    const promotion = readPromotion(document);
    const { state } = promotion;
    return state.kind === 'failed' && state.failure.production === 'mixed' ? [promotion] : [];
  } catch (error) {
    if (error instanceof NewerFormat) return [];
    throw error;
  }
}

function changingColumns(
  promotion: Promotion,
): Pick<Schema['promotions'], 'issue' | 'state' | 'is_open' | 'version' | 'document' | 'updated_at'> {
  return {
    issue: promotion.thread?.issue ?? null,
    state: promotion.state.kind,
    is_open: isOpen(promotion.state) ? 1 : 0,
    version: promotion.version,
    document: formatPromotion(promotion),
    updated_at: promotion.updatedAt,
  };
}

function heldSince(promotion: Promotion): number | null {
  return movesProduction(promotion) ? promotedAt(promotion) : null;
}
