// Stores which repository an image belongs to: the one whose promotion of it reached production first.
import type { ImageRepository } from '../domain/image/reference.ts';
import type { Db, Tx } from './database/schema.ts';

/** The id of the repository that promoted the image first; null if none did. */
export async function findImageOwner(db: Db, image: ImageRepository): Promise<number | null> {
  const row = await db.selectFrom('image_owners').select('repo_id').where('image', '=', image).executeTakeFirst();
  return row?.repo_id ?? null;
}

/** Only the first claim counts. */
export async function saveImageOwner(
  tx: Tx,
  { image, repoId, now }: { readonly image: ImageRepository; readonly repoId: number; readonly now: number },
): Promise<void> {
  await tx
    .insertInto('image_owners')
    .values({ image, repo_id: repoId, since: now })
    .onConflict((conflict) => conflict.column('image').doNothing())
    .execute();
}
