// `/refresh`: compares a promotion with GitHub and the registry.
import { parseIdArgument } from './only-word.ts';
import { mapValue } from './mistake.ts';
import type { SlashCommand } from './slash-command.ts';

export const refresh: SlashCommand<{ readonly kind: 'refresh'; readonly id: number | null }> = {
  usage: '/refresh [P12]',
  example: '/refresh P12',
  answered: 'in-our-threads',
  takesOptions: false,
  dependsOnThread: false,
  access: 'write',
  parse: (text) => mapValue(parseIdArgument(text), (id) => ({ kind: 'refresh', id })),
};
