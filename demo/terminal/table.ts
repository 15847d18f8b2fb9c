// Lays cells out in columns that fit a width: the widest columns give way first, and their cells wrap.
import { faint, longestWordOf, plain, widthOf, wrap, type Line, type Span } from './spans.ts';

const GAP = '  ';
const MIN_COLUMN = 8;

/** The first row is the head, with a rule below it. */
export function layoutTable(rows: readonly (readonly Line[])[], width: number): readonly Line[] {
  const widths = columnWidths(rows, width);
  const rule = [faint(widths.map((column) => '─'.repeat(column)).join(GAP))];
  return rows.flatMap((row, at) => [...layoutRow(row, widths), ...(at === 0 ? [rule] : [])]);
}

function columnWidths(rows: readonly (readonly Line[])[], width: number): readonly number[] {
  const columns = Array.from({ length: Math.max(0, ...rows.map((row) => row.length)) }, (_, at) =>
    rows.map((row) => row[at] ?? []),
  );
  const room = width - GAP.length * (columns.length - 1);
  const natural = columns.map((cells) => Math.max(1, ...cells.map(widthOf)));
  const words = columns.map((cells) => Math.max(MIN_COLUMN, ...cells.map(longestWordOf)));
  // Between words first; within them only if there is no other way.
  return shrink(shrink(natural, { room, atLeast: words }), { room, atLeast: words.map(() => MIN_COLUMN) });
}

function shrink(
  widths: readonly number[],
  to: { readonly room: number; readonly atLeast: readonly number[] },
): readonly number[] {
  const shrunk = [...widths];
  for (let over = sum(widths) - to.room; over > 0; over -= 1) {
    const slack = shrunk.map((width, at) => (width > (to.atLeast[at] ?? 0) ? width : 0));
    const widest = Math.max(...slack);
    if (widest === 0) break;
    shrunk[slack.lastIndexOf(widest)] = widest - 1;
  }
  return shrunk;
}

function layoutRow(row: readonly Line[], widths: readonly number[]): readonly Line[] {
  const cells = widths.map((width, at) => wrap(row[at] ?? [], width));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, at) =>
    cells.flatMap((lines, column): readonly Span[] => {
      const line = lines[at] ?? [];
      const padding = ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(line)));
      return [...line, plain(column === cells.length - 1 ? '' : padding + GAP)];
    }),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
