// What a command of the command line is, and how its words become flag values or a sentence about what is wrong.
import { parseArgs } from 'node:util';
import type { Store } from '../store/database.ts';

/** 0 done, 1 no, 2 the words were not understood. */
export type ExitCode = 0 | 1 | 2;

export type Flag = {
  /** What the value is, as the legal form shows it: `<owner/name>`, or the choices. */
  readonly value: string;
  /** Where only these words are legal. */
  readonly choices?: readonly string[];
  readonly says: string;
};

export type CliCommand = {
  readonly name: string;
  readonly says: string;
  readonly flags: Readonly<Record<string, Flag>>;
  readonly example: string;
  readonly run: (flags: FlagValues, services: CliServices) => Promise<ExitCode>;
};

export type FlagValues = Readonly<Record<string, string | undefined>>;

export type CliServices = {
  readonly store: Store;
  readonly sha256: (text: string) => string;
  readonly out: Output;
  readonly err: Output;
};

export type Output = {
  /** Resolves when the text is on its way; text for a reader that went away is dropped. */
  readonly write: (text: string) => Promise<void>;
  /** True once the reader went away, as `head` does. */
  readonly isClosed: () => boolean;
};

export type Call =
  | { readonly kind: 'run'; readonly flags: FlagValues }
  | { readonly kind: 'help' }
  | { readonly kind: 'mistake'; readonly problem: string };

/** Reads what follows the command's name. */
export function parseCall(command: CliCommand, words: readonly string[]): Call {
  const names = Object.keys(command.flags);
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string', multiple: true } as const]));
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    if (values['help'] === true) return { kind: 'help' };
    const [surplus] = positionals;
    if (surplus !== undefined) return { kind: 'mistake', problem: `"${surplus}" is one word too many` };
    return readFlags(command, values);
  } catch (error) {
    if (!isParseArgsError(error)) throw error;
    return { kind: 'mistake', problem: firstSentence(error.message) };
  }
}

/** `imprimatur audit verify [--repo <owner/name>]` */
export function legalForm({ name, flags }: CliCommand): string {
  const options = Object.entries(flags).map(([flag, { value }]) => ` [--${flag} ${value}]`);
  return `imprimatur ${name}${options.join('')}`;
}

function readFlags({ flags }: CliCommand, values: Readonly<Record<string, unknown>>): Call {
  const given: Record<string, string> = {};
  for (const [name, { choices, value: wanted }] of Object.entries(flags)) {
    const typed: unknown = values[name];
    if (!Array.isArray(typed)) continue;
    const [value, second]: readonly unknown[] = typed;
    if (second !== undefined) return { kind: 'mistake', problem: `--${name} is given twice` };
    if (typeof value !== 'string' || value === '' || (choices !== undefined && !choices.includes(value))) {
      return { kind: 'mistake', problem: `--${name} takes ${wanted}, not "${String(value)}"` };
    }
    given[name] = value;
  }
  return { kind: 'run', flags: given };
}

function isParseArgsError(error: unknown): error is Error {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return typeof error.code === 'string' && error.code.startsWith('ERR_PARSE_ARGS_');
}

/** Node goes on with advice on positional arguments that is of no use here. */
function firstSentence(text: string): string {
  return (text.split('. ')[0] ?? text)
    .replaceAll(/\s+/g, ' ')
    .replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}
