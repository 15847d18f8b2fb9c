// The list of commands, and the words for one of them.
import { COMMANDS, VERBS, type Verb } from '../../domain/command.ts';
import { code } from '../escape.ts';
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
    'For one command: `/help promote`.',
  ].join('\n\n');
}

/** One command: what it does, who can use it, and its forms. */
export function renderTopic(verb: Verb): string {
  const { usage, access, example } = COMMANDS[verb];
  const { summary, forms } = COMMAND_WORDS[verb];
  return [
    `\`${usage}\``,
    `${summary} ${WHO[access]}`,
    forms.map(([line, meaning]) => `- \`${line}\`: ${meaning}`).join('\n'),
    `Example: \`${example}\``,
  ].join('\n\n');
}

/** `/help` with a word that is not a command. */
export function renderUnknownTopic({ typed, meant }: { readonly typed: string; readonly meant: Verb | null }): string {
  const unknown = `Unknown command ${code(`/${typed}`, { maxLength: 40 })}.`;
  return meant === null
    ? `${unknown} ${code('/help')} lists all commands.`
    : `${unknown} Did you mean ${code(`/help ${meant}`)}?`;
}

const WHO = {
  read: 'Needs read access.',
  write: 'Needs write access.',
  reviewers: 'The policy says who can use it: by default, people with write access.',
  'rollback-role': 'The policy says who can use it: by default, people with write access.',
} as const satisfies Readonly<Record<(typeof COMMANDS)[Verb]['access'], string>>;
