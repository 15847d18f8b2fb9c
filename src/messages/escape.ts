// Makes text from outside harmless inside GitHub's Markdown: no mention, reference, link, image, HTML or structure can be injected.

/**
 * Plain text on one line, good at a line's start, inside a paragraph and inside a table cell. GitHub looks for mentions,
 * issue numbers, commit ids, addresses and emoji in the *rendered* text, where a backslash or an entity is gone; only code
 * is left alone. So words that could become one of these are shown as code, and the rest is escaped.
 *
 * `maxLength` counts characters that are read, not those that escaping adds.
 */
export function escapeText(text: string, { maxLength }: { readonly maxLength: number }): string {
  const escaped = truncate(clean(text), maxLength).split(' ').map(escapeWord).join(' ');
  return escaped.replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2').replace(/^[-+=]/, '\\$&');
}

/** One line for a terminal or a log: nothing invisible, nothing that reorders or controls. Not for Markdown. */
export function plainText(text: string, { maxLength }: { readonly maxLength: number }): string {
  return truncate(clean(text), maxLength);
}

/**
 * JSON that controls no terminal, and hides or reorders nothing on it: the same value, with escapes for what is not seen.
 * JSON itself escapes no more than half of it.
 */
export function escapeUnseen(json: string): string {
  return json.replaceAll(UNSEEN, (character) =>
    // A character beyond 16 bits is two in JSON.
    Array.from({ length: character.length }, (_unused, at) => character.charCodeAt(at))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

const UNSEEN = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Inline code that can't be broken out of: neither by backticks nor by line ends, nor by a `|` in a table cell. */
export function code(text: string, { maxLength = 300 }: { readonly maxLength?: number } = {}): string {
  // A table splits its cells before code is looked for, and escapes differ inside and outside of tables.
  const content = truncate(clean(text), maxLength).replaceAll('|', '¦');
  if (content === '') return '(empty)';
  const runs = content.match(/`+/g) ?? [];
  const fence = '`'.repeat(1 + Math.max(0, ...runs.map((run) => run.length)));
  const touches = content.startsWith('`') || content.endsWith('`');
  return touches ? `${fence} ${content} ${fence}` : `${fence}${content}${fence}`;
}

/** `@login` if it can be mentioned, else the name as code. */
export function mention(login: string): string {
  return /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?$/.test(login) ? `@${login}` : code(login);
}

/** A link of ours; `label` is Markdown already, `url` can't end the link early. */
export function link(label: string, url: string): string {
  const safe = url.replace(
    /[\s<>()\\|"`]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `[${label}](${safe})`;
}

/** One line without invisible characters; those that reorder or control text are made visible. */
function clean(text: string): string {
  return text
    .toWellFormed()
    .replace(/\p{Bidi_Control}/gu, '\u{FFFD}')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/[\s\p{Z}\u{85}]+/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Noncharacter_Code_Point}]/gu, '\u{FFFD}')
    .replace(/(\p{M}{4})\p{M}+/gu, '$1')
    .trim();
}

function truncate(text: string, maxLength: number): string {
  const characters = Array.from(text);
  if (characters.length <= maxLength) return text;
  return `${characters
    .slice(0, Math.max(0, maxLength - 1))
    .join('')
    .trimEnd()}…`;
}

function escapeWord(word: string): string {
  return word.split('|').map(escapePart).join('&#124;');
}

function escapePart(part: string): string {
  const lead = /^["'(]*/.exec(part)?.[0] ?? '';
  const rest = part.slice(lead.length);
  // Walked by hand: a lazy expression would be quadratic on a word of nothing but full stops.
  const closing = rest.startsWith(':') ? `)"',;.!?` : `)"',;.!?:`;
  let end = rest.length;
  while (end > 0 && closing.includes(rest.charAt(end - 1))) end -= 1;
  const core = rest.slice(0, end);
  return couldBecomeLink(core) ? `${lead}${code(core, { maxLength: core.length })}${rest.slice(end)}` : backslash(part);
}

/** Mentions, `#12`, `GH-12`, commit ids, addresses with or without scheme, `:emoji:`, `$math$`; decimal numbers are none. */
function couldBecomeLink(word: string): boolean {
  if (/^\d{1,6}\.\d{1,6}%?$/.test(word)) return false;
  return /[@#`$:]|\/\/|\.|[0-9a-f]{7}|gh-\d/i.test(word);
}

function backslash(text: string): string {
  return text.replace(/[\\*_~[\]<>&]/g, '\\$&');
}
