// Declares what a command of the command line is, and parses its arguments and options into a call or a usage error.
import { parseArgs } from 'node:util';
import { nearestOf } from '../domain/edit-distance.ts';
import { listWords } from '../messages/format.ts';
import type { CliServices } from './services.ts';

/** 0: success. 1: a check failed, or something is missing. 2: the arguments or the environment are not valid. */
export type ExitCode = 0 | 1 | 2;

type Word = {
  readonly summary: string;
  /** The only allowed values; completion offers them. */
  readonly choices?: readonly string[];
  /** False for a malformed value. */
  readonly isValid?: (text: string) => boolean;
};

/** `name` as the usage shows it: `<image>`, or the choices. */
export type Argument = Word & { readonly name: string };

/** `value` is the placeholder of its value: `<owner/name>`, or the choices; null for a switch. */
export type Flag = Word & { readonly value: string | null };

export type CliCommand = {
  readonly name: string;
  readonly summary: string;
  /** All are required. */
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

/** Thrown by a command for arguments that are valid alone but not together: exit code 2, with the usage. */
export class UsageError extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = 'UsageError';
  }
}

/** For commands whose output scripts read. */
export const jsonFlag: Flag = { value: null, summary: 'print JSON' };

export type ParsedCall =
  | ({ readonly kind: 'run' } & Call)
  | { readonly kind: 'help' }
  | { readonly kind: 'mistake'; readonly problem: string };

/** Parses what follows the command's name. */
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
    return mistake(`${firstSentence(error.message)}${suggestionFor(error.message, Object.keys(command.flags))}`);
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
    if (text === undefined) return `missing argument ${argument.name}: ${argument.summary}`;
    if (!isValid(argument, text)) return `"${text}" is not valid for ${argument.name}: ${expected(argument)}`;
  }
  const surplus = typed[args.length];
  return surplus === undefined ? null : `unexpected argument "${surplus}"`;
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
    else if (second !== undefined) return mistake(`--${name} is given more than once`);
    else if (typeof value !== 'string' || value === '' || !isValid(flag, value)) {
      return mistake(
        `"${String(value)}" is not valid for --${name}: ${flag.choices === undefined ? `expected ${flag.value}` : expected(flag)}`,
      );
    } else given[name] = value;
  }
  return { kind: 'run', args, flags: given, switches };
}

function isValid({ choices, isValid: fits }: Word, text: string): boolean {
  return (choices === undefined || choices.includes(text)) && (fits === undefined || fits(text));
}

/** For an invalid value. */
function expected({ choices, summary }: Word): string {
  return choices === undefined ? `expected ${summary}` : `allowed values are ${listWords(choices)}`;
}

function mistake(problem: string): ParsedCall {
  return { kind: 'mistake', problem };
}

function suggestionFor(message: string, flags: readonly string[]): string {
  const typed = /^Unknown option '--([^']+)'/.exec(message)?.[1];
  const meant = typed === undefined ? null : nearestOf(typed, flags);
  return meant === null ? '' : `. Did you mean --${meant}?`;
}

function isParseArgsError(error: unknown): error is Error {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return typeof error.code === 'string' && error.code.startsWith('ERR_PARSE_ARGS_');
}

/** Node adds advice on positional arguments, which does not apply here. */
function firstSentence(text: string): string {
  return (text.split(/\. |\.?\n/)[0] ?? text)
    .replaceAll(/\s+/g, ' ')
    .replaceAll("'", '`')
    .replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}
