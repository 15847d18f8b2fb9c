// Checks whether an image's manifest and those of its runnable platforms exist: cleanup jobs delete these.
import { OutsideError } from '../net/outside-error.ts';
import type { Digest, ImageRepository } from '../domain/image/reference.ts';
import type { RegistryClient } from '../registry/client.ts';
import type { Manifest } from '../registry/manifest.ts';
import { formatPlatform } from './contents.ts';

/** `platform` null: the image's own. */
export type MissingManifest = { readonly manifest: Digest; readonly platform: string | null };

/** One request for the image, and one for each of its platforms. */
export async function collectMissingManifests(
  source: { readonly registry: RegistryClient; readonly repository: ImageRepository },
  digest: Digest,
): Promise<readonly MissingManifest[]> {
  const { registry, repository } = source;
  const image = await findManifest(source, digest);
  if (image === null) return [{ manifest: digest, platform: null }];
  const children = image.body.kind === 'image' ? [] : image.body.children.filter((child) => !child.isAttached);
  const held = await Promise.all(children.map((child) => registry.findDigest(repository, child.digest)));
  return children
    .filter((_, position) => held[position] === null)
    .map((child) => ({
      manifest: child.digest,
      platform: child.platform === null ? child.digest : formatPlatform(child.platform),
    }));
}

async function findManifest(
  { registry, repository }: { readonly registry: RegistryClient; readonly repository: ImageRepository },
  digest: Digest,
): Promise<Manifest | null> {
  try {
    return await registry.fetchManifest(repository, digest);
  } catch (error) {
    if (error instanceof OutsideError && error.code === 'manifest-unknown') return null;
    throw error;
  }
}
