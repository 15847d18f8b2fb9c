// The compressed size of each platform lies within the policy's bounds; under the minimum only warns.
import { z } from 'zod';
import { KINDS_OF_NEW_IMAGES, platformRule, type Outcome } from '../rule.ts';

export const size = platformRule({
  id: 'size',
  kinds: KINDS_OF_NEW_IMAGES,
  seen: z.strictObject({ code: z.literal('size'), bytes: z.number() }),
  wanted: z.strictObject({ minBytes: z.number(), maxBytes: z.number() }),
}).checkedBy({
  want: ({ policy }) => {
    const { minBytes, maxBytes } = policy.validation.size;
    return { minBytes, maxBytes };
  },
  isOn: ({ validation }) => validation.size.level !== 'off',
  read: ({ sizeBytes }) => sizeBytes,
  check: (bytes, { policy }) => {
    const { minBytes, maxBytes, level } = policy.validation.size;
    const overMaximum: Outcome = level === 'warn' ? 'warn' : 'fail';
    const outcome = bytes > maxBytes ? overMaximum : bytes < minBytes ? 'warn' : 'pass';
    return { outcome, seen: { code: 'size', bytes } };
  },
});
