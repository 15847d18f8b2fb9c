// The list of commands.
import { COMMANDS, VERBS } from '../../domain/command.ts';
import { COMMAND_WORDS } from './command-words.ts';

/** All commands with a description and an example. */
export function renderHelp(): string {
  const commands = VERBS.map((verb) => {
    const { usage, example } = COMMANDS[verb];
    return `- \`${usage}\`<br>${COMMAND_WORDS[verb].summary}<br>Example: \`${example}\``;
  });
  return [
    'Write a command on a line of its own in a comment, outside of lists, quotes and code.',
    commands.join('\n'),
  ].join('\n\n');
}
