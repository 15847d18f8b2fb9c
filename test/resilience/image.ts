// The image that real servers promote in these runs: one small layer and whatever the rules want to see.
import { buildImage, type TestImage } from '../support/registry/images.ts';

export const IMAGE = 'acme/dotca';

export function imageOf(commit: string): TestImage {
  return buildImage({
    platforms: ['linux/amd64'],
    layers: [Buffer.from(`the only layer of ${commit}`)],
    cmd: ['/app'],
    healthcheck: ['CMD', '/ready'],
    seed: commit,
    labels: {
      'org.opencontainers.image.source': `https://github.com/${IMAGE}`,
      'org.opencontainers.image.revision': commit,
    },
  });
}
