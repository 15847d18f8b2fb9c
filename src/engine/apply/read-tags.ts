// Step 1 of applying: the bytes to write, and what each tag holds before the first write.
import { OutsideError } from '../../net/outside-error.ts';
import type { Digest } from '../../domain/image/reference.ts';
import type { RegistryClient } from '../../registry/client.ts';
import type { Manifest } from '../../registry/manifest.ts';
import type { JournalRow } from '../../store/promotions/tag-moves.ts';
import { isFloating, standingTags, type Application, type StandingTag } from './application.ts';
import { retryWhileTransient, type Retried } from './retry-while-transient.ts';

/** `manifest` is null if the tag is absent or only the digest was requested. */
export type TagReading = { readonly digest: Digest | null; readonly manifest: Manifest | null };

export type TagSnapshot = {
  /** What the tags of each image will hold. */
  readonly targets: readonly Manifest[];
  /** By position, for the rows that are not written yet. */
  readonly seen: ReadonlyMap<number, TagReading>;
  readonly standing: readonly (StandingTag & { readonly digest: Digest | null })[];
};

/** Reads everything in parallel; `failed` if the registry does not answer within five minutes. */
export async function readTags(
  { services, promotion }: Application,
  rows: readonly JournalRow[],
): Promise<Retried<TagSnapshot>> {
  const { registry, images } = services;
  const planned = rows.filter(({ state }) => state === 'planned');
  const rollback = planned.find(({ kind }) => kind === 'rollback');
  // The manifest of the tag that is about to move is read completely: the rollback tag needs its bytes.
  const leaving = planned.find((row) => isFloating(row) && row.baseline === rollback?.target);
  return retryWhileTransient(services, async () => {
    const [targets, entries, standing] = await Promise.all([
      Promise.all(promotion.images.map((image) => images.manifest(image))),
      Promise.all(
        planned.map(async (row) => {
          const seen = row === leaving ? await readTagWhole(registry, row) : await readTag(registry, row);
          return [row.position, seen] as const;
        }),
      ),
      Promise.all(
        standingTags(promotion, rows).map(async (tag) => ({
          ...tag,
          digest: await registry.findDigest(tag.repository, tag.tag, [tag.target]),
        })),
      ),
    ]);
    return { targets, seen: new Map(entries), standing };
  });
}

/** What the tag of a row holds now. This way, a tag that should be absent takes one request, not two. */
export async function readTag(registry: RegistryClient, row: JournalRow): Promise<TagReading> {
  if (row.baseline === null) return readTagWhole(registry, row);
  return { digest: await registry.findDigest(row.repository, row.tag, [row.baseline, row.target]), manifest: null };
}

async function readTagWhole(registry: RegistryClient, { repository, tag }: JournalRow): Promise<TagReading> {
  try {
    const manifest = await registry.fetchManifest(repository, tag);
    return { digest: manifest.digest, manifest };
  } catch (error) {
    if (error instanceof OutsideError && error.code === 'manifest-unknown') return { digest: null, manifest: null };
    throw error;
  }
}
