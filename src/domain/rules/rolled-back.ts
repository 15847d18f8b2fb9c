// A rollback took production off this image. Promoting it again may be intended, so the rule warns.
import { z } from 'zod';
import { imageRule, NO_VALUES } from '../rule.ts';

export const rolledBack = imageRule({
  id: 'rolled-back',
  kinds: ['promotion'],
  facets: ['pastRollback'],
  seen: z.strictObject({ code: z.literal('rolled-back'), by: z.int() }),
  wanted: NO_VALUES,
}).checkedBy({
  want: () => ({}),
  check: ({ pastRollback: { value } }) =>
    value.kind === 'none' ? [] : [{ platform: null, outcome: 'warn', seen: { code: 'rolled-back', by: value.by } }],
});
