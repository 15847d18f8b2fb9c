// Reads what rules need of an image's manifests and configs.
import { known, unknown, type PlatformFacts } from '../../domain/image/image-facts.ts';
import { sizeOf, type PlatformContents } from '../contents.ts';
import { facet } from '../facet.ts';

/** Throws if nothing can be read: then there is no image to check. */
export const contents = facet<'contents', never>({
  needs: [],
  cost: 'registry: one request for each manifest and config; one for an image that was whole a short time ago',
  collect: async (_facts, reading) => {
    const { mediaType, platforms } = await reading.contents();
    return known({ mediaType, platforms: platforms.map(toPlatformFacts) });
  },
});

function toPlatformFacts({ platform, digest, parts, config, annotations }: PlatformContents): PlatformFacts {
  if (parts === null) {
    const absent = unknown({ code: 'part-missing', part: 'manifest' });
    return { platform, digest, sizeBytes: absent, layerCount: absent, config, annotations };
  }
  const sizeBytes = sizeOf(parts);
  const foreignLayers = parts.layers.filter(({ isForeign }) => isForeign).length;
  const about = { platform, digest, sizeBytes: known(sizeBytes), layerCount: known(parts.layers.length) };
  return { ...about, ...(foreignLayers === 0 ? {} : { foreignLayers }), config, annotations };
}
