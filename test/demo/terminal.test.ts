// How the demo shows Markdown and tables in a terminal.
import { expect, test } from 'vitest';
import { renderMarkdown } from '../../demo/terminal/markdown.ts';
import { createPaint, plain, widthOf } from '../../demo/terminal/spans.ts';
import { layoutTable } from '../../demo/terminal/table.ts';

const textOnly = createPaint({ coloured: false });

test.each([
  {
    message: 'a marker is not shown',
    markdown: '<!-- imprimatur P1 -->\n### ● P1 · `staging`',
    shows: ['● P1 · staging'],
  },
  { message: 'a link is its text', markdown: 'See [the *run*](https://github.com/a/b).', shows: ['See the run.'] },
  { message: 'small print loses its tags', markdown: '<sub>audit 2·ab</sub>', shows: ['audit 2·ab'] },
  { message: 'escapes and entities are read', markdown: String.raw`\@ada &lt;b&gt;`, shows: ['@ada <b>'] },
  { message: 'a list keeps its dots', markdown: '- one\n- `two` three', shows: ['• one', '• two three'] },
  { message: 'code stays as it is', markdown: '```\nA=b  c\n```', shows: ['    A=b  c'] },
  { message: 'blocks have one blank line between', markdown: 'one\n\n\ntwo', shows: ['one', '', 'two'] },
  {
    message: 'lines wrap between words',
    markdown: 'one two three four five six',
    shows: ['one two three four', 'five six'],
  },
  { message: 'a word beyond the width is cut', markdown: 'a'.repeat(25), shows: ['a'.repeat(20), 'a'.repeat(5)] },
  {
    message: 'a table stands in columns',
    markdown: '| a | b |\n|-|-|\n| `x` | **y z** |',
    shows: ['a  b', '─  ───', 'x  y z'],
  },
])('$says', ({ markdown, shows }) => {
  expect(renderMarkdown(markdown, 20).map(textOnly)).toEqual(shows);
});

test('a table wraps its widest column between words, and only then within them', () => {
  const rows = [
    ['rule', 'wanted'],
    ['size', 'between one and two'],
  ].map((row) => row.map((text) => [plain(text)]));
  expect(layoutTable(rows, 19).map(textOnly)).toEqual([
    'rule  wanted',
    '────  ─────────────',
    'size  between one',
    '      and two',
  ]);
});

test.each([10, 24, 40, 60, 200])('no line of a table is wider than %i, or than its narrowest form', (width) => {
  const cells = ['tag-commit', 'linux/amd64, linux/arm64', `sha256:${'a'.repeat(64)}`];
  const lines = layoutTable(
    [cells, cells].map((row) => row.map((text) => [plain(text)])),
    width,
  );
  expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(Math.max(width, 3 * 8 + 2 * 2));
});

test('colours are added only if they are wanted', () => {
  const line = [{ text: 'moved', style: 'good' }] as const;
  expect(createPaint({ coloured: true })(line)).toBe('\u{1b}[32mmoved\u{1b}[39m');
  expect(textOnly(line)).toBe('moved');
});
