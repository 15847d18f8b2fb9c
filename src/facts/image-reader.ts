// Reads images, and caches the complete ones: what a digest names never changes.
import { LRUCache } from 'lru-cache';
import type { Annotations, MissingPart } from '../domain/image/image-facts.ts';
import { OutsideError } from '../net/outside-error.ts';
import type { Digest, ImageRepository } from '../domain/image/reference.ts';
import type { RegistryClient } from '../registry/client.ts';
import type { Manifest } from '../registry/manifest.ts';
import { collectMissing } from './completeness.ts';
import { readImage, type ImageContents } from './contents.ts';

type Image = { readonly repository: ImageRepository; readonly digest: Digest };

export type ImageReader = {
  /** Like `collectContents`. For a cached image, one request that checks that it still exists. */
  readonly contents: (image: Image) => Promise<ImageContents>;
  /** Like `collectMissing`. No request for an image that was complete a short time ago. */
  readonly missing: (image: Image, contents: ImageContents) => Promise<readonly MissingPart[]>;
  /** The manifest itself. No request for an image that was complete a short time ago. */
  readonly manifest: (image: Image) => Promise<Manifest>;
  /** Removes an image from the cache: the next read is from the registry. */
  readonly forget: (image: Image) => void;
};

type Remembered = { readonly manifest: Manifest; readonly contents: ImageContents; wholeAt: number | null };

/** Cleanup jobs may delete layers. For this long, all layers count as still there. */
const WHOLE_FOR_MS = 10 * 60 * 1000;
const MAX_REMEMBERED = 64;
/** Images whose manifest and configs are larger are read each time. */
const MAX_BYTES = 256 * 1024;

export function createImageReader(parts: {
  readonly registry: RegistryClient;
  readonly now: () => number;
}): ImageReader {
  const { registry, now } = parts;
  const memory = new LRUCache<string, Remembered>({
    max: MAX_REMEMBERED,
    maxSize: MAX_REMEMBERED * MAX_BYTES,
    maxEntrySize: MAX_BYTES,
    sizeCalculation: sizeOf,
  });

  function remember(image: Image, read: Pick<Remembered, 'manifest' | 'contents'>): void {
    if (read.contents.platforms.some(({ missing }) => missing.length > 0)) return;
    // A copy: small buffers are slices of a large one, which would stay in memory.
    const manifest = { ...read.manifest, raw: new Uint8Array(read.manifest.raw) };
    memory.set(keyOf(image), { manifest, contents: read.contents, wholeAt: null });
  }

  function whole(image: Image): Remembered | null {
    const known = memory.get(keyOf(image));
    if (known === undefined || known.wholeAt === null) return null;
    const age = now() - known.wholeAt;
    // A negative age: the clock was set back, and the read may be of any age.
    return age >= 0 && age < WHOLE_FOR_MS ? known : null;
  }

  return {
    contents: async (image) => {
      const known = whole(image);
      if (known !== null && (await isThere(registry, image))) return known.contents;
      const read = await readImage({ registry, repository: image.repository }, image.digest);
      remember(image, read);
      return read.contents;
    },
    missing: async (image, contents) => {
      if (whole(image)?.contents === contents) return [];
      const missing = await collectMissing({ registry, repository: image.repository }, contents);
      const known = memory.get(keyOf(image));
      if (missing.length > 0) memory.delete(keyOf(image));
      else if (known?.contents === contents) known.wholeAt = now();
      return missing;
    },
    manifest: async (image) => whole(image)?.manifest ?? (await registry.fetchManifest(image.repository, image.digest)),
    forget: (image) => void memory.delete(keyOf(image)),
  };
}

/** The full read that follows reports denied access. */
async function isThere(registry: RegistryClient, { repository, digest }: Image): Promise<boolean> {
  try {
    return (await registry.findDigest(repository, digest)) !== null;
  } catch (error) {
    if (error instanceof OutsideError && !error.retryable) return false;
    throw error;
  }
}

function sizeOf({ manifest, contents }: Pick<Remembered, 'manifest' | 'contents'>): number {
  return contents.platforms.reduce(
    (sum, { parts, annotations }) => sum + (parts?.config.sizeBytes ?? 0) + lengthOf(annotations),
    manifest.raw.length * MANIFEST_WEIGHT,
  );
}

function lengthOf(annotations: readonly Annotations[]): number {
  return annotations.flatMap((set) => Object.values(set)).reduce((sum, value) => sum + value.length, 0);
}

/** Its bytes, and what was parsed from them and from its children. */
const MANIFEST_WEIGHT = 4;

function keyOf({ repository, digest }: Image): string {
  return `${repository}@${digest}`;
}
