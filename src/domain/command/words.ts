// Splits the text after a verb into words, quoted strings and flags, with the quotes and dashes of real keyboards.
import { mistake, value, type Parsed } from './mistake.ts';

export type Word =
  | { readonly kind: 'bare'; readonly text: string }
  | { readonly kind: 'quoted'; readonly text: string }
  /** `name` is folded and starts with `-`; `inline` is what follows an `=`, or null without one. */
  | { readonly kind: 'flag'; readonly name: string; readonly typed: string; readonly inline: string | null };

// Phones and word processors turn " and ' into these, and some layouts have the right-hand ones only.
const CLOSERS: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ['\u201c', '\u201d'],
  ['\u201d', '\u201d'],
  ['\u2018', '\u2019'],
  ['\u2019', '\u2019'],
]);
const EM_DASH = '\u2014';
const SEPARATORS = ' \t\u00a0\u202f';
const TRAILING_PUNCTUATION = '.,;:!?\u2026';

/**
 * words     = *( separator / word )          separator = blank / tab / no-break space
 * word      = flag / string / bare
 * flag      = ( "-" / em dash ) *name-char [ "=" ( string / bare ) ]
 * string    = opener *( "\" closer / "\\" / any but its own closer ) closer, then a separator or the end
 */
export function readWords(text: string): Parsed<readonly Word[]> {
  const words: Word[] = [];
  let at = 0;
  while ((at = skipSeparators(text, at)) < text.length) {
    const end = endOfWord(text, at);
    const typed = text.slice(at, end);
    if (CLOSERS.has(typed.charAt(0))) {
      const string = readString(text, at);
      if (string.kind === 'mistake') return string;
      words.push({ kind: 'quoted', text: string.value.text });
      at = string.value.end;
    } else if (typed.startsWith('-') || typed.startsWith(EM_DASH)) {
      const equals = typed.indexOf('=');
      const name = flagName(equals === -1 ? typed : typed.slice(0, equals));
      const quoted = equals !== -1 && CLOSERS.has(typed.charAt(equals + 1)) ? readString(text, at + equals + 1) : null;
      if (quoted?.kind === 'mistake') return quoted;
      const inline = quoted?.value.text ?? (equals === -1 ? null : typed.slice(equals + 1));
      words.push({ kind: 'flag', name, typed, inline });
      at = quoted?.value.end ?? end;
    } else {
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
  while (last > end && isSeparator(text.charAt(last - 1))) last -= 1;
  return { word: text.slice(start, end), rest: text.slice(skipSeparators(text, end), last) };
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

/** True for a line that starts with `to`, `as` or `--`: the second half of a command on two lines. */
export function continuesCommand(line: string): boolean {
  const first = splitFirstWord(line)?.word ?? '';
  return first.startsWith('--') || first.startsWith(EM_DASH) || ['to', 'as'].includes(foldAscii(first));
}

function readString(text: string, at: number): Parsed<{ readonly text: string; readonly end: number }> {
  const opener = text.charAt(at);
  const closer = CLOSERS.get(opener) ?? opener;
  let content = '';
  let from = at + 1;
  for (let position = from; position < text.length; position += 1) {
    const next = text.charAt(position + 1);
    if (text.charAt(position) === '\\' && (next === closer || next === '\\')) {
      content += text.slice(from, position);
      from = position + 1;
      position += 1;
    } else if (text.charAt(position) === closer) {
      const end = position + 1;
      const glued = text.slice(end, endOfWord(text, end));
      if (glued === '') return value({ text: content + text.slice(from, position), end });
      if (withoutPunctuation(glued) !== '') return mistake({ code: 'text-after-quote', typed: glued });
      return mistake({ code: 'trailing-punctuation', typed: text.slice(at, end) + glued, meant: text.slice(at, end) });
    }
  }
  return mistake({ code: 'unbalanced-quote', opener, closer });
}

function flagName(typed: string): string {
  return foldAscii(typed.startsWith(EM_DASH) ? `--${typed.slice(1)}` : typed);
}

function skipSeparators(text: string, from: number): number {
  let at = from;
  while (at < text.length && isSeparator(text.charAt(at))) at += 1;
  return at;
}

function endOfWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isSeparator(text.charAt(at))) at += 1;
  return at;
}

function isSeparator(character: string): boolean {
  return SEPARATORS.includes(character);
}
