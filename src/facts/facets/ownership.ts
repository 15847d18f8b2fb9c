// Finds the owner of an image, and the names that `source` labels may have.
import { known } from '../../domain/image/image-facts.ts';
import { facet } from '../facet.ts';

export const ownership = facet<'ownership', never>({
  needs: [],
  cost: 'database: two statements',
  collect: async (_facts, { sources }) => known(await sources.ownership()),
});
