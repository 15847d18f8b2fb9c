// What an environment held, one digest after another, and which tags that are never moved we wrote on which digest.
import type { TagWriter } from '../../domain/image/held-tag.ts';
import type { History } from '../../domain/promotion/history.ts';
import { targetIn } from '../../domain/promotion/promotion.ts';
import { parseDigest, parseTag, type Digest, type ImageRepository, type Tag } from '../../domain/image/reference.ts';
import { readPromotion } from './promotion-document.ts';
import type { Db } from '../database/schema.ts';
import { readStored } from '../database/stored.ts';

/** Every promotion and rollback that reached the environment with an image of this repository, oldest first. */
export async function listHeld(
  db: Db,
  args: { readonly repoId: number; readonly environment: string; readonly repository: ImageRepository },
): Promise<History> {
  const rows = await db
    .selectFrom('promotions')
    .select(['document', 'promoted_at'])
    .where('repo_id', '=', args.repoId)
    .where('environment', '=', args.environment)
    .where('promoted_at', 'is not', null)
    .orderBy('promoted_at')
    .orderBy('number')
    .execute();
  const reached = rows
    .map((row) => ({ promotion: readPromotion(row.document), at: row.promoted_at ?? 0 }))
    // A version that was added to what was there already moved nothing.
    .filter(({ promotion: { moves } }) => moves.some(({ kind }) => kind === 'floating'))
    .flatMap(({ promotion, at }) => {
      const digest = targetIn(promotion, args.repository);
      return digest === null ? [] : [{ promotion, digest, at }];
    });
  const tags = reached.length === 0 ? new Map<Digest, readonly Tag[]>() : await listTagsOf(db, args);
  return reached.map(({ promotion, digest, at }) => {
    const { number, requester: by } = promotion;
    const kind = promotion.kind === 'rollback' ? 'rollback' : 'promotion';
    return { digest, promotion: number, at, by, kind, tags: tags.get(digest) ?? [] };
  });
}

/** The journal's writes to these tags, whoever made them; floating tags, and writes that did not happen, left out. */
export async function listTagWriters(
  db: Db,
  { repository, tags }: { readonly repository: ImageRepository; readonly tags: readonly Tag[] },
): Promise<readonly TagWriter[]> {
  if (tags.length === 0) return [];
  const rows = await db
    .selectFrom('tag_moves as move')
    .innerJoin('promotions as promotion', 'promotion.id', 'move.promotion_id')
    .select(['move.tag', 'move.kind', 'move.target', 'promotion.repo_id', 'promotion.environment'])
    .select('promotion.promoted_at')
    .where('move.repository', '=', repository)
    .where('move.tag', 'in', tags)
    .where('move.state', 'in', ['written', 'confirmed'])
    .orderBy('promotion.number')
    .execute();
  return rows.flatMap((row): readonly TagWriter[] => {
    const { kind } = row;
    if (kind === 'floating') return [];
    const tag = readStored(parseTag, row.tag);
    const target = readStored(parseDigest, row.target);
    const promoted = row.promoted_at !== null;
    return [{ tag, kind, target, repoId: row.repo_id, environment: row.environment, promoted }];
  });
}

/**
 * Kept, version and rollback tags that we wrote, by digest, in the order of writing: they are never moved. Of all digests:
 * a list of those that are asked for would outgrow what a statement may carry, after years.
 */
async function listTagsOf(
  db: Db,
  args: { readonly repoId: number; readonly repository: ImageRepository },
): Promise<ReadonlyMap<Digest, readonly Tag[]>> {
  const rows = await db
    .selectFrom('tag_moves as move')
    .innerJoin('promotions as promotion', 'promotion.id', 'move.promotion_id')
    .select(['move.tag', 'move.target'])
    .where('promotion.repo_id', '=', args.repoId)
    .where('move.repository', '=', args.repository)
    .where('move.kind', '!=', 'floating')
    .where('move.state', 'in', ['written', 'confirmed'])
    .orderBy('promotion.number')
    .orderBy('move.position')
    .execute();
  const tags = Map.groupBy(rows, ({ target }) => readStored(parseDigest, target));
  return new Map(
    [...tags].map(([digest, written]) => [digest, [...new Set(written.map(({ tag }) => readStored(parseTag, tag)))]]),
  );
}
