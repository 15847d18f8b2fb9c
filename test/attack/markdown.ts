// Judges a text of ours by what GitHub would make of it: whatever was planted in it may be read, and nothing else.
import MarkdownIt, { type Token } from 'markdown-it';
import { githubWouldLink, plainTexts } from '../messages/rendered.ts';

/** In every hostile text, wherever it could do harm. */
export const PLANTED = 'evil';
const OURS = 'https://github.com/acme/dotca/';
/** GitHub's limit of a comment, and of each part of a check run. */
const MAX_BYTES = 65_535;

const markdown = new MarkdownIt({ html: true, linkify: true });

/** What is wrong with it, in sentences; none is right. `mentions` are those that are meant. */
export function findHarm(
  source: string,
  { mentions = [] }: { readonly mentions?: readonly string[] } = {},
): readonly string[] {
  const tokens = markdown.parse(source, {}).flatMap((token) => [token, ...(token.children ?? [])]);
  return [
    ...tokens.flatMap(harmOf),
    ...headings(tokens)
      .filter((text) => text.includes(PLANTED))
      .map((text) => `a heading: ${text}`),
    ...plainTexts(withoutAuditLine(source))
      .map(githubWouldLink)
      .filter((found) => found !== null && !mentions.includes(found))
      .map((found) => `GitHub would make something of ${found}`),
    ...invisibleIn(source),
    ...(Buffer.byteLength(source) > MAX_BYTES ? [`${Buffer.byteLength(source)} bytes`] : []),
  ].map((harm) => `${harm}, in: ${source.slice(0, 2000)}`);
}

/** Characters that control a terminal, hide, or reorder what is read; line ends are none. */
export function invisibleIn(text: string): readonly string[] {
  const found = /[\p{Cc}\p{Bidi_Control}\u{200B}\u{200C}\u{2060}\u{FEFF}\u{2028}\u{2029}]/u.exec(
    text.replaceAll('\n', ''),
  );
  return found === null
    ? []
    : [`U+${found[0].codePointAt(0)?.toString(16)} at ${text.slice(Math.max(0, found.index - 40), found.index + 40)}`];
}

/** Small print, the marker of a comment, and the list that is folded below its counts. */
const OUR_HTML =
  /^(?:<\/?sub>|<br>|<\/?b>|<!-- imprimatur [\w %.:-]* -->|<details><summary>(?:<b>Checks<\/b>: )?[A-Za-z0-9 ,]+<\/summary>|<\/details>)\n*$/;

function harmOf(token: Token): readonly string[] {
  switch (token.type) {
    case 'link_open':
    case 'image': {
      const url = String(token.attrGet('href') ?? token.attrGet('src'));
      return url.startsWith(OURS) ? [] : [`a link to ${url}`];
    }
    case 'html_inline':
    case 'html_block':
      return OUR_HTML.test(token.content) ? [] : [`HTML: ${token.content}`];
    case 'fence':
    case 'code_block':
      return token.content.includes(PLANTED) ? [`a block of code: ${token.content}`] : [];
    case 'hr':
      return ['a rule'];
    default:
      return [];
  }
}

/** Their text but code. */
function headings(tokens: readonly Token[]): readonly string[] {
  return tokens.flatMap((token, at) =>
    token.type === 'heading_open'
      ? (tokens[at + 1]?.children ?? []).filter(({ type }) => type === 'text').map(({ content }) => content)
      : [],
  );
}

/** A part of a hash that looks like a commit, and is none. */
function withoutAuditLine(source: string): string {
  return source.replace(/audit \d+·[0-9a-f]{8}/, '');
}
