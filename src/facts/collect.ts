// Puts the facets together into one ImageFacts value.
import {
  known,
  NOTHING_COLLECTED,
  unknown,
  type Fact,
  type ImageFacts,
  type Lineage,
  type MissingPart,
  type PlatformFacts,
  type StagingDeployment,
} from '../domain/image/image-facts.ts';
import type { Digest, ImageRepository, Tag } from '../domain/image/reference.ts';
import type { ImageContents, PlatformContents } from './contents.ts';

/** The facts of one image; pure, everything was read before. */
export function toImageFacts(args: {
  readonly repository: ImageRepository;
  readonly digest: Digest;
  readonly tag: Tag | null;
  readonly contents: ImageContents;
  readonly missing: readonly MissingPart[];
  readonly lineage: Fact<Lineage>;
  readonly stagingDeployment: Fact<StagingDeployment>;
}): ImageFacts {
  const { repository, digest, tag, contents, missing, lineage, stagingDeployment } = args;
  return {
    ...NOTHING_COLLECTED,
    repository,
    digest,
    tag,
    contents: known({ mediaType: contents.mediaType, platforms: contents.platforms.map(toPlatformFacts) }),
    missingParts: known(missing),
    lineage,
    stagingDeployment,
  };
}

function toPlatformFacts({ platform, digest, parts, config }: PlatformContents): PlatformFacts {
  if (parts === null) {
    const absent = unknown({ code: 'part-missing', part: 'manifest' });
    return { platform, digest, sizeBytes: absent, layerCount: absent, config };
  }
  const sizeBytes = [parts.config, ...parts.layers].reduce((sum, part) => sum + part.sizeBytes, 0);
  return { platform, digest, sizeBytes: known(sizeBytes), layerCount: known(parts.layers.length), config };
}
