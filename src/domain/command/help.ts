// `/help`: lists the commands. `/imprimatur` alone is help too.
import { mapValue, mistake } from './mistake.ts';
import { parseOnlyWord, surplus } from './only-word.ts';
import type { SlashCommand } from './slash-command.ts';

export const help: SlashCommand<{ readonly kind: 'help' }> = {
  usage: '/help',
  example: '/help',
  answered: 'in-our-threads',
  dependsOnThread: false,
  access: 'write',
  parse: (text) =>
    mapValue(
      parseOnlyWord(text, null, (word) => mistake(surplus(word))),
      () => ({ kind: 'help' }),
    ),
};
