// Reads a comment as GitHub-flavoured Markdown: which source lines are which block, and where inline tokens begin.
import MarkdownIt, { type Env, type StateBlock, type Token } from 'markdown-it';

/** The outermost list item or quote around a paragraph. */
export type Container =
  | { readonly kind: 'quote' }
  /** `indent`: columns before the item's content; a line with fewer is in the item only by lazy continuation. */
  | { readonly kind: 'list'; readonly indent: number };

/** `firstLine` counts from 0. `text` is the source without the indentation and marks of what stands around it. */
export type Block =
  | {
      readonly kind: 'paragraph';
      readonly firstLine: number;
      readonly text: string;
      readonly container: Container | null;
    }
  | { readonly kind: 'heading' | 'html'; readonly firstLine: number; readonly text: string }
  | { readonly kind: 'fence'; readonly firstLine: number; readonly text: string; readonly markup: string }
  | { readonly kind: 'other' }
  /** Around the blocks of each quote and list item. */
  | { readonly kind: 'enter' | 'leave' };

/** The blocks in document order, and the link definitions that paragraphs refer to. */
export type Markdown = { readonly lines: readonly string[]; readonly blocks: readonly Block[]; readonly env: Env };

/** Lines are counted from 0 within the paragraph. */
export type Inline = {
  /** Lines whose first character begins a token: those of the others lie inside code, a link or an HTML tag. */
  readonly freeLines: ReadonlySet<number>;
  /** HTML tags outside links, as written. */
  readonly tags: readonly { readonly line: number; readonly text: string }[];
};

// Deeper than anybody writes; at the limit markdown-it drops the rest of the text.
const blockParser = new MarkdownIt({ html: true, maxNesting: 400 });
const MAX_QUOTE_LEVEL = 6;
const TABLE_RULE = /^(?=.*[|:])\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?$/;
const quoteParser = new MarkdownIt();
quoteParser.block.ruler.enableOnly(['blockquote']);
const [readQuote] = quoteParser.block.ruler.getRules('');
// Each level of a quote reads all its lazy lines again. What is deeper is quoted in any case, so one look is enough; and
// markdown-it would read on to the last quote below, and again from the next one. Two quotes are no less quoted than one.
blockParser.block.ruler.at(
  'blockquote',
  (state, startLine, endLine, silent) => {
    if (silent || !isQuoted(state, startLine)) return readQuote?.(state, startLine, endLine, silent) ?? false;
    const end = findQuoteEnd(state, startLine, endLine);
    if (state.level < MAX_QUOTE_LEVEL) return readQuote?.(state, startLine, end, silent) ?? false;
    state.line = end;
    return true;
  },
  { alt: ['paragraph', 'reference', 'blockquote', 'list'] },
);
// markdown-it looks for tables first, even in the first line of an HTML comment, and wants a `|` where GitHub wants none.
blockParser.block.ruler.before(
  'lheading',
  'github-table',
  (state, startLine, endLine, silent) => {
    if (!beginsTable(state, startLine, endLine)) return false;
    if (silent) headsInParagraphs.set(state, startLine);
    return silent || readTable(state, startLine, endLine);
  },
  { alt: ['paragraph', 'reference'] },
);
// A head that a paragraph has ended for is one, whatever it would be at the beginning of a paragraph.
const headsInParagraphs = new WeakMap<StateBlock, number>();
blockParser.block.ruler.at(
  'table',
  (state, startLine, endLine, silent) =>
    !silent && headsInParagraphs.get(state) === startLine && readTable(state, startLine, endLine),
);
blockParser.block.State = class extends blockParser.block.State {
  override push(type: string, tag: string, nesting: -1 | 0 | 1): Token {
    if (nesting < 0) this.level -= 1;
    const token = new LightToken({ type, tag, nesting, level: this.level });
    if (nesting > 0) this.level += 1;
    this.tokens.push(token);
    return token;
  }
};

// Brackets are read again for each level of nesting, so this depth bounds the time; deeper ones are no links.
const inlineParser = new MarkdownIt({ html: true, maxNesting: 12 });
const recordings = new WeakMap<Env, { readonly text: string; readonly starts: number[] }>();
inlineParser.inline.ruler.enableOnly([
  'text',
  'newline',
  'escape',
  'backticks',
  'link',
  'image',
  'autolink',
  'html_inline',
]);
// markdown-it's inline tokens carry no positions; a rule that never matches sees where each of them begins.
inlineParser.inline.ruler.before('text', 'token-starts', (state, silent) => {
  const recording = recordings.get(state.env);
  if (!silent && state.level === 0 && recording?.text === state.src) recording.starts.push(state.pos);
  return false;
});

/**
 * markdown-it defines each of a token's fields by itself, which takes most of the time of a hostile body of 30,000
 * tiny blocks; this is the same token without that. Block rules set `attrs` as a whole and call none of the methods.
 */
class LightToken implements Token {
  type: string;
  tag: string;
  nesting: -1 | 0 | 1;
  level: number;
  attrs: Token['attrs'] = null;
  map: Token['map'] = null;
  children: Token['children'] = null;
  content = '';
  markup = '';
  info = '';
  meta: Token['meta'] = null;
  block = true;
  hidden = false;
  attrIndex = missing;
  attrPush = missing;
  attrSet = missing;
  attrGet = missing;
  attrJoin = missing;

  constructor(given: Pick<Token, 'type' | 'tag' | 'nesting' | 'level'>) {
    this.type = given.type;
    this.tag = given.tag;
    this.nesting = given.nesting;
    this.level = given.level;
  }
}

function missing(): never {
  throw new Error('attributes of block tokens are not used');
}

function isQuoted(state: StateBlock, line: number): boolean {
  const isCode = (state.sCount[line] ?? 0) - state.blkIndent >= 4;
  return !isCode && state.src.charAt((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0)) === '>';
}

/** The line after the quoted lines and their lazy continuations. */
function findQuoteEnd(state: StateBlock, startLine: number, endLine: number): number {
  const enders = state.md.block.ruler.getRules('blockquote');
  const mayGoOn = (line: number): boolean =>
    !isQuoted(state, line) && !state.isEmpty(line) && !enders.some((begins) => begins(state, line, endLine, true));
  let line = startLine + 1;
  while (line < endLine && isQuoted(state, line)) line += 1;
  while (line < endLine && mayGoOn(line)) line += 1;
  return line;
}

/** A head and the rule under it, with as many columns. */
function beginsTable(state: StateBlock, head: number, endLine: number): boolean {
  const rule = head + 1;
  if (rule >= endLine || !isInBlock(state, rule)) return false;
  if (!'|:-'.includes(state.src.charAt((state.bMarks[rule] ?? 0) + (state.tShift[rule] ?? 0)))) return false;
  const text = textOf(state, rule);
  return TABLE_RULE.test(text) && countColumns(textOf(state, head)) === countColumns(text);
}

function readTable(state: StateBlock, head: number, endLine: number): true {
  const enders = state.md.block.ruler.getRules('blockquote');
  const isRow = (line: number): boolean =>
    line < endLine && isInBlock(state, line) && !enders.some((begins) => begins(state, line, endLine, true));
  state.line = head + 2;
  while (isRow(state.line) && !state.isEmpty(state.line)) state.line += 1;
  state.push('table', 'table', 0).map = [head, state.line];
  return true;
}

function isInBlock({ sCount, blkIndent }: StateBlock, line: number): boolean {
  const indent = (sCount[line] ?? 0) - blkIndent;
  return indent >= 0 && indent < 4;
}

function textOf({ src, bMarks, eMarks }: StateBlock, line: number): string {
  return src.slice(bMarks[line], eMarks[line]).trim();
}

function countColumns(row: string): number {
  return row.replaceAll(/\\./g, '').replace(/^\|/, '').replace(/\|$/, '').split('|').length;
}

/** Never throws; a byte order mark goes, line ends become `\n` and NUL becomes U+FFFD, as on GitHub. */
export function readMarkdown(body: string): Markdown {
  const source = body
    .replace(/^\ufeff/, '')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll('\0', '\ufffd');
  const lines = source.split('\n');
  const env: Env = {};
  const tokens: Token[] = [];
  // The block parser alone: inline parsing is for the few paragraphs that need it.
  blockParser.block.parse(source, blockParser, env, tokens);
  return { lines, blocks: Array.from(readBlocks(tokens, lines)), env };
}

/** What the inline tokens of one paragraph say about its lines. */
export function readInline(text: string, env: Env): Inline {
  const starts: number[] = [];
  recordings.set(env, { text, starts });
  inlineParser.inline.parse(text, inlineParser, env, []);
  const freeLines = new Set<number>();
  const tags: { readonly line: number; readonly text: string }[] = [];
  let [from, index] = [0, 0];
  for (const [line, content] of text.split('\n').entries()) {
    const end = from + content.length;
    const first = from + content.search(/[^ \t]/);
    for (let start = starts[index]; start !== undefined && start <= end; start = starts[index]) {
      index += 1;
      if (start === first) freeLines.add(line);
      const token = text.charAt(start) === '<' ? text.slice(start, starts[index]) : '';
      if (/^<\/?[A-Za-z][A-Za-z0-9-]*[\s/>]/.test(token)) tags.push({ line, text: token });
    }
    from = end + 1;
  }
  return { freeLines, tags };
}

function* readBlocks(tokens: readonly Token[], lines: readonly string[]): Generator<Block> {
  let container: Container | null = null;
  // GitHub finds definitions last, in a paragraph that may continue lazily or become a table; markdown-it ends it there.
  let defined: { readonly container: Container | null; readonly line: number } = { container: null, line: -1 };
  for (const [index, token] of tokens.entries()) {
    const firstLine = token.map?.[0] ?? 0;
    const text = tokens[index + 1]?.content ?? '';
    const goesOn = defined.line === firstLine;
    const around: Container | null = container ?? (goesOn ? defined.container : null);
    switch (token.type) {
      case 'paragraph_open':
        if (goesOn && TABLE_RULE.test(/^.*/.exec(text)?.[0].trim() ?? '')) yield { kind: 'other' };
        else yield { kind: 'paragraph', firstLine, text, container: around };
        break;
      case 'reference_definition':
        defined = { container: around, line: token.map?.[1] ?? -1 };
        yield { kind: 'other' };
        break;
      case 'heading_open':
        yield { kind: 'heading', firstLine, text };
        break;
      case 'html_block':
        // After a tag and such a blank, GitHub reads a paragraph, which may continue lazily too.
        if (/[^\S \t\n]$/m.test(token.content)) defined = { container: around, line: token.map?.[1] ?? -1 };
        yield { kind: 'html', firstLine, text: token.content };
        break;
      case 'fence':
        yield { kind: 'fence', firstLine, text: token.content, markup: token.markup };
        break;
      case 'blockquote_open':
      case 'list_item_open':
        container ??= containerOf(token, lines[firstLine] ?? '');
        yield { kind: 'enter' };
        break;
      case 'blockquote_close':
      case 'list_item_close':
        yield { kind: 'leave' };
        if (token.level === (token.type === 'list_item_close' ? 1 : 0)) container = null;
        break;
      case 'table':
      case 'code_block':
      case 'hr':
        yield { kind: 'other' };
        break;
      default:
        break;
    }
  }
}

function containerOf(token: Token, line: string): Container {
  if (token.type === 'blockquote_open') return { kind: 'quote' };
  const [, marker = '', blanks = '', rest = ''] = /^( {0,3}(?:[-+*]|\d{1,9}[.)]))( *)(.*)$/.exec(line) ?? [];
  const padding = rest !== '' && blanks.length >= 1 && blanks.length <= 4 ? blanks.length : 1;
  return { kind: 'list', indent: marker.length + padding };
}
