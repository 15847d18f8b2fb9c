// The image has every platform that the held image has, and those that the policy requires.
import { z } from 'zod';
import { platformKey } from '../../image/platform.ts';
import { imageRule, KINDS_OF_NEW_IMAGES } from '../../rule.ts';

const names = z.array(z.string());

export const platforms = imageRule({
  id: 'platforms',
  kinds: KINDS_OF_NEW_IMAGES,
  facets: ['contents', 'changes'],
  seen: z.discriminatedUnion('code', [
    /** `held`: those that the image of the environment has; `required`: those that the policy names. */
    z.strictObject({ code: z.literal('missing'), held: names, required: names }),
    z.strictObject({
      code: z.literal('held-unreadable'),
      environment: z.string(),
      because: z.enum(['gone', 'unreadable']),
    }),
    /** Platforms of the held image that nobody can run: their manifests or configs are gone. */
    z.strictObject({ code: z.literal('held-incomplete'), environment: z.string(), platforms: names }),
    z.strictObject({ code: z.literal('all'), platforms: names }),
  ]),
  wanted: z.strictObject({ required: names }),
}).checkedBy({
  want: ({ policy }) => ({ required: [...policy.validation.platforms.required] }),
  isOn: ({ validation }) => validation.platforms.level !== 'off',
  whenUnknown: ({ validation }, { contents }) =>
    // The rule `completeness` reports unknown contents.
    contents.kind === 'known' && validation.platforms.required.length === 0 ? 'warn' : 'unknown',
  check: ({ contents, changes: { value } }, { policy }) => {
    const { level, required: wanted } = policy.validation.platforms;
    if (level === 'off') return [];
    const has = new Set(contents.value.platforms.map(({ platform }) => keyOf(platform)));
    const required = wanted.filter((platform) => !has.has(keyOf(platform)));
    const between = value.kind === 'compared' ? value.contents : null;
    const lost = between?.kind === 'compared' ? between.removed.filter((platform) => !has.has(keyOf(platform))) : [];
    const broken = between?.kind === 'compared' ? between.broken : [];
    const held = lost.filter((platform) => !broken.includes(platform));
    if (held.length > 0 || required.length > 0) {
      return [{ platform: null, outcome: level, seen: { code: 'missing', held, required } }];
    }
    if (value.kind === 'compared' && between?.kind === 'unknown') {
      const { environment } = value;
      return [
        { platform: null, outcome: 'warn', seen: { code: 'held-unreadable', environment, because: between.because } },
      ];
    }
    if (value.kind === 'compared' && lost.length > 0) {
      const { environment } = value;
      return [{ platform: null, outcome: 'warn', seen: { code: 'held-incomplete', environment, platforms: lost } }];
    }
    if (wanted.length === 0) return [];
    return [{ platform: null, outcome: 'pass', seen: { code: 'all', platforms: [...wanted] } }];
  },
});

/** Without what tells several entries of one platform apart, such as `(10.0.20348)`. */
function keyOf(platform: string): string {
  return platformKey(platform.replace(/ \(.*\)$/, ''));
}
