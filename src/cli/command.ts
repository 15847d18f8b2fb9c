// What a command of the command line is, and how its words become arguments and flags or a sentence about what is wrong.
import { parseArgs } from 'node:util';
import { nearestOf } from '../domain/edit-distance.ts';
import type { CliServices } from './services.ts';

/** 0 done, 1 no, 2 the words (or the environment) were not understood. */
export type ExitCode = 0 | 1 | 2;

type Word = {
  readonly summary: string;
  /** Where only these words are legal; completion offers them. */
  readonly choices?: readonly string[];
  /** Where only words of a form are legal. */
  readonly isValid?: (text: string) => boolean;
};

/** `name` as the legal form shows it: `<image>`, or the choices. */
export type Argument = Word & { readonly name: string };

/** `value` is what stands behind it: `<owner/name>`, or the choices; null for a switch. */
export type Flag = Word & { readonly value: string | null };

export type CliCommand = {
  readonly name: string;
  readonly summary: string;
  /** All of them have to be there. */
  readonly args?: readonly Argument[];
  readonly flags: Readonly<Record<string, Flag>>;
  readonly example: string;
  readonly run: (call: Call, services: CliServices) => Promise<ExitCode>;
};

export type Call = {
  readonly args: readonly string[];
  readonly flags: FlagValues;
  readonly switches: ReadonlySet<string>;
};

export type FlagValues = Readonly<Record<string, string | undefined>>;

/** Thrown by a command for words that are legal one by one and not together: exit code 2, and the legal form. */
export class UsageError extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = 'UsageError';
  }
}

/** For commands whose answer a script may want to read. */
export const jsonFlag: Flag = { value: null, summary: 'print JSON' };

export type ParsedCall =
  | ({ readonly kind: 'run' } & Call)
  | { readonly kind: 'help' }
  | { readonly kind: 'mistake'; readonly problem: string };

/** Reads what follows the command's name. */
export function parseCall(command: CliCommand, words: readonly string[]): ParsedCall {
  const options = Object.fromEntries(
    Object.entries(command.flags).map(([name, { value }]) => [
      name,
      { type: value === null ? 'boolean' : 'string', multiple: true } as const,
    ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    if (values['help'] === true) return { kind: 'help' };
    const problem = findArgumentProblem(command, positionals);
    return problem === null ? readFlags(command, { values, args: positionals }) : mistake(problem);
  } catch (error) {
    if (!isParseArgsError(error)) throw error;
    return mistake(`${firstSentence(error.message)}${hintFor(error.message, Object.keys(command.flags))}`);
  }
}

/** `imprimatur audit verify [--repo <owner/name>]` */
export function usageLine({ name, args = [], flags }: CliCommand): string {
  const options = Object.entries(flags).map(([flag, { value }]) =>
    value === null ? `[--${flag}]` : `[--${flag} ${value}]`,
  );
  return ['imprimatur', name, ...args.map((argument) => argument.name), ...options].join(' ');
}

function findArgumentProblem({ args = [] }: CliCommand, typed: readonly string[]): string | null {
  for (const [index, argument] of args.entries()) {
    const text = typed[index];
    if (text === undefined) return `${argument.name} is missing: ${argument.summary}`;
    if (!isValid(argument, text)) return `${argument.name} is ${argument.summary}, not "${text}"`;
  }
  const surplus = typed[args.length];
  return surplus === undefined ? null : `"${surplus}" is one word too many`;
}

function readFlags(
  { flags }: CliCommand,
  { values, args }: { readonly values: Readonly<Record<string, unknown>>; readonly args: readonly string[] },
): ParsedCall {
  const given: Record<string, string> = {};
  const switches = new Set<string>();
  for (const [name, flag] of Object.entries(flags)) {
    const typed: unknown = values[name];
    if (!Array.isArray(typed)) continue;
    const [value, second]: readonly unknown[] = typed;
    if (flag.value === null) switches.add(name);
    else if (second !== undefined) return mistake(`--${name} is given twice`);
    else if (typeof value !== 'string' || value === '' || !isValid(flag, value)) {
      return mistake(`--${name} takes ${flag.value}, not "${String(value)}"`);
    } else given[name] = value;
  }
  return { kind: 'run', args, flags: given, switches };
}

function isValid({ choices, isValid: fits }: Word, text: string): boolean {
  return (choices === undefined || choices.includes(text)) && (fits === undefined || fits(text));
}

function mistake(problem: string): ParsedCall {
  return { kind: 'mistake', problem };
}

function hintFor(message: string, flags: readonly string[]): string {
  const typed = /^Unknown option '--([^']+)'/.exec(message)?.[1];
  const meant = typed === undefined ? null : nearestOf(typed, flags);
  return meant === null ? '' : `; did you mean --${meant}?`;
}

function isParseArgsError(error: unknown): error is Error {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return typeof error.code === 'string' && error.code.startsWith('ERR_PARSE_ARGS_');
}

/** Node goes on with advice on positional arguments that is of no use here. */
function firstSentence(text: string): string {
  return (text.split(/\. |\.?\n/)[0] ?? text)
    .replaceAll(/\s+/g, ' ')
    .replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}
