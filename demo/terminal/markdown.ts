// Renders a comment's Markdown for a terminal, roughly as GitHub shows it: without markers, links as their text.
import MarkdownIt from 'markdown-it';
import { plain, wrap, type Line, type Span, type Style } from './spans.ts';
import { layoutTable } from './table.ts';

const markdown = new MarkdownIt({ html: true });

type Token = ReturnType<typeof markdown.parse>[number];

/** Lines no wider than `width`, one blank line between blocks. */
export function renderMarkdown(source: string, width: number): readonly Line[] {
  const blocks = blocksOf(markdown.parse(source, {}), width);
  return blocks.flatMap((lines, at) => (at === 0 ? lines : [[], ...lines]));
}

function blocksOf(tokens: readonly Token[], width: number): readonly (readonly Line[])[] {
  const blocks: (readonly Line[])[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token === undefined || token.nesting === -1) continue;
    const end = token.nesting === 1 ? closingOf(tokens, at) : at;
    const block = renderBlock({ token, inner: tokens.slice(at + 1, end), width });
    if (block.length > 0) blocks.push(block);
    at = end;
  }
  return blocks;
}

function renderBlock(block: {
  readonly token: Token;
  readonly inner: readonly Token[];
  readonly width: number;
}): readonly Line[] {
  const { token, inner, width } = block;
  switch (token.type) {
    case 'heading_open':
      return wrap(spansOf(inner, 'strong'), width);
    case 'paragraph_open':
      return wrap(spansOf(inner, 'plain'), width);
    case 'table_open':
      return layoutTable(rowsOf(inner), width);
    case 'bullet_list_open':
    case 'ordered_list_open':
      return blocksOf(inner, width).flat();
    case 'list_item_open':
      return indent(blocksOf(inner, width - 2).flat(), { first: '• ', rest: '  ' });
    case 'blockquote_open':
      return indent(blocksOf(inner, width - 2).flat(), { first: '│ ', rest: '│ ' });
    case 'fence':
    case 'code_block':
      return token.content
        .trimEnd()
        .split('\n')
        .map((text) => [plain('    '), { text, style: 'code' }]);
    case 'hr':
      return [[{ text: '─'.repeat(width), style: 'faint' }]];
    case 'html_block':
      return summaryOf(token.content);
    default:
      return [];
  }
}

/** What `<details>` folds is shown here; other raw HTML is our marker, which a page doesn't show either. */
function summaryOf(html: string): readonly Line[] {
  const summary = /<summary>(.*)<\/summary>/.exec(html)?.[1];
  return summary === undefined ? [] : [[plain(`▾ ${summary.replaceAll(/<\/?b>/g, '')}`)]];
}

function rowsOf(tokens: readonly Token[]): readonly (readonly Line[])[] {
  const rows: Line[][] = [];
  for (const [at, { type }] of tokens.entries()) {
    if (type === 'tr_open') rows.push([]);
    const inline = tokens[at + 1];
    if (inline === undefined || (type !== 'td_open' && type !== 'th_open')) continue;
    rows.at(-1)?.push(spansOf([inline], type === 'th_open' ? 'strong' : 'plain'));
  }
  return rows;
}

function spansOf(tokens: readonly Token[], style: Style): readonly Span[] {
  const spans: Span[] = [];
  const styles: Style[] = [style];
  for (const token of tokens.flatMap(({ children }) => children ?? [])) {
    const current = styles.at(-1) ?? style;
    if (token.type === 'code_inline') spans.push({ text: token.content, style: 'code' });
    else if (token.type === 'softbreak' || token.type === 'hardbreak') spans.push({ text: '\n', style: 'plain' });
    else if (token.content === '<br>') spans.push({ text: '\n', style: 'plain' });
    else if (token.type === 'html_inline') changeStyle(styles, token.content);
    else if (token.type === 'strong_open') styles.push('strong');
    else if (token.type === 'strong_close') styles.pop();
    else if (token.content !== '') spans.push({ text: token.content, style: current });
  }
  return spans;
}

/** `<sub>` is how small print is written on GitHub. */
function changeStyle(styles: Style[], html: string): void {
  if (html === '<sub>') styles.push('faint');
  if (html === '</sub>') styles.pop();
}

function closingOf(tokens: readonly Token[], at: number): number {
  const level = tokens[at]?.level;
  const end = tokens.findIndex((token, index) => index > at && token.nesting === -1 && token.level === level);
  return end === -1 ? tokens.length : end;
}

function indent(lines: readonly Line[], marks: { readonly first: string; readonly rest: string }): readonly Line[] {
  return lines.map((line, at) => [plain(at === 0 ? marks.first : marks.rest), ...line]);
}
