// What a build server does: builds the image of a commit for two platforms and pushes it over the registry protocol.
import { buildImage, pushImage } from '../test/support/registry/images.ts';
import type { RegistryAddress } from './registry-client.ts';

export type Build = {
  readonly commit: string;
  /** `staging-<first 7 of the commit>`, or the same with the prefix that was asked for. */
  readonly tag: string;
  readonly digest: string;
  readonly platforms: readonly string[];
  readonly layers: readonly string[];
  /** Of all platforms. */
  readonly sizeBytes: number;
};

/** Different on each platform, as real base images are; zeros cost neither memory nor disk. */
const BASE_LAYER_BYTES = { 'linux/amd64': 118_000_000, 'linux/arm64': 112_000_000 } as const;

export async function pushBuild(args: {
  readonly commit: string;
  /** What the `source` label says. */
  readonly sourceUrl: string;
  readonly target: RegistryAddress;
  /** Instead of `staging-<sha>`. */
  readonly tags?: readonly string[];
  readonly prefix?: string;
  readonly cmd?: readonly string[];
}): Promise<Build> {
  const { commit, target, prefix = 'staging', cmd = ['node', 'server.js'] } = args;
  const tag = `${prefix}-${commit.slice(0, 7)}`;
  const application = new TextEncoder().encode(`the application at ${commit}`);
  const image = buildImage({
    perPlatform: Object.fromEntries(
      Object.entries(BASE_LAYER_BYTES).map(([platform, zeros]) => [platform, { layers: [{ zeros }, application] }]),
    ),
    platforms: Object.keys(BASE_LAYER_BYTES),
    attestationChild: true,
    cmd,
    created: new Date().toISOString(),
    labels: {
      'org.opencontainers.image.source': args.sourceUrl,
      'org.opencontainers.image.revision': commit,
    },
  });
  const { url: baseUrl, repository, credentials } = target;
  for (const name of args.tags ?? [tag]) await pushImage({ baseUrl, repository, tag: name, image, credentials });
  return {
    commit,
    tag,
    digest: image.digest,
    platforms: Object.keys(BASE_LAYER_BYTES),
    layers: image.blobs.filter(({ content }) => content.kind === 'zeros').map(({ digest }) => digest),
    sizeBytes: image.blobs.reduce((sum, blob) => sum + blob.sizeBytes, 0),
  };
}
