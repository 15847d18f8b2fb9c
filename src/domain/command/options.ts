// Reads options in any order, each at most once; which ones there are, and what their values mean, is the verb's grammar.
import { mistake, value, type CommandMistake, type OptionName, type Parsed } from './mistake.ts';
import { parseReason } from './values.ts';
import { foldAscii, withoutPunctuation, type Word } from './words.ts';

/** The options of one verb: `T` is all of them together, `none` their defaults. */
export type OptionGrammar<T> = {
  readonly takes: readonly OptionName[];
  readonly none: T;
  readonly read: (option: OptionName, found: FoundOption) => Parsed<ReadOption<T>>;
  /** The mistake for a bare word in the place of an option. */
  readonly explainStray: (typed: string) => CommandMistake;
};

export type FoundOption = {
  readonly word: Word;
  /** Parses its value. */
  readonly next: Word | undefined;
  readonly takes: readonly OptionName[];
};

export type ReadOption<T> = { readonly options: Partial<T>; readonly wordsUsed: 1 | 2 };

export function parseOptions<T extends object>(words: readonly Word[], grammar: OptionGrammar<T>): Parsed<T> {
  const { takes, none, read, explainStray } = grammar;
  const given = new Set<OptionName>();
  let options = none;
  let at = 0;
  /** The position of the option that was read last, if it is the reason. */
  let reasonAt: number | null = null;
  for (let word = words[0]; word !== undefined; word = words[at]) {
    const option = optionOf(word, takes);
    if (option === null) {
      const wrong = explainWord(word, { takes, explainStray });
      const meant = unquotedReason(words, { from: reasonAt, takes });
      const isStray = wrong.code === 'surplus-argument' || wrong.code === 'environment-without-to';
      return mistake(isStray && meant !== null ? { code: 'unquoted-reason', meant } : wrong);
    }
    if (given.has(option)) return mistake({ code: 'doubled-option', option });
    given.add(option);
    const found = read(option, { word, next: words[at + 1], takes });
    if (found.kind === 'mistake') return found;
    options = { ...options, ...found.value.options };
    reasonAt = option === '--reason' ? at : null;
    at += found.value.wordsUsed;
  }
  return value(options);
}

/** The option that a word is, or null. */
export function optionOf(word: Word, takes: readonly OptionName[]): OptionName | null {
  if (word.kind === 'quoted') return null;
  const name = word.kind === 'flag' ? word.name : foldAscii(word.text);
  return takes.find((option) => option === name) ?? null;
}

/** The value of a key word. A key word is never the value of another: `to as v1.2.3` lacks its environment. */
export function parseKeyWordValue<T>(
  { next, takes }: FoundOption,
  argument: 'environment' | 'version' | 'target',
  parse: (text: string) => Parsed<T>,
): Parsed<T> {
  if (next === undefined || next.kind === 'flag' || optionOf(next, takes) !== null) {
    return mistake({ code: 'missing-argument', argument });
  }
  return parseBare(next, parse);
}

/** `--reason "…"` and `--reason=…` */
export function parseReasonOption({ word, next }: FoundOption): Parsed<ReadOption<{ readonly reason: string }>> {
  const inline = word.kind === 'flag' ? word.inline : null;
  const text = inline ?? (next === undefined || next.kind === 'flag' ? null : next.text);
  if (text === null) return mistake({ code: 'missing-argument', argument: 'reason' });
  const parsed = parseReason(text);
  if (parsed.kind === 'mistake') return parsed;
  return value({ options: { reason: parsed.value }, wordsUsed: inline === null ? 2 : 1 });
}

/** Only a reason may have quotes. */
export function parseBare<T>(word: Exclude<Word, { kind: 'flag' }>, parse: (text: string) => Parsed<T>): Parsed<T> {
  return word.kind === 'quoted' ? mistake({ code: 'quoted-argument', typed: word.text }) : parse(word.text);
}

/** The words of a reason without quotes, up to the next option; null where it has quotes. */
function unquotedReason(
  words: readonly Word[],
  { from, takes }: { readonly from: number | null; readonly takes: readonly OptionName[] },
): string | null {
  const flag = from === null ? undefined : words[from];
  if (from === null || flag === undefined) return null;
  const inline = flag.kind === 'flag' ? flag.inline : null;
  // A blank in it was in quotes.
  if (inline !== null && /\s/.test(inline)) return null;
  const texts = inline === null ? [] : [inline];
  for (const word of words.slice(from + 1)) {
    if (word.kind !== 'bare' || (texts.length > 0 && optionOf(word, takes) !== null)) break;
    texts.push(word.text);
  }
  return texts.length === 0 ? null : texts.join(' ');
}

/** A word that the verb does not take. */
export function surplus(typed: string): CommandMistake {
  return { code: 'surplus-argument', typed };
}

function explainWord(
  word: Word,
  { takes, explainStray }: Pick<OptionGrammar<unknown>, 'takes' | 'explainStray'>,
): CommandMistake {
  if (word.kind === 'flag') return { code: 'unknown-flag', typed: word.typed };
  if (word.kind === 'quoted') return surplus(word.text);
  const meant = withoutPunctuation(word.text);
  const isOption = optionOf({ kind: 'bare', text: meant }, takes) !== null;
  const stoppedShort = meant !== word.text && (meant === '' || isOption);
  return stoppedShort ? { code: 'trailing-punctuation', typed: word.text, meant } : explainStray(word.text);
}
