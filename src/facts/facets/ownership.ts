// Whom an image belongs to, and what `source` labels may call its repository.
import { known } from '../../domain/image/image-facts.ts';
import { facet } from '../facet.ts';

export const ownership = facet<'ownership', never>({
  needs: [],
  cost: 'database: two statements',
  collect: async (_facts, { sources }) => known(await sources.ownership()),
});
