// An image starts the first word of Entrypoint and Cmd; without one, or with an empty one, it starts nothing.
import { z } from 'zod';
import { KINDS_OF_NEW_IMAGES, NO_VALUES, platformRule } from '../rule.ts';

export const command = platformRule({
  id: 'command',
  kinds: KINDS_OF_NEW_IMAGES,
  seen: z.strictObject({ code: z.enum(['not-set', 'blank', 'entrypoint', 'cmd']) }),
  wanted: NO_VALUES,
}).checkedBy({
  want: () => ({}),
  isOn: ({ validation }) => validation.command !== 'off',
  read: ({ config }) => config,
  check: ({ entrypoint, cmd }, { policy }) => {
    const level = policy.validation.command;
    if (level === 'off') return null;
    const [program] = [...entrypoint, ...cmd];
    if (program === undefined) return { outcome: level, seen: { code: 'not-set' } };
    if (program.trim() === '') return { outcome: level, seen: { code: 'blank' } };
    return { outcome: 'pass', seen: { code: entrypoint.length > 0 ? 'entrypoint' : 'cmd' } };
  },
});
