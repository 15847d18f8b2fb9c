// `/cancel`: withdraws a promotion.
import { parseIdArgument } from './only-word.ts';
import { mapValue } from './mistake.ts';
import type { SlashCommand } from './slash-command.ts';

export const cancel: SlashCommand<{ readonly kind: 'cancel'; readonly id: number | null }> = {
  usage: '/cancel [P12]',
  example: '/cancel P12',
  answered: 'in-our-threads',
  takesOptions: false,
  dependsOnThread: true,
  access: 'write',
  parse: (text) => mapValue(parseIdArgument(text), (id) => ({ kind: 'cancel', id })),
};
