// Shows on a terminal what messages/ wrote for GitHub: the same words, without the marks.
import MarkdownIt, { type Token } from 'markdown-it';
import { layOut, wrapText } from './columns.ts';
import type { Terminal } from '../services.ts';

const markdown = new MarkdownIt({ html: true });

/** Lines with line ends. Code, bold and links become text; HTML is left out; tables become columns. */
export function renderPlain(source: string, { width, style }: Pick<Terminal, 'width' | 'style'>): string {
  const blocks: string[][] = [];
  let table: string[][] | null = null;
  let item: string | null = null;
  for (const token of markdown.parse(source, {})) {
    switch (token.type) {
      case 'table_open':
        table = [];
        break;
      case 'tr_open':
        table?.push([]);
        break;
      case 'table_close':
        blocks.push([...layOut(table ?? [], width)]);
        table = null;
        break;
      case 'list_item_open':
        item = '- ';
        break;
      case 'fence':
        blocks.push(
          token.content
            .trimEnd()
            .split('\n')
            .map((line) => `    ${line}`),
        );
        break;
      case 'inline': {
        const text = inlineText(token.children ?? [], style);
        if (table !== null) table.at(-1)?.push(text);
        else if (item !== null) {
          const lines = wrapText(text, width - 4).map((line, index) => `${index === 0 ? '  - ' : '    '}${line}`);
          // Items of one list stay together.
          const last = blocks.at(-1);
          if (last?.[0]?.startsWith('  - ') === true) last.push(...lines);
          else blocks.push(lines);
          item = null;
        } else blocks.push(text.split('\n').flatMap((line) => wrapText(line, width)));
        break;
      }
      default:
    }
  }
  return blocks.map((lines) => `${lines.join('\n')}\n`).join('\n');
}

function inlineText(tokens: readonly Token[], style: Terminal['style']): string {
  let text = '';
  let bold = false;
  let href: string | null = null;
  for (const token of tokens) {
    if (token.type === 'strong_open') bold = true;
    else if (token.type === 'strong_close') bold = false;
    else if (token.type === 'link_open') href = String(token.attrGet('href') ?? '');
    else if (token.type === 'link_close') {
      text += href === null ? '' : ` <${href}>`;
      href = null;
    } else if (token.type === 'softbreak' || token.type === 'hardbreak') text += '\n';
    else if (token.type === 'text' || token.type === 'code_inline' || token.type === 'text_special') {
      text += bold ? style.bold(token.content) : token.content;
    }
  }
  return text;
}
