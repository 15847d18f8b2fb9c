// A person rejected this image before: its reviewers should know, and so should that person.
import { z } from 'zod';
import { imageRule, KINDS_OF_NEW_IMAGES, NO_VALUES } from '../../rule.ts';

export const rejectedBefore = imageRule({
  id: 'rejected-before',
  kinds: KINDS_OF_NEW_IMAGES,
  facets: ['pastRejection'],
  /** `by` is a login, `promotion` the number of what was rejected. */
  seen: z.strictObject({ code: z.literal('rejected'), promotion: z.int(), by: z.string(), at: z.int() }),
  wanted: NO_VALUES,
}).checkedBy({
  want: () => ({}),
  isOn: ({ validation }) => validation.rejectedBefore !== 'off',
  // Without a database this is unknown, but then nothing is promoted either.
  whenUnknown: () => null,
  check: ({ pastRejection: { value } }, { policy }) => {
    const level = policy.validation.rejectedBefore;
    if (value.kind === 'none' || level === 'off') return [];
    const { promotion, by, at } = value;
    return [{ platform: null, outcome: level, seen: { code: 'rejected', promotion, by, at } }];
  },
});
