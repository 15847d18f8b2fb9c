// A version that skips a major version is probably a typing mistake, and it stays: no version is ever moved.
import { z } from 'zod';
import { tag } from '../../image/reference-schema.ts';
import { countSkippedMajors } from '../../image/version.ts';
import { imageRule, NO_VALUES } from '../../rule.ts';

export const versionJump = imageRule({
  id: 'version-jump',
  kinds: ['promotion', 'version'],
  facets: ['precedingVersion'],
  seen: z.strictObject({
    code: z.literal('skips-majors'),
    version: tag,
    preceding: tag,
    /** How many major versions lie between them. */
    skipped: z.int(),
  }),
  wanted: NO_VALUES,
}).checkedBy({
  want: () => ({}),
  whenUnknown: (_policy, { precedingVersion: fact }) =>
    fact.kind === 'unknown' && fact.reason.code === 'outside-error' ? 'warn' : null,
  check: ({ precedingVersion: { value } }) => {
    const skipped = value === null ? 0 : countSkippedMajors(value);
    if (value === null || skipped === 0) return [];
    return [{ platform: null, outcome: 'warn', seen: { code: 'skips-majors', ...value, skipped } }];
  },
});
