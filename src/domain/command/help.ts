// `/help`: lists the commands, or explains one. Only `/imprimatur` is help as well.
import { mapValue } from './mistake.ts';
import { parseOnlyWord } from './only-word.ts';
import type { SlashCommand } from './slash-command.ts';
import { parsePlainWord } from './values.ts';
import { foldAscii } from './words.ts';

/** `topic`: the word in lower case, without a slash before it; null for all commands. */
export const help: SlashCommand<{ readonly kind: 'help'; readonly topic: string | null }> = {
  usage: '/help [<command>]',
  example: '/help promote',
  answered: 'in-our-threads',
  takesOptions: false,
  dependsOnThread: false,
  access: 'read',
  parse: (text) =>
    mapValue(
      parseOnlyWord<string | null>(text, null, (word) => mapValue(parsePlainWord(word), toTopic)),
      (topic) => ({ kind: 'help', topic }),
    ),
};

function toTopic(word: string): string {
  return foldAscii(word.replace(/^\//, ''));
}
