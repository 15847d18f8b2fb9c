// Reads what follows a verb that takes one bare word at most.
import { mistake, value, type CommandMistake, type Parsed } from './mistake.ts';
import { parsePromotionId } from './values.ts';
import { readWords, withoutPunctuation, type Word } from './words.ts';

/** [ id ] */
export function parseIdArgument(text: string): Parsed<number | null> {
  return parseOnlyWord<number | null>(text, null, (word) => parsePromotionId(word) ?? mistake(surplus(word)));
}

/** The one bare word that a verb may take; `absent` without one. */
export function parseOnlyWord<T>(text: string, absent: T, parse: (word: string) => Parsed<T>): Parsed<T> {
  const read = readWords(text);
  if (read.kind === 'mistake') return read;
  const [first, second] = read.value;
  if (first === undefined) return value(absent);
  const parsed = parseBareWord(first, parse);
  return parsed.kind === 'mistake' || second === undefined ? parsed : mistake(explainSecond(second));
}

/** A word where neither a flag nor a quoted text is allowed. */
export function parseBareWord<T>(word: Word, parse: (text: string) => Parsed<T>): Parsed<T> {
  if (word.kind === 'flag') return mistake({ code: 'unknown-flag', typed: word.typed });
  if (word.kind === 'quoted') return mistake({ code: 'quoted-argument', typed: word.text });
  return parse(word.text);
}

/** A word that the verb does not take. */
export function surplus(typed: string): CommandMistake {
  const meant = withoutPunctuation(typed);
  return meant === '' ? { code: 'trailing-punctuation', typed, meant } : { code: 'surplus-argument', typed };
}

function explainSecond(word: Word): CommandMistake {
  return word.kind === 'flag' ? { code: 'unknown-flag', typed: word.typed } : surplus(word.text);
}
