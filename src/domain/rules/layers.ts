// An image has no more layers than a host can mount, and its history has the same number.
import { z } from 'zod';
import { known, type ConfigFacts, type Fact, type PlatformFacts } from '../image/image-facts.ts';
import { KINDS_OF_NEW_IMAGES, platformRule } from '../rule.ts';

export const layers = platformRule({
  id: 'layers',
  kinds: KINDS_OF_NEW_IMAGES,
  seen: z.discriminatedUnion('code', [
    z.strictObject({ code: z.literal('layers'), layers: z.int() }),
    z.strictObject({ code: z.literal('diff-ids-differ'), layers: z.int(), diffIds: z.int() }),
    z.strictObject({ code: z.literal('history-differs'), layers: z.int(), historyLayers: z.int() }),
  ]),
  wanted: z.strictObject({ max: z.int() }),
}).checkedBy({
  want: ({ policy }) => ({ max: policy.validation.layers.max }),
  isOn: ({ validation }) => validation.layers.level !== 'off',
  read: countsOf,
  check: ({ layers: count, diffIds, historyLayers }, { policy }) => {
    const { level, max } = policy.validation.layers;
    if (level === 'off') return null;
    if (count > max) return { outcome: level, seen: { code: 'layers', layers: count } };
    if (diffIds !== count) return { outcome: level, seen: { code: 'diff-ids-differ', layers: count, diffIds } };
    if (historyLayers !== null && historyLayers !== count) {
      return { outcome: level, seen: { code: 'history-differs', layers: count, historyLayers } };
    }
    return { outcome: 'pass', seen: { code: 'layers', layers: count } };
  },
});

type Counts = Pick<ConfigFacts, 'diffIds' | 'historyLayers'> & { readonly layers: number };

function countsOf({ layerCount, config }: PlatformFacts): Fact<Counts> {
  if (layerCount.kind === 'unknown') return layerCount;
  if (config.kind === 'unknown') return config;
  const { diffIds, historyLayers } = config.value;
  return known({ layers: layerCount.value, diffIds, historyLayers });
}
