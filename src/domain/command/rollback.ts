// `/rollback`: moves an environment back. The environment, then a target and a reason in any order.
import { hasTargetForm, type RollbackTarget } from '../promotion/rollback-target.ts';
import { mapValue, mistake, value, type CommandMistake, type OptionName, type Parsed } from './mistake.ts';
import {
  optionOf,
  parseBare,
  parseKeyWordValue,
  parseOptions,
  parseReasonOption,
  surplus,
  type FoundOption,
  type OptionGrammar,
  type ReadOption,
} from './options.ts';
import type { SlashCommand } from './slash-command.ts';
import { parseEnvironment, parsePlainWord, parsePromotionId, parseRollbackTarget } from './values.ts';
import { readWords } from './words.ts';

type RollbackArguments = {
  /** As typed; the policy decides whether it exists. Null: the default one. */
  readonly environment: string | null;
  /** Null: what was held before. */
  readonly target: RollbackTarget | null;
  readonly reason: string;
};

export const rollback: SlashCommand<{ readonly kind: 'rollback' } & RollbackArguments> = {
  usage: '/rollback [<environment>] [to <tag|digest|P12>] --reason "…"',
  example: '/rollback production to P12 --reason "the login page fails"',
  answered: 'everywhere',
  takesOptions: true,
  dependsOnThread: false,
  access: 'rollback-role',
  parse: (text) => mapValue(parseArguments(text), (given) => ({ kind: 'rollback', ...given })),
};

type Options = { readonly target: RollbackTarget | null; readonly reason: string | null };

const TAKES: readonly OptionName[] = ['to', '--reason'];

/** rollback = [ environment ] *( "to" target / "--reason" [ "=" ] text ), each option once; the reason is required */
function parseArguments(text: string): Parsed<RollbackArguments> {
  const read = readWords(text);
  if (read.kind === 'mistake') return read;
  const words = read.value;
  const [first] = words;
  const hasEnvironment = first !== undefined && first.kind !== 'flag' && optionOf(first, TAKES) === null;
  const environment = hasEnvironment ? parseBare(first, parseEnvironmentPlace) : value(null);
  if (environment.kind === 'mistake') return environment;
  const hasTo = words.some((word) => optionOf(word, TAKES) === 'to');
  const grammar: OptionGrammar<Options> = {
    takes: TAKES,
    none: { target: null, reason: null },
    read: readOption,
    explainStray: (typed) => (hasTargetForm(typed) && !hasTo ? withoutTo(typed) : surplus(typed)),
  };
  const options = parseOptions(hasEnvironment ? words.slice(1) : words, grammar);
  if (options.kind === 'mistake') return options;
  const { target, reason } = options.value;
  if (reason === null) return mistake({ code: 'rollback-without-reason', meant: text });
  return value({ environment: environment.value, target, reason });
}

/** A target in this place would be parsed as an environment, and the answer would not help. */
function parseEnvironmentPlace(word: string): Parsed<string> {
  const plain = parsePlainWord(word);
  if (plain.kind === 'mistake') return plain;
  const id = parsePromotionId(word);
  if (id?.kind === 'mistake') return id;
  return hasTargetForm(plain.value) ? mistake(withoutTo(plain.value)) : parseEnvironment(word);
}

function readOption(option: OptionName, found: FoundOption): Parsed<ReadOption<Options>> {
  if (option === '--reason') return parseReasonOption(found);
  const parsed = parseKeyWordValue(found, 'target', parseRollbackTarget);
  return parsed.kind === 'mistake' ? parsed : value({ options: { target: parsed.value }, wordsUsed: 2 });
}

function withoutTo(typed: string): CommandMistake {
  return { code: 'target-without-to', typed };
}
