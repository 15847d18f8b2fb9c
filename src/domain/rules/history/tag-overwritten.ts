// The staging check examined another image of the same commit than the one that is promoted.
import { z } from 'zod';
import { digest, tag } from '../../image/reference-schema.ts';
import { imageRule, KINDS_OF_NEW_IMAGES, NO_VALUES } from '../../rule.ts';

export const tagOverwritten = imageRule({
  id: 'tag-overwritten',
  kinds: KINDS_OF_NEW_IMAGES,
  facets: ['checkedTag'],
  seen: z.strictObject({
    /** `rechecked`: somebody let the check examine this image since. */
    code: z.enum(['overwritten', 'rechecked']),
    /** Under which the check found it. */
    tag,
    checked: digest,
    /** When the staging check examined it; null for a check of before that time was kept. */
    checkedAt: z.int().nullable(),
    /** What is promoted. */
    holds: digest,
    readAt: z.int(),
  }),
  wanted: NO_VALUES,
}).checkedBy({
  want: () => ({}),
  isOn: ({ validation }) => validation.tagOverwritten !== 'off',
  whenUnknown: () => null,
  check: ({ checkedTag: { value } }, { policy }) => {
    const level = policy.validation.tagOverwritten;
    if (value.kind !== 'overwritten' || level === 'off') return [];
    const { kind, isRechecked, ...seen } = value;
    // A repeated build makes another digest of the same commit, so this alone is no attack. Once it is examined, people decide.
    return isRechecked
      ? [{ platform: null, outcome: 'warn', seen: { code: 'rechecked', ...seen } }]
      : [{ platform: null, outcome: level, seen: { code: kind, ...seen } }];
  },
});
