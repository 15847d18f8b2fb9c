// Finds whether a rollback took an environment off this image, in our own history.
import { known } from '../../domain/image/image-facts.ts';
import { pastRollbackOf } from '../../domain/promotion/history.ts';
import { facet } from '../facet.ts';

export const pastRollback = facet<'pastRollback', never>({
  needs: [],
  cost: 'database: the history of each environment',
  collect: async (_facts, { subject: { digest, environments }, sources }) => {
    const histories = await Promise.all(environments.map(({ name }) => sources.history(name)));
    const rollbacks = histories.map((history) => pastRollbackOf({ history, digest }));
    const numbers = rollbacks.flatMap((past) => (past.kind === 'rolled-back' ? [past.by] : []));
    return known(numbers.length === 0 ? { kind: 'none' } : { kind: 'rolled-back', by: Math.max(...numbers) });
  },
});
