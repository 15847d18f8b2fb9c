// Finds rejections of images in the newest rejected promotions of a repository.
import { sql } from 'kysely';
import type { PastRejection } from '../../domain/image/image-facts.ts';
import type { Digest } from '../../domain/image/reference.ts';
import type { Db } from '../database/schema.ts';
import { readPromotion } from './promotion-document.ts';

/** Per repository. Older rejections are not shown. */
const MAX_READ = 200;

/** The newest rejection of an image by a person. */
export async function findRejection(
  db: Db,
  { repoId, digest }: { readonly repoId: number; readonly digest: Digest },
): Promise<PastRejection> {
  const rows = await db
    .selectFrom('promotions')
    .select('document')
    .where('repo_id', '=', repoId)
    .where(sql<boolean>`state = 'rejected'`)
    .orderBy('number', 'desc')
    .limit(MAX_READ)
    .execute();
  for (const { document } of rows) {
    const { state, number, images, updatedAt: at } = readPromotion(document);
    if (state.kind === 'rejected' && images.some((image) => image.digest === digest)) {
      return { kind: 'rejected', promotion: number, by: state.by.login, at };
    }
  }
  return { kind: 'none' };
}
