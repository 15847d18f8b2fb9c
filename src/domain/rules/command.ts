// An image without Entrypoint and Cmd starts nothing.
import { z } from 'zod';
import { KINDS_OF_NEW_IMAGES, NO_VALUES, platformRule } from '../rule.ts';

export const command = platformRule({
  id: 'command',
  kinds: KINDS_OF_NEW_IMAGES,
  seen: z.strictObject({ code: z.enum(['not-set', 'entrypoint', 'cmd']) }),
  wanted: NO_VALUES,
}).checkedBy({
  want: () => ({}),
  isOn: ({ validation }) => validation.command !== 'off',
  read: ({ config }) => config,
  check: ({ entrypoint, cmd }, { policy }) => {
    const level = policy.validation.command;
    if (level === 'off') return null;
    if (entrypoint.length + cmd.length === 0) return { outcome: level, seen: { code: 'not-set' } };
    return { outcome: 'pass', seen: { code: entrypoint.length > 0 ? 'entrypoint' : 'cmd' } };
  },
});
