// Every manifest, config and layer of every runnable platform must be there: a tag on a broken index can't be pulled.
import { z } from 'zod';
import type { Fact, Alternative } from '../image/image-facts.ts';
import { digest } from '../image/reference-schema.ts';
import { outsideTexts } from '../outside-text.ts';
import { imageRule, NO_VALUES } from '../rule.ts';

/** More parts than a person reads. */
const MAX_PARTS = 20;

const missingPart = z.strictObject({
  part: z.enum(['manifest', 'config', 'layer']),
  digest,
  platform: z.string(),
});

export const completeness = imageRule({
  id: 'completeness',
  kinds: ['promotion', 'rollback', 'unproven-rollback', 'rollback-to-new', 'version'],
  facets: ['contents', 'missingParts'],
  seen: z.discriminatedUnion('code', [
    z.strictObject({
      code: z.literal('complete'),
      platforms: outsideTexts,
      /** Layers that come from their own URL, of all platforms. */
      foreignLayers: z.int().exactOptional(),
    }),
    z.strictObject({ code: z.literal('no-platform') }),
    z.strictObject({
      code: z.literal('parts-missing'),
      /** The first of them. */
      parts: z.array(missingPart).readonly(),
      total: z.int(),
      /** What a rollback could go back to instead. */
      alternative: z
        .strictObject({
          promotion: z.int(),
          environment: z.string(),
          /** An older version did not keep these two. */
          outcome: z.enum(['promoted', 'deploying', 'deployed', 'deployment-failed']).exactOptional(),
          forced: z.boolean().exactOptional(),
        })
        .exactOptional(),
    }),
  ]),
  wanted: NO_VALUES,
}).checkedBy({
  want: () => ({}),
  // What can't be pulled can't run, so force can't override it.
  unknownIsFinal: true,
  check: ({ contents, missingParts, alternative }) => {
    const about = { platform: null, final: true } as const;
    const platforms = contents.value.platforms.map(({ platform }) => platform);
    if (platforms.length === 0) return [{ ...about, outcome: 'fail', seen: { code: 'no-platform' } }];
    const { length: total } = missingParts.value;
    if (total === 0) {
      const foreignLayers = contents.value.platforms.reduce((sum, one) => sum + (one.foreignLayers ?? 0), 0);
      const foreign = foreignLayers === 0 ? {} : { foreignLayers };
      return [{ platform: null, outcome: 'pass', seen: { code: 'complete', platforms, ...foreign } }];
    }
    const parts = missingParts.value.slice(0, MAX_PARTS);
    return [{ ...about, outcome: 'fail', seen: { code: 'parts-missing', parts, total, ...insteadOf(alternative) } }];
  },
});

function insteadOf(fact: Fact<Alternative | null>): { readonly alternative?: Alternative } {
  return fact.kind === 'unknown' || fact.value === null ? {} : { alternative: fact.value };
}
