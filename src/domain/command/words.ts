// Splits the text after a verb into words, quoted strings and flags, with the quotes and dashes of real keyboards.
import { mistake, value, type Parsed } from './mistake.ts';

export type Word =
  | { readonly kind: 'bare'; readonly text: string }
  | { readonly kind: 'quoted'; readonly text: string }
  /** `name` is folded and starts with `-`; `inline` is what follows an `=`, or null without one. */
  | { readonly kind: 'flag'; readonly name: string; readonly typed: string; readonly inline: string | null };

// Phones and word processors turn " and ' into these, and some layouts have the right-hand ones only.
// German and French ones open in other ways; the first closer is the one that answers name.
const CLOSERS: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ['\u201c', '\u201d'],
  ['\u201d', '\u201d'],
  ['\u2018', '\u2019'],
  ['\u2019', '\u2019'],
  ['\u201e', '\u201c\u201d'],
  ['\u201a', '\u2018\u2019'],
  ['\u00ab', '\u00bb'],
  ['\u00bb', '\u00ab\u00bb'],
  ['\u2039', '\u203a'],
  ['\u203a', '\u2039\u203a'],
]);
/** What phones and word processors make of `--`. */
const DASHES = '\u2013\u2014';
/** All blanks of Unicode but the ASCII ones, as a part of a character class. */
const BLANKS = '\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000';
/** Characters without width: editors and chats leave them at the edges of words. */
const WIDTHLESS_CLASS = '\\u034f\\u00ad\\u180e\\u200b-\\u200d\\u2060-\\u2064\\ufeff';
const SEPARATOR = new RegExp(`[ \\t${BLANKS}]`);
const WIDTHLESS = new RegExp(`[${WIDTHLESS_CLASS}]`);
/** What nobody sees before a command, and Markdown takes for no indent: a part of a character class. */
export const UNSEEN_CLASS = `${WIDTHLESS_CLASS}${BLANKS}`;
/** The same, and what turns the direction of text: there people may read something else than we do. */
const INVISIBLE = /[\u034f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/;
const TRAILING_PUNCTUATION = '.,;:!?\u2026';

/**
 * words     = *( separator / word )          separator = blank / tab / character without width at the edge of a word
 * word      = flag / string / bare
 * flag      = ( "-" / en dash / em dash ) *name-char [ "=" ( string / bare ) ]
 * string    = opener *( "\" closer / "\\" / any but its own closer ) closer, then a separator or the end
 */
export function readWords(text: string): Parsed<readonly Word[]> {
  const words: Word[] = [];
  let at = 0;
  while ((at = skipSeparators(text, at)) < text.length) {
    const end = endOfWord(text, at);
    const typed = withoutTrailingWidthless(text.slice(at, end));
    if (CLOSERS.has(typed.charAt(0))) {
      const string = readString(text, at);
      if (string.kind === 'mistake') return string;
      words.push({ kind: 'quoted', text: string.value.text });
      at = string.value.end;
    } else if (typed.startsWith('-') || startsWithDash(typed)) {
      const equals = typed.indexOf('=');
      const name = flagName(equals === -1 ? typed : typed.slice(0, equals));
      const quoted = equals !== -1 && CLOSERS.has(typed.charAt(equals + 1)) ? readString(text, at + equals + 1) : null;
      if (quoted?.kind === 'mistake') return quoted;
      const inline = quoted?.value.text ?? (equals === -1 ? null : typed.slice(equals + 1));
      const hidden = invisibleIn(quoted === null ? typed : name);
      if (hidden !== null) return mistake(hidden);
      words.push({ kind: 'flag', name, typed, inline });
      at = quoted?.value.end ?? end;
    } else {
      const hidden = invisibleIn(typed);
      if (hidden !== null) return mistake(hidden);
      words.push({ kind: 'bare', text: typed });
      at = end;
    }
  }
  return value(words);
}

/** The first word of a text and what follows it, both without separators around them; null for a blank text. */
export function splitFirstWord(text: string): { readonly word: string; readonly rest: string } | null {
  const start = skipSeparators(text, 0);
  const end = endOfWord(text, start);
  if (start === end) return null;
  let last = text.length;
  while (last > end && isBetweenWords(text.charAt(last - 1))) last -= 1;
  const word = withoutTrailingWidthless(text.slice(start, end));
  return { word, rest: text.slice(Math.min(skipSeparators(text, end), last), last) };
}

/** The mistake of a word that has an invisible character within it, and the word without it; null for others. */
export function invisibleIn(
  word: string,
): { readonly code: 'invisible-character'; readonly typed: string; readonly seen: string } | null {
  const found = INVISIBLE.exec(word)?.[0];
  if (found === undefined) return null;
  const seen = `U+${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  return { code: 'invisible-character', typed: withoutInvisible(word), seen };
}

/** The text without characters that have no width. */
export function withoutInvisible(text: string): string {
  return Array.from(text, (character) => (INVISIBLE.test(character) ? '' : character)).join('');
}

/** Lower case for `A` to `Z` only: the Kelvin sign is no `k`. */
export function foldAscii(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** The text without the punctuation that ends a sentence. */
export function withoutPunctuation(text: string): string {
  let end = text.length;
  while (end > 0 && TRAILING_PUNCTUATION.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/**
 * True for a line that starts with `to`, `as v…` or a flag: the second half of a command on two lines. A dash alone begins
 * the footer of a mail.
 */
export function continuesCommand(line: string): boolean {
  const first = splitFirstWord(line);
  if (first === null) return false;
  const word = foldAscii(first.word);
  if (word === 'as') return /^v?\d/i.test(first.rest);
  return word === 'to' || /^(?:--|[\u2013\u2014]{1,2})[a-z]/.test(word);
}

function readString(text: string, at: number): Parsed<{ readonly text: string; readonly end: number }> {
  const opener = text.charAt(at);
  const closers = CLOSERS.get(opener) ?? opener;
  const closer = closers.charAt(0);
  let content = '';
  let from = at + 1;
  for (let position = from; position < text.length; position += 1) {
    const next = text.charAt(position + 1);
    if (text.charAt(position) === '\\' && next !== '' && (closers.includes(next) || next === '\\')) {
      content += text.slice(from, position);
      from = position + 1;
      position += 1;
    } else if (closers.includes(text.charAt(position))) {
      const end = position + 1;
      const glued = withoutTrailingWidthless(text.slice(end, endOfWord(text, end)));
      if (glued === '') return value({ text: content + text.slice(from, position), end });
      if (withoutPunctuation(glued) !== '') return mistake({ code: 'text-after-quote', typed: glued });
      return mistake({ code: 'trailing-punctuation', typed: text.slice(at, end) + glued, meant: text.slice(at, end) });
    }
  }
  return mistake({ code: 'unbalanced-quote', opener, closer });
}

function flagName(typed: string): string {
  return foldAscii(startsWithDash(typed) ? `--${typed.replace(/^[\u2013\u2014-]+/, '')}` : typed);
}

function startsWithDash(typed: string): boolean {
  return typed !== '' && DASHES.includes(typed.charAt(0));
}

function withoutTrailingWidthless(word: string): string {
  let end = word.length;
  while (end > 0 && WIDTHLESS.test(word.charAt(end - 1))) end -= 1;
  return word.slice(0, end);
}

function skipSeparators(text: string, from: number): number {
  let at = from;
  while (at < text.length && isBetweenWords(text.charAt(at))) at += 1;
  return at;
}

function endOfWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isSeparator(text.charAt(at))) at += 1;
  return at;
}

function isBetweenWords(character: string): boolean {
  return isSeparator(character) || WIDTHLESS.test(character);
}

function isSeparator(character: string): boolean {
  return SEPARATOR.test(character);
}
