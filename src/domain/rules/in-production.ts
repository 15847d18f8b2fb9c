// A pushed git tag names the image that production holds. If production holds another one by now, the rule fails.
import { z } from 'zod';
import { digest, tag } from '../image/reference-schema.ts';
import { planRule } from '../rule.ts';

export const inProduction = planRule({
  id: 'in-production',
  kinds: ['version'],
  seen: z.strictObject({ code: z.literal('holds-another'), tag, holds: digest.nullable() }),
}).checkedBy({
  check: (plan) => {
    if (plan.kind !== 'left-production') return [];
    return plan.tags.map((held) => ({ code: 'holds-another', tag: held.tag, holds: held.digest }));
  },
});
