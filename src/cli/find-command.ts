// Finds the command that the first words name, or else the one that was probably meant.
import { quoteTyped, type CliCommand } from './command.ts';
import { nearestOf } from '../domain/edit-distance.ts';

export type CommandMatch =
  | { readonly kind: 'command'; readonly command: CliCommand; readonly rest: readonly string[] }
  /** `words`: the group that was named, such as `audit`, or `''`. `isUnknown`: a word was typed that names no command. */
  | { readonly kind: 'none'; readonly words: string; readonly problem: string; readonly isUnknown: boolean };

export function findCommand(commands: readonly CliCommand[], words: readonly string[]): CommandMatch {
  for (const command of commands) {
    const { length } = command.name.split(' ');
    if (words.slice(0, length).join(' ') === command.name)
      return { kind: 'command', command, rest: words.slice(length) };
  }
  const names = commands.map(({ name }) => name);
  const [first = ''] = words;
  const group = names.some((name) => name.startsWith(`${first} `)) ? first : '';
  if (first === '' || first.startsWith('-'))
    return { kind: 'none', words: '', problem: 'missing command', isUnknown: false };
  const second = words[1]?.startsWith('-') === false ? words[1] : undefined;
  if (group !== '' && second === undefined)
    return { kind: 'none', words: group, problem: `missing ${group} command`, isUnknown: false };
  const typed = group === '' ? first : `${group} ${second ?? ''}`;
  const meant =
    nearestOf(words.slice(0, 2).join(' '), names) ??
    nearestOf(first, names) ??
    (group === '' ? nearestGroup(words, names) : null);
  const hint = meant === null ? '' : `. Did you mean "imprimatur ${meant}"?`;
  return { kind: 'none', words: group, problem: `unknown command ${quoteTyped(typed)}${hint}`, isUnknown: true };
}

/** `adit verify` is close to a whole name; `jobz` is close to the first word of several. */
function nearestGroup([first = '']: readonly string[], names: readonly string[]): string | null {
  const groups = new Set(names.filter((name) => name.includes(' ')).map((name) => name.split(' ')[0] ?? ''));
  return nearestOf(first, [...groups]);
}
