// Lists the tags of a registry repository that people read, grouped by digest, newest first.
import {
  parseCommitSha,
  type CommitSha,
  type Digest,
  type ImageRepository,
  type Tag,
} from '../../domain/image/reference.ts';
import { claimsOf } from '../../domain/image/image-claims.ts';
import { known, REVISION_LABEL } from '../../domain/image/image-facts.ts';
import { OutsideError } from '../../net/outside-error.ts';
import type { RegistryClient } from '../../registry/client.ts';
import { parseImageConfig } from '../../registry/image-config.ts';
import type { Manifest } from '../../registry/manifest.ts';

export type ListedImage = {
  readonly digest: Digest;
  readonly tags: readonly Tag[];
  /** Epoch milliseconds; null if the image has no time or can't be read. */
  readonly builtAt: number | null;
  readonly commit: CommitSha | null;
};

export type Listing = {
  readonly images: readonly ListedImage[];
  /** Tags that clients put there for signatures and attestations, by the digest in their name. */
  readonly hiddenTags: number;
};

type Source = { readonly registry: RegistryClient; readonly repository: ImageRepository };

const MAX_CONFIG_BYTES = 8 * 1024 * 1024;

/** `progress` receives the current step. OutsideError `repository-unknown` for an unknown repository. */
export async function listImages(source: Source, progress: (message: string) => void): Promise<Listing> {
  const { registry, repository } = source;
  const all = await registry.listTags(repository);
  const tags = all.filter((tag) => !isReferrerTag(tag));
  const digests = await Promise.all(
    counted(tags, (count) => progress(`${count} of ${tags.length} tags`)).map(async ({ item: tag, done }) => {
      const digest = await registry.findDigest(repository, tag);
      done();
      return { tag, digest };
    }),
  );
  const groups = Map.groupBy(
    digests.flatMap(({ tag, digest }) => (digest === null ? [] : [{ tag, digest }])),
    ({ digest }) => digest,
  );
  const images = await Promise.all(
    counted([...groups], (count) => progress(`${count} of ${groups.size} images`)).map(async ({ item, done }) => {
      const [digest, held] = item;
      const origin = await readOrigin(source, digest);
      done();
      return { digest, tags: held.map(({ tag }) => tag), ...origin };
    }),
  );
  return {
    images: images.toSorted((a, b) => (b.builtAt ?? -Infinity) - (a.builtAt ?? -Infinity) || 0),
    hiddenTags: all.length - tags.length,
  };
}

/** `sha256-<hex>`, with or without `.sig`, `.att` or `.sbom`: the referrers tag scheme, and cosign's. */
export function isReferrerTag(tag: Tag): boolean {
  return /^sha(?:256|512)-[0-9a-f]{64,128}(?:\.\w+)?$/.test(tag);
}

/** From one runnable platform, as all are built together. Nothing if a part is missing or unreadable. */
async function readOrigin(source: Source, digest: Digest): Promise<Pick<ListedImage, 'builtAt' | 'commit'>> {
  const { registry, repository } = source;
  try {
    const whole = await registry.fetchManifest(repository, digest);
    const manifest = await firstPlatform(source, whole);
    if (manifest === null || manifest.body.kind !== 'image') return UNREADABLE_IMAGE;
    const { digest: blob } = manifest.body.config;
    const config = parseImageConfig(await registry.fetchBlob({ repository, digest: blob, maxBytes: MAX_CONFIG_BYTES }));
    const annotations = [whole.body.annotations, manifest.body.annotations];
    const claims = claimsOf({ config: known(config), annotations }, REVISION_LABEL);
    const [revision = '', other] = claims.kind === 'known' ? claims.value : [];
    const built = Date.parse(config.created ?? '');
    return {
      builtAt: Number.isNaN(built) ? null : built,
      commit: other === undefined ? parseCommitSha(revision) : null,
    };
  } catch (error) {
    if (error instanceof OutsideError && !error.retryable && UNREADABLE.includes(error.code)) return UNREADABLE_IMAGE;
    throw error;
  }
}

const UNREADABLE_IMAGE = { builtAt: null, commit: null };

/** Failures that belong to the image: an artifact that is not an image, or a missing part. */
const UNREADABLE: readonly string[] = [
  'manifest-unknown',
  'manifest-invalid',
  'manifest-too-large',
  'blob-unknown',
  'blob-too-large',
  'image-config-invalid',
  'digest-mismatch',
];

async function firstPlatform({ registry, repository }: Source, manifest: Manifest): Promise<Manifest | null> {
  if (manifest.body.kind === 'image') return manifest;
  const child = manifest.body.children.find(({ isAttached }) => !isAttached);
  return child === undefined ? null : registry.fetchManifest(repository, child.digest);
}

function counted<T>(
  items: readonly T[],
  progress: (count: number) => void,
): readonly { readonly item: T; readonly done: () => void }[] {
  let count = 0;
  return items.map((item) => ({
    item,
    done: () => {
      count += 1;
      progress(count);
    },
  }));
}
