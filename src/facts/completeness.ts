// Asks the registry for every layer of every platform, so that a tag never lands on an image that can't be pulled.
import type { MissingPart } from '../domain/image/image-facts.ts';
import { OutsideError } from '../net/outside-error.ts';
import type { Digest, ImageRepository } from '../domain/image/reference.ts';
import type { RegistryClient } from '../registry/client.ts';
import type { ImageContents } from './contents.ts';

/** Each costs a request: twenty platforms of as many layers as docker mounts. */
const MAX_LAYERS = 2500;

/** All missing parts, foreign layers aside. A layer that platforms share is requested once; configs were read already. */
export async function collectMissing(
  source: { readonly registry: RegistryClient; readonly repository: ImageRepository },
  contents: ImageContents,
): Promise<readonly MissingPart[]> {
  const layers = contents.platforms.flatMap(({ parts }) => parts?.layers ?? []).filter(({ isForeign }) => !isForeign);
  const digests = [...new Set(layers.map(({ digest }) => digest))];
  if (digests.length > MAX_LAYERS) {
    const { repository } = source;
    throw new OutsideError(`An image of ${repository} names ${digests.length} layers; the limit is ${MAX_LAYERS}`, {
      code: 'manifest-invalid',
      retryable: false,
    });
  }
  const held = await Promise.all(digests.map((digest) => source.registry.blobExists(source.repository, digest)));
  const absent = new Set<Digest>(digests.filter((_, position) => held[position] === false));
  return contents.platforms.flatMap(({ platform, parts, missing }) => [
    ...missing,
    ...(parts?.layers ?? [])
      .filter(({ digest, isForeign }) => !isForeign && absent.has(digest))
      .map(({ digest }) => ({ part: 'layer', digest, platform }) as const),
  ]);
}
