// Finds another rollback target if the requested one is incomplete. Optional: if unknown, it fails no check.
import { known, unknown } from '../../domain/image/image-facts.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { findAlternative } from '../find-alternative.ts';
import { facet } from '../facet.ts';

export const alternative = facet<'alternative', 'missingParts'>({
  needs: ['missingParts'],
  cost: 'none for a complete image; else the history of the environment, and what five other images cost',
  collect: async ({ missingParts }, { subject, sources }) => {
    const [environment] = subject.environments;
    if (missingParts.value.length === 0 || environment === undefined) return known(null);
    const { registry } = sources;
    const history = await sources.history(environment.name);
    try {
      return known(await findAlternative({ registry, history }, { ...subject, environment }));
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error;
      return unknown({ code: 'outside-error', error: error.toProblem() });
    }
  },
});
