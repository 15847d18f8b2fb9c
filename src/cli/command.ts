// Declares what a command of the command line is, and parses its arguments and options into a call or a usage error.
import { parseArgs } from 'node:util';
import { nearestOf } from '../domain/edit-distance.ts';
import { plainText } from '../messages/escape.ts';
import { listWords } from '../messages/format.ts';
import type { CliServices } from './services.ts';

/** 0: success. 1: a check failed, or something is missing. 2: the arguments or the environment are not valid. */
export type ExitCode = 0 | 1 | 2;

type Word = {
  readonly summary: string;
  /** Completes "expected …", where neither summary nor placeholder says it. */
  readonly form?: string;
  /** The only allowed values; completion offers them. */
  readonly choices?: readonly string[];
  /** False for a malformed value. */
  readonly isValid?: (text: string) => boolean;
};

/** `name` as the usage shows it: `<image>`, or the choices; `[owner/name]` where it may be left out. */
export type Argument = Word & { readonly name: string; readonly isOptional?: true };

/** `value` is the placeholder of its value: `<owner/name>`, or the choices; null for a switch. */
export type Flag = Word & { readonly value: string | null };

export type CliCommand = {
  readonly name: string;
  readonly summary: string;
  /** Those that may be left out come last. */
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

/** The form of a repository on GitHub. */
export const REPO_FORM = '<owner>/<name>, such as acme/dotca';

/** How many rows a list shows. */
export function limitFlag(summary: string, byDefault: number): Flag {
  return {
    value: '<number>',
    summary: `${summary} (default: ${byDefault})`,
    form: 'a number from 1 to 999999',
    isValid: (text) => /^[1-9]\d{0,5}$/.test(text),
  };
}

/** A typed text inside of a message: one short line, without what controls a terminal. */
export function quoteTyped(text: string): string {
  return `"${plainText(text, { maxLength: MAX_QUOTED_LENGTH })}"`;
}

const MAX_QUOTED_LENGTH = 100;

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
    return mistake(optionProblem(error.message, command));
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
    if (text === undefined) {
      if (argument.isOptional === true) return null;
      return missingArgument(argument);
    }
    if (text === '') return `${argument.name} is empty: ${expected(argument)}`;
    if (!isValid(argument, text))
      return invalid(text, argument.choices === undefined ? argument.name : null, expected(argument));
  }
  const surplus = typed[args.length];
  return surplus === undefined ? null : `unexpected argument ${quoteTyped(surplus)}`;
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
    else if (typeof value !== 'string' || value === '') return mistake(missingValue(name, flag));
    else if (!isValid(flag, value)) return mistake(invalid(value, `--${name}`, expectedValue(flag)));
    else given[name] = value;
  }
  return { kind: 'run', args, flags: given, switches };
}

function isValid({ choices, isValid: fits }: Word, text: string): boolean {
  return (choices === undefined || choices.includes(text)) && (fits === undefined || fits(text));
}

/** An argument that is one of a few words has no name to be valid for. */
function invalid(text: string, name: string | null, expectation: string): string {
  return `${quoteTyped(text)} is not valid${name === null ? '' : ` for ${name}`}: ${expectation}`;
}

function missingArgument(argument: Argument): string {
  const { name, choices, form, summary } = argument;
  return choices === undefined
    ? `missing argument ${name}: ${form ?? summary}`
    : `missing argument: ${expected(argument)}`;
}

function missingValue(name: string, flag: Flag | undefined): string {
  return `--${name} needs a value${flag === undefined ? '' : `: ${expectedValue(flag)}`}`;
}

/** After a word that is missing or not valid. */
function expected({ choices, form, summary }: Word): string {
  return choices === undefined ? `expected ${form ?? summary}` : `allowed values are ${listWords(choices)}`;
}

function expectedValue(flag: Flag): string {
  return flag.choices === undefined && flag.form === undefined ? `expected ${flag.value}` : expected(flag);
}

function mistake(problem: string): ParsedCall {
  return { kind: 'mistake', problem };
}

/** Node's words for a problem name the option in quotes; it adds advice on positional arguments, which does not apply here. */
function optionProblem(message: string, { flags }: CliCommand): string {
  const unknown = /^Unknown option '([^]*?)'(?:\.|$)/.exec(message)?.[1];
  if (unknown !== undefined) {
    const meant = nearestOf(unknown.replace(/^-+/, ''), Object.keys(flags));
    return `unknown option \`${plainText(unknown, { maxLength: MAX_QUOTED_LENGTH })}\`${meant === null ? '' : `. Did you mean --${meant}?`}`;
  }
  const [, name = '', problem] =
    /^Option '(?:-\w, )?--([\w-]+)[^']*' (argument|does not take an argument)/.exec(message) ?? [];
  if (problem === 'argument') return missingValue(name, flags[name]);
  return problem === undefined ? plainText(message, { maxLength: 300 }) : `--${name} takes no value`;
}

function isParseArgsError(error: unknown): error is Error {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return typeof error.code === 'string' && error.code.startsWith('ERR_PARSE_ARGS_');
}
