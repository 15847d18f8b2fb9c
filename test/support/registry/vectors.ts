// Reads the real image among the vectors: one that was built by buildx, pushed to GHCR and kept as an OCI layout.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256, type TestImage, type TestManifest } from './images.ts';

const VECTORS = process.env['VECTORS'] ?? fileURLToPath(new URL('../../../../shared/vectors', import.meta.url));
const GHCR_LAYOUT = join(VECTORS, 'oci-images/ghcr-slsa-v2.1.0/blobs/sha256');
const GHCR_INDEX = '234e2c830c2fb31ac5671789d22adfe44d30c3ee831d01beae5e237841a13122';

export function hasGhcrImage(): boolean {
  return existsSync(GHCR_LAYOUT);
}

/** The image as GHCR held it: an index of one platform and its attestation, 12 gzip layers. */
export function readGhcrImage(): TestImage {
  const raw = readLayoutBlob(GHCR_INDEX);
  const index: { mediaType: string; manifests: { digest: string; mediaType: string }[] } = JSON.parse(raw.toString());
  const children = index.manifests.map(({ digest: child, mediaType }): TestManifest & { platform: string } => ({
    digest: child,
    mediaType,
    raw: readLayoutBlob(child),
    platform: '',
  }));
  const references = children.flatMap((child): string[] => {
    const { config, layers }: { config: { digest: string }; layers: { digest: string }[] } = JSON.parse(
      Buffer.from(child.raw).toString(),
    );
    return [config, ...layers].map((descriptor) => descriptor.digest);
  });
  const blobs = [...new Set(references)].map((reference) => {
    const bytes = readLayoutBlob(reference);
    return { digest: reference, sizeBytes: bytes.length, content: { kind: 'bytes', bytes } } as const;
  });
  return { digest: sha256(raw), mediaType: index.mediaType, raw, children, blobs };
}

function readLayoutBlob(reference: string): Buffer {
  return readFileSync(join(GHCR_LAYOUT, reference.replace('sha256:', '')));
}
