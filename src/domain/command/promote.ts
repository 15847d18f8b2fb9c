// Reads what follows `/promote`: a source, then options in any order, each at most once.
import type { Tag } from '../reference.ts';
import { mistake, value, type CommandMistake, type Parsed, type PromoteOption } from './mistake.ts';
import { parseEnvironment, parseReason, parseSource, parseVersion, type SourceSpec } from './values.ts';
import { foldAscii, readWords, withoutPunctuation, type Word } from './words.ts';

export type PromoteArguments = {
  /** Null asks for the list of candidates; then only `environment` can be given. */
  readonly source: SourceSpec | null;
  /** As typed: whether there is such an environment is the policy's answer. Null: the default one. */
  readonly environment: string | null;
  readonly reason: string | null;
  /** With its `v`, such as `v1.2.3`. */
  readonly version: Tag | null;
  readonly force: boolean;
};

type Options = Omit<PromoteArguments, 'source'>;
type ReadOption = { readonly options: Partial<Options>; readonly wordsUsed: number };

const NO_OPTIONS: Options = { environment: null, reason: null, version: null, force: false };

/**
 * promote = [ source ] *( "to" environment / "as" version / "force" / "--reason" [ "=" ] text ), each option once;
 * without a source only `to`
 */
export function parsePromoteArguments(text: string): Parsed<PromoteArguments> {
  const read = readWords(text);
  if (read.kind === 'mistake') return read;
  const words = read.value;
  const [first] = words;
  if (first === undefined || first.kind === 'flag' || optionOf(first) !== null) return parseWithoutSource(words);
  const source = parseBare(first, parseSource);
  if (source.kind === 'mistake') return source;
  const options = parseOptions(words.slice(1), surplus);
  return options.kind === 'mistake' ? options : value({ source: source.value, ...options.value });
}

function parseWithoutSource(words: readonly Word[]): Parsed<PromoteArguments> {
  const options = parseOptions(words, (typed) => ({ code: 'source-not-first', typed }));
  if (options.kind === 'mistake') return options;
  const { environment, ...others } = options.value;
  const onlyEnvironment = others.reason === null && others.version === null && !others.force;
  if (!onlyEnvironment) return mistake({ code: 'missing-argument', argument: 'source' });
  return value({ ...NO_OPTIONS, source: null, environment });
}

function parseOptions(words: readonly Word[], explainStray: (typed: string) => CommandMistake): Parsed<Options> {
  const given = new Set<PromoteOption>();
  let options = NO_OPTIONS;
  let at = 0;
  for (let word = words[0]; word !== undefined; word = words[at]) {
    const option = optionOf(word);
    if (option === null) return mistake(explainWord(word, explainStray));
    if (given.has(option)) return mistake({ code: 'doubled-option', option });
    given.add(option);
    const read = readOption(option, word, words[at + 1]);
    if (read.kind === 'mistake') return read;
    options = { ...options, ...read.value.options };
    at += read.value.wordsUsed;
  }
  return value(options);
}

function readOption(option: PromoteOption, word: Word, next: Word | undefined): Parsed<ReadOption> {
  switch (option) {
    case 'force':
      return value({ options: { force: true }, wordsUsed: 1 });
    case 'to': {
      const parsed = parseOptionValue(next, 'environment', parseEnvironment);
      return parsed.kind === 'mistake' ? parsed : value({ options: { environment: parsed.value }, wordsUsed: 2 });
    }
    case 'as': {
      const parsed = parseOptionValue(next, 'version', parseVersion);
      return parsed.kind === 'mistake' ? parsed : value({ options: { version: parsed.value }, wordsUsed: 2 });
    }
    case '--reason': {
      const inline = word.kind === 'flag' ? word.inline : null;
      const text = inline ?? (next === undefined || next.kind === 'flag' ? null : next.text);
      if (text === null) return mistake({ code: 'missing-argument', argument: 'reason' });
      const parsed = parseReason(text);
      if (parsed.kind === 'mistake') return parsed;
      return value({ options: { reason: parsed.value }, wordsUsed: inline === null ? 2 : 1 });
    }
  }
}

/** A key word is never the value of another: `to as v1.2.3` lacks its environment. */
function parseOptionValue<T>(
  next: Word | undefined,
  argument: 'environment' | 'version',
  parse: (text: string) => Parsed<T>,
): Parsed<T> {
  if (next === undefined || next.kind === 'flag' || optionOf(next) !== null) {
    return mistake({ code: 'missing-argument', argument });
  }
  return parseBare(next, parse);
}

function parseBare<T>(word: Exclude<Word, { kind: 'flag' }>, parse: (text: string) => Parsed<T>): Parsed<T> {
  return word.kind === 'quoted' ? mistake({ code: 'quoted-argument', typed: word.text }) : parse(word.text);
}

function optionOf(word: Word): PromoteOption | null {
  if (word.kind === 'quoted') return null;
  if (word.kind === 'flag') return word.name === '--reason' ? '--reason' : null;
  return keyWordOf(word.text);
}

function keyWordOf(text: string): 'to' | 'as' | 'force' | null {
  const folded = foldAscii(text);
  return folded === 'to' || folded === 'as' || folded === 'force' ? folded : null;
}

function explainWord(word: Word, explainStray: (typed: string) => CommandMistake): CommandMistake {
  if (word.kind === 'flag') return { code: 'unknown-flag', typed: word.typed };
  if (word.kind === 'quoted') return surplus(word.text);
  const meant = withoutPunctuation(word.text);
  const stoppedShort = meant !== word.text && (meant === '' || keyWordOf(meant) !== null);
  return stoppedShort ? { code: 'trailing-punctuation', typed: word.text, meant } : explainStray(word.text);
}

function surplus(typed: string): CommandMistake {
  return { code: 'surplus-argument', typed };
}
