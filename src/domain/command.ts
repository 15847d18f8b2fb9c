// Decides what a line of a comment is: a command, a command with a mistake, a slip, or none of ours.
import { COMMANDS, findMisspelledVerb, isVerb, LONG_FORM, type CommandContent, type Verb } from './command/commands.ts';
import type { CommandMistake } from './command/mistake.ts';
import {
  continuesCommand,
  foldAscii,
  invisibleIn,
  splitFirstWord,
  withoutInvisible,
  withoutPunctuation,
} from './command/words.ts';
import { isOneEdit } from './edit-distance.ts';

export { COMMANDS, findTopic, isVerb, LONG_FORM, VERBS, type Verb } from './command/commands.ts';
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

/** `long` is `/imprimatur <verb> …`, which no other bot answers. */
export type CommandForm = 'short' | 'long';

export type Command = CommandContent & { readonly form: CommandForm };

/** What a line with this verb requests. */
export type CommandOf<Kind extends Verb> = {
  [Each in Kind]: Extract<Command, { kind: Each }> & { readonly kind: Each };
}[Kind];

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

/** `too-many`: nothing runs; `refused` only decides whether the comment gets an answer. */
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
  const hidden = invisibleIn(first.word);
  if (hidden !== null) return parseHidden(line, { ...first, hidden });
  const typed = first.word.slice(1);
  if (foldAscii(typed) !== LONG_FORM) {
    const call: Call = { typed, form: 'short', text: first.rest, line };
    return parseCall(call) ?? parseNearLongForm(call);
  }
  const second = splitFirstWord(first.rest) ?? { word: 'help', rest: '' };
  const call: Call = { typed: second.word, form: 'long', text: second.rest, line };
  return parseCall(call) ?? wrong(call, 'help', { code: 'unknown-verb', typed: second.word });
}

/** A verb with an invisible character within it is shown what it hides, and not run. */
function parseHidden(
  line: CandidateLine,
  { rest, hidden }: { readonly rest: string; readonly hidden: NonNullable<ReturnType<typeof invisibleIn>> },
): ParsedLine {
  const seen = parseCommandLine({ ...line, text: `${hidden.typed} ${rest}` });
  switch (seen.kind) {
    case 'command': {
      const { command } = seen;
      return { kind: 'mistake', verb: command.kind, form: command.form, hasId: holdsId(rest), mistake: hidden };
    }
    case 'mistake':
      return { ...seen, mistake: hidden };
    case 'misspelled':
    case 'not-ours':
      return seen;
  }
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

/** What the line asks for, runs or not; `imprimatur` where only the long form is misspelled. */
export function verbOf(line: OurLine): Verb | typeof LONG_FORM {
  switch (line.kind) {
    case 'command':
      return line.command.kind;
    case 'mistake':
      return line.verb;
    case 'misspelled':
      return line.meant;
  }
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
  if (isVerb(word)) return parseVerb(call, word);
  const stopped = withoutPunctuation(word);
  if (isVerb(stopped)) return stoppedShort(call, stopped);
  const meant = findMisspelledVerb(word);
  return meant === null ? null : misspelled(call, meant, call.form);
}

function parseNearLongForm(call: Call): ParsedLine {
  const word = foldAscii(call.typed);
  if (withoutPunctuation(word) === LONG_FORM) return stoppedShort({ ...call, form: 'long' }, 'help');
  return isOneEdit(word, LONG_FORM) ? misspelled(call, LONG_FORM, 'long') : { kind: 'not-ours' };
}

function parseVerb(call: Call, verb: Verb): OurLine {
  const content = COMMANDS[verb].parse(call.text);
  if (content.kind === 'mistake') return wrong(call, verb, content.mistake);
  const { next } = call.line;
  if (next !== null && COMMANDS[verb].takesOptions && continuesCommand(next))
    return wrong(call, verb, { code: 'half-command', next });
  return { kind: 'command', command: { ...content.value, form: call.form } };
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
  return COMMANDS[verb].answered === 'everywhere';
}

function holdsId(text: string): boolean {
  return /(?:^|[\s\p{Zs}`])[Pp]\d{1,9}(?![A-Za-z0-9_-])/u.test(withoutInvisible(text));
}
