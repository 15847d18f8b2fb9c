// Finds the version that the requested one follows, among the tags of the image.
import { known, unknown } from '../../domain/image/image-facts.ts';
import { findPreceding } from '../../domain/image/version.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { facet } from '../facet.ts';

export const precedingVersion = facet<'precedingVersion', never>({
  needs: [],
  cost: 'none without a version; else the list of tags',
  collect: async (_facts, { subject, sources }) => {
    const { versionTag, repository } = subject;
    if (versionTag === null) return known(null);
    try {
      return known(findPreceding(versionTag, await sources.registry.listTags(repository)));
    } catch (error) {
      // It only warns: nothing waits for it.
      if (!(error instanceof OutsideError)) throw error;
      return unknown({ code: 'outside-error', error: error.toProblem() });
    }
  },
});
