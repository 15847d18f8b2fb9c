// A label that holds a token or a password is readable by whoever can pull the image.
import { z } from 'zod';
import { outsideTexts, withoutCredentials } from '../../outside-text.ts';
import { imageRule, KINDS_OF_NEW_IMAGES, NO_VALUES } from '../../rule.ts';

export const credentialsInLabel = imageRule({
  id: 'credentials-in-label',
  kinds: KINDS_OF_NEW_IMAGES,
  facets: ['contents'],
  seen: z.discriminatedUnion('code', [z.strictObject({ code: z.literal('credentials'), labels: outsideTexts })]),
  wanted: NO_VALUES,
}).checkedBy({
  want: () => ({}),
  // Nothing can be said of labels that could not be read; other rules fail then.
  whenUnknown: () => null,
  check: ({ contents }) =>
    contents.value.platforms.flatMap(({ platform, config, annotations }) => {
      const sets = [...(config.kind === 'known' ? [config.value.labels] : []), ...annotations];
      const labels = [...new Set(sets.flatMap(namesWithCredentials))].toSorted();
      return labels.length === 0
        ? []
        : [{ platform, outcome: 'warn' as const, seen: { code: 'credentials' as const, labels } }];
    }),
});

function namesWithCredentials(set: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(set).flatMap(([name, value]) => (withoutCredentials(value) === value ? [] : [name]));
}
