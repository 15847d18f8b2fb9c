// Finds the parts of an image that the registry lacks.
import { known } from '../../domain/image/image-facts.ts';
import { facet } from '../facet.ts';

export const missingParts = facet<'missingParts', 'contents'>({
  needs: ['contents'],
  cost: 'registry: one request for each layer; none for an image that was whole a short time ago',
  collect: async (_facts, { subject, sources, contents }) =>
    known(await sources.images.missing(subject, await contents())),
});
