// Decides what a line of a comment asks of us: a command, a command with a mistake in it, a slip, or nothing of ours.
import { parseIdArgument, parseNoArguments, parseRejectArguments, parseStatusArguments } from './command/arguments.ts';
import { value, type CommandMistake, type Parsed } from './command/mistake.ts';
import { parsePromoteArguments, type PromoteArguments } from './command/promote.ts';
import { parseRollbackArguments, type RollbackArguments } from './command/rollback.ts';
import { findMisspelledVerb, findVerb, LONG_FORM, type Verb } from './command/verbs.ts';
import { continuesCommand, foldAscii, splitFirstWord, withoutPunctuation } from './command/words.ts';
import { isOneEdit } from './edit-distance.ts';

export { COMMANDS, type CommandDescription, type Verb } from './command/verbs.ts';
export { MAX_REASON_LENGTH, type SourceSpec } from './command/values.ts';
export type { CommandMistake, OptionName } from './command/mistake.ts';

/** A line of a comment that may be a command. */
export type CandidateLine = {
  /** The raw source text, without its newline and at most three spaces before it. */
  readonly text: string;
  /** Counted from 1 in the comment. */
  readonly line: number;
  /** The raw source line that follows in the same paragraph, or null. */
  readonly next: string | null;
};

/** `long` is `/imprimatur <verb> …`, which nobody else's bot listens to. */
export type CommandForm = 'short' | 'long';

/** What a legal line asks for; ids are the number of `P12`. */
export type CommandContent =
  | ({ readonly kind: 'promote' } & PromoteArguments)
  | ({ readonly kind: 'rollback' } & RollbackArguments)
  | { readonly kind: 'approve'; readonly id: number | null }
  | { readonly kind: 'reject'; readonly id: number | null; readonly reason: string }
  | { readonly kind: 'cancel'; readonly id: number | null }
  | { readonly kind: 'refresh'; readonly id: number | null }
  | { readonly kind: 'status'; readonly id: number | null; readonly environment: string | null }
  | { readonly kind: 'help' };

export type Command = CommandContent & { readonly form: CommandForm };

/**
 * `hasId`: something like `P12` was typed, so the line is meant for us wherever it stands. `typed` and `meant` of a slip
 * are the bare words, without a slash of ours before them.
 */
export type ParsedLine =
  | { readonly kind: 'command'; readonly command: Command }
  | {
      readonly kind: 'mistake';
      readonly verb: Verb;
      readonly form: CommandForm;
      readonly hasId: boolean;
      readonly mistake: CommandMistake;
    }
  | {
      readonly kind: 'misspelled';
      readonly typed: string;
      readonly meant: Verb | typeof LONG_FORM;
      readonly form: CommandForm;
      readonly hasId: boolean;
    }
  | { readonly kind: 'not-ours' };

export type OurLine = Exclude<ParsedLine, { kind: 'not-ours' }>;

/** `too-many`: nothing runs; `refused` only tells whether the comment deserves an answer. */
export type ParsedComment =
  | { readonly kind: 'items'; readonly items: readonly OurLine[] }
  | {
      readonly kind: 'too-many';
      readonly count: number;
      readonly limit: number;
      readonly refused: readonly OurLine[];
    };

export const MAX_COMMANDS = 10;

/** command = "/" ( verb / "imprimatur" [ verb ] ) arguments; never throws. */
export function parseCommandLine(line: CandidateLine): ParsedLine {
  const first = line.text.startsWith('/') ? splitFirstWord(line.text) : null;
  // A second slash makes it a path.
  if (first === null || first.word.includes('/', 1)) return { kind: 'not-ours' };
  const typed = first.word.slice(1);
  if (foldAscii(typed) !== LONG_FORM) {
    const call: Call = { typed, form: 'short', text: first.rest, line };
    return parseCall(call) ?? parseNearLongForm(call);
  }
  const second = splitFirstWord(first.rest) ?? { word: 'help', rest: '' };
  const call: Call = { typed: second.word, form: 'long', text: second.rest, line };
  return parseCall(call) ?? wrong(call, 'help', { code: 'unknown-verb', typed: second.word });
}

/** All lines of a comment that are ours, in order; an eleventh command stops them all. */
export function parseComment(lines: readonly CandidateLine[]): ParsedComment {
  const ours = lines.map(parseCommandLine).filter((parsed) => parsed.kind !== 'not-ours');
  // Slips are not commands, but a comment full of them must not make an endless answer either.
  const slips = new Set(ours.filter(({ kind }) => kind === 'misspelled').slice(MAX_COMMANDS));
  const items = ours.filter((item) => !slips.has(item));
  const count = items.filter(({ kind }) => kind !== 'misspelled').length;
  if (count <= MAX_COMMANDS) return { kind: 'items', items };
  return { kind: 'too-many', count, limit: MAX_COMMANDS, refused: items };
}

/**
 * True for what is answered in every thread; the rest only where a promotion of ours lives, because other bots use
 * the same words.
 */
export function answersEverywhere(item: OurLine): boolean {
  if (item.kind === 'misspelled') return item.form === 'long' || item.hasId;
  if (item.kind === 'mistake') return isAlwaysOurs(item.verb) || item.form === 'long' || item.hasId;
  const { command } = item;
  return isAlwaysOurs(command.kind) || command.form === 'long' || ('id' in command && command.id !== null);
}

/** The verb as typed, and what follows it. */
type Call = {
  readonly typed: string;
  readonly form: CommandForm;
  readonly text: string;
  readonly line: CandidateLine;
};

function parseCall(call: Call): OurLine | null {
  const word = foldAscii(call.typed);
  const verb = findVerb(word);
  if (verb !== null) return parseVerb(call, verb);
  const stopped = findVerb(withoutPunctuation(word));
  if (stopped !== null) return stoppedShort(call, stopped);
  const meant = findMisspelledVerb(word);
  return meant === null ? null : misspelled(call, meant, call.form);
}

function parseNearLongForm(call: Call): ParsedLine {
  const word = foldAscii(call.typed);
  if (withoutPunctuation(word) === LONG_FORM) return stoppedShort({ ...call, form: 'long' }, 'help');
  return isOneEdit(word, LONG_FORM) ? misspelled(call, LONG_FORM, 'long') : { kind: 'not-ours' };
}

function parseVerb(call: Call, verb: Verb): OurLine {
  const intent = parseContent(verb, call.text);
  if (intent.kind === 'mistake') return wrong(call, verb, intent.mistake);
  const { next } = call.line;
  if (next !== null && continuesCommand(next)) return wrong(call, verb, { code: 'half-command', next });
  return { kind: 'command', command: { ...intent.value, form: call.form } };
}

function parseContent(verb: Verb, text: string): Parsed<CommandContent> {
  switch (verb) {
    case 'promote':
      return mapValue(parsePromoteArguments(text), (given) => ({ kind: verb, ...given }));
    case 'rollback':
      return mapValue(parseRollbackArguments(text), (given) => ({ kind: verb, ...given }));
    case 'approve':
    case 'cancel':
    case 'refresh':
      return mapValue(parseIdArgument(text), (id) => ({ kind: verb, id }));
    case 'reject':
      return mapValue(parseRejectArguments(text), (given) => ({ kind: verb, ...given }));
    case 'status':
      return mapValue(parseStatusArguments(text), (given) => ({ kind: verb, ...given }));
    case 'help':
      return mapValue(parseNoArguments(text), () => ({ kind: verb }));
  }
}

function mapValue<T>(parsed: Parsed<T>, toContent: (given: T) => CommandContent): Parsed<CommandContent> {
  return parsed.kind === 'mistake' ? parsed : value(toContent(parsed.value));
}

function wrong(call: Call, verb: Verb, mistake: CommandMistake): OurLine {
  return { kind: 'mistake', verb, form: call.form, hasId: holdsId(call.text), mistake };
}

function stoppedShort(call: Call, verb: Verb): OurLine {
  const { typed } = call;
  return wrong(call, verb, { code: 'trailing-punctuation', typed, meant: withoutPunctuation(typed) });
}

function misspelled(call: Call, meant: Verb | typeof LONG_FORM, form: CommandForm): OurLine {
  return { kind: 'misspelled', typed: call.typed, meant, form, hasId: holdsId(call.text) };
}

function isAlwaysOurs(verb: Verb): boolean {
  return verb === 'promote' || verb === 'rollback' || verb === 'status';
}

function holdsId(text: string): boolean {
  return /(?:^|[ \t\u00a0\u202f`])[Pp]\d{1,9}(?![A-Za-z0-9_-])/.test(text);
}
