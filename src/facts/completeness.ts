// Asks the registry for every layer of every platform, so that a tag never lands on an image that can't be pulled.
import type { MissingPart } from '../domain/image-facts.ts';
import type { Digest, ImageRepository } from '../domain/reference.ts';
import type { RegistryClient } from '../registry/client.ts';
import type { ImageContents } from './contents.ts';

/** All parts that are not there. A layer that platforms share is asked for once; configs were read already. */
export async function collectMissing(
  source: { readonly registry: RegistryClient; readonly repository: ImageRepository },
  contents: ImageContents,
): Promise<readonly MissingPart[]> {
  const layers = contents.platforms.flatMap(({ parts }) => parts?.layers.map(({ digest }) => digest) ?? []);
  const digests = [...new Set(layers)];
  const held = await Promise.all(digests.map((digest) => source.registry.blobExists(source.repository, digest)));
  const absent = new Set<Digest>(digests.filter((_, position) => held[position] === false));
  return contents.platforms.flatMap(({ platform, parts, missing }) => [
    ...missing,
    ...(parts?.layers ?? [])
      .filter(({ digest }) => absent.has(digest))
      .map(({ digest }) => ({ part: 'layer', digest, platform }) as const),
  ]);
}
