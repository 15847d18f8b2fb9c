// A second opinion on Markdown, by another parser than ours: which lines of a comment begin as plain text of a paragraph.
import { parse, postprocess, preprocess } from 'micromark';
import { gfmTable } from 'micromark-extension-gfm-table';

type Point = { readonly line: number; readonly column: number };
type Range = { readonly start: Point; readonly end: Point };

const CONTAINERS: readonly string[] = ['blockQuote', 'listOrdered', 'listUnordered', 'table'];
const NO_TEXT: readonly string[] = ['codeText', 'htmlText', 'link', 'image', 'autolink', 'definition'];

/**
 * Where micromark itself errs: it denies an empty item in a quote or list right after a paragraph, which these have ended;
 * the end of a CDATA section after one more bracket; and the head of a table that would be HTML at a paragraph's beginning.
 */
const MISREAD =
  /^[ \t]*(?:>[ \t]*|(?:[-+*]|\d{1,9}[.)])[ \t]+)+(?:[-+*]|\d{1,9}[.)])[ \t]*$|\]\]\]>|^ {0,3}<.*\n {0,3}[|:-][|: \t-]*$/m;

export function isMisread(body: string): boolean {
  return MISREAD.test(body.replaceAll(/\r\n?/g, '\n'));
}

/** The numbers, from 1, of the lines whose first visible character is text: of no code, link, HTML, list or quote. */
export function readPlainLines(body: string): ReadonlySet<number> {
  const paragraphs: Range[] = [];
  const hidden: Range[] = [];
  let depth = 0;
  const document = parse({ extensions: [gfmTable()] }).document();
  for (const [step, { type, start, end }] of postprocess(document.write(preprocess()(body, undefined, true)))) {
    if (CONTAINERS.includes(type)) depth += step === 'enter' ? 1 : -1;
    if (step === 'exit') continue;
    if (type === 'paragraph' && depth === 0) paragraphs.push({ start, end });
    if (NO_TEXT.includes(type)) hidden.push({ start, end });
  }
  const plain = new Set<number>();
  for (const [index, text] of body
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const first = { line: index + 1, column: text.search(/[^ \t]/) + 1 };
    if (first.column > 0 && isInside(paragraphs, first) && !isInside(hidden, first)) plain.add(first.line);
  }
  return plain;
}

function isInside(ranges: readonly Range[], point: Point): boolean {
  return ranges.some(({ start, end }) => compare(start, point) <= 0 && compare(point, end) < 0);
}

function compare(left: Point, right: Point): number {
  return left.line - right.line || left.column - right.column;
}
