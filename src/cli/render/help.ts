// Renders the help of the command line: the overview, and one page per command, in 80 columns.
import { usageLine, type CliCommand } from '../command.ts';

/** All commands, or those that begin with a word, such as `audit`. */
export function renderOverview(commands: readonly CliCommand[], word = ''): string {
  const shown = commands.filter(({ name }) => word === '' || name.startsWith(`${word} `));
  const forms = shown.map(({ name, args = [], summary }) => {
    return [[name, ...args.map((argument) => argument.name)].join(' '), summary] as const;
  });
  return `${overviewUsage(word)}\n\n${renderRows(forms)}\nFor one command: imprimatur help <command>\n${word === '' ? 'For the version: imprimatur --version\n' : ''}${EXIT_CODES}`;
}

/** For an unknown command: the usage line, and where the list of commands is. */
export function renderShortUsage(word = ''): string {
  const list = word === '' ? 'imprimatur help' : `imprimatur help ${word}`;
  return `${overviewUsage(word)}\nFor all commands: ${list}\n`;
}

export function renderHelp(command: CliCommand): string {
  const { args = [], flags, summary, example } = command;
  const rows = renderRows([
    ...args.map((argument) => [argument.name, argument.summary] as const),
    ...Object.entries(flags).map(
      ([name, flag]) => [flag.value === null ? `--${name}` : `--${name} ${flag.value}`, flag.summary] as const,
    ),
    ['--help', 'print this help'],
  ]);
  const usage = wrap(usageLine(command), { width: WIDTH - 7, indent: 7 });
  return `${wrap(summary, { width: WIDTH, indent: 0 })}\n\nUsage: ${usage}\n\n${rows}\nExample:\n  ${example}\n\n${EXIT_CODES}`;
}

const WIDTH = 80;
const EXIT_CODES = 'Exit codes: 0 success, 1 failure, 2 usage or configuration error.\n';
const MAX_FORM_WIDTH = 28;

function overviewUsage(word: string): string {
  return `Usage: imprimatur ${word === '' ? '<command>' : `${word} <command>`} [arguments] [options]`;
}

function renderRows(rows: readonly (readonly [string, string])[]): string {
  const width = Math.min(MAX_FORM_WIDTH, Math.max(...rows.map(([form]) => form.length)));
  const indent = width + 4;
  return rows
    .map(([form, meaning]) => {
      const text = wrap(meaning, { width: WIDTH - indent, indent });
      const own = form.length > width ? `  ${form}\n${' '.repeat(indent)}` : `  ${form.padEnd(width)}  `;
      return `${own}${text}\n`;
    })
    .join('');
}

/** Lines after the first are indented; `[--flag <value>]` stays together. */
function wrap(text: string, { width, indent }: { readonly width: number; readonly indent: number }): string {
  const lines: string[] = [];
  for (const word of text.match(/\[[^\]]*\]|\S+/g) ?? []) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}
