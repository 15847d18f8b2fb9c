// A tag that is never moved must be free, or hold this very image.
import { z } from 'zod';
import { digest, tag } from '../image/reference-schema.ts';
import { planRule } from '../rule.ts';

export const permanentTag = planRule({
  id: 'permanent-tag',
  kinds: ['promotion', 'version'],
  seen: z.strictObject({
    code: z.enum(['permanent-tag-taken', 'version-taken']),
    tag,
    holds: digest,
    /** What it would have to hold. */
    wanted: digest,
  }),
}).checkedBy({
  check: (plan, { versionTag }) => {
    if (plan.kind !== 'permanent-tag-taken') return [];
    return plan.taken.map((taken) => {
      const code = taken.tag === versionTag ? 'version-taken' : 'permanent-tag-taken';
      return { code, ...taken };
    });
  },
});
