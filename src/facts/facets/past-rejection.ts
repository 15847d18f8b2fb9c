// Finds whether a person rejected this image before in this repository, in our own promotions.
import { known } from '../../domain/image/image-facts.ts';
import { facet } from '../facet.ts';

export const pastRejection = facet<'pastRejection', never>({
  needs: [],
  cost: 'database: the newest rejected promotions of the repository',
  collect: async (_facts, { subject: { digest }, sources }) => known(await sources.rejectionOf(digest)),
});
