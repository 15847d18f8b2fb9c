// The labels that the policy asks for are there; `source` and `revision` have rules of their own, which look at the value too.
import { z } from 'zod';
import { REVISION_LABEL, SOURCE_LABEL } from '../../image/image-facts.ts';
import { outsideTexts } from '../../outside-text.ts';
import type { Policy } from '../../policy/policy.ts';
import { KINDS_OF_NEW_IMAGES, platformRule } from '../../rule.ts';
import { levelWhenMissing } from '../source.ts';

export const labels = platformRule({
  id: 'labels',
  kinds: KINDS_OF_NEW_IMAGES,
  seen: z.discriminatedUnion('code', [
    z.strictObject({ code: z.literal('labels-missing'), labels: outsideTexts }),
    z.strictObject({ code: z.literal('all-set') }),
  ]),
  wanted: z.strictObject({ labels: outsideTexts }),
}).checkedBy({
  want: ({ policy }) => ({ labels: requiredBy(policy) }),
  isOn: (policy) => policy.validation.labels.level !== 'off' && requiredBy(policy).length > 0,
  read: ({ config }) => config,
  check: ({ labels: set }, context) => {
    const missing = requiredBy(context.policy).filter((label) => (Object.hasOwn(set, label) ? set[label] : '') === '');
    const [first] = missing;
    if (first !== undefined) {
      const level = levelWhenMissing(context, first);
      return level === 'off' ? null : { outcome: level, seen: { code: 'labels-missing', labels: missing } };
    }
    return { outcome: 'pass', seen: { code: 'all-set' } };
  },
});

function requiredBy({ validation }: Policy): readonly string[] {
  return validation.labels.required.filter((label) => label !== SOURCE_LABEL && label !== REVISION_LABEL);
}
