// The table of commands.
import { COMMANDS, VERBS } from '../../domain/command.ts';
import { renderTable } from '../table.ts';
import { COMMAND_WORDS } from './command-words.ts';

/** All commands with what they do and a line that works. */
export function renderHelp(): string {
  const rows = VERBS.map((verb) => {
    const { usage, example } = COMMANDS[verb];
    return [cell(usage), COMMAND_WORDS[verb].summary, cell(example)];
  });
  return [
    'A command is a line of its own in a comment, outside of lists, quotes and code.',
    renderTable(['Command', 'What it does', 'For example'], rows),
  ].join('\n\n');
}

/** Our own words as code in a table cell, where a bar has to be escaped even inside code. */
function cell(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}
