// An image has a HEALTHCHECK. `["NONE"]` removes a base image's check, and an empty one inherits nothing.
import { z } from 'zod';
import { KINDS_OF_NEW_IMAGES, NO_VALUES, platformRule } from '../rule.ts';

export const healthcheck = platformRule({
  id: 'healthcheck',
  kinds: KINDS_OF_NEW_IMAGES,
  seen: z.strictObject({ code: z.enum(['not-set', 'switched-off', 'set']) }),
  wanted: NO_VALUES,
}).checkedBy({
  want: () => ({}),
  isOn: ({ validation }) => validation.healthcheck !== 'off',
  read: ({ config }) => config,
  check: ({ healthcheck: test }, { policy }) => {
    const level = policy.validation.healthcheck;
    const [kind, ...words] = test ?? [];
    if (level === 'off') return null;
    if (kind === undefined) return { outcome: level, seen: { code: 'not-set' } };
    if (kind === 'NONE') return { outcome: level, seen: { code: 'switched-off' } };
    if (words.every((word) => word.trim() === '')) return { outcome: level, seen: { code: 'not-set' } };
    return { outcome: 'pass', seen: { code: 'set' } };
  },
});
