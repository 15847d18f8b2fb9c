// Lays rows out in columns, wrapped so that a line fits the terminal.

/** A cell of several lines, or one; text that is too wide is wrapped at blanks. A long word is not broken. */
export type Cell = string | readonly string[];

const GAP = 2;
const MIN_WIDTH = 8;

/**
 * One string per line, without line ends or trailing blanks. The first row is a head like any other. What is no longer
 * than the widest word of its column is never wrapped; the widest columns give way first.
 */
export function layOut(rows: readonly (readonly Cell[])[], maxWidth: number): readonly string[] {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? cell.split('\n') : cell)));
  const columns = Math.max(0, ...cells.map((row) => row.length));
  const natural = Array.from({ length: columns }, (_, column) =>
    Math.max(0, ...cells.map((row) => Math.max(0, ...(row[column] ?? []).map(lengthOf)))),
  );
  const widths = shrink(natural, maxWidth - GAP * (columns - 1));
  return cells.flatMap((row) => {
    const wrapped = row.map((lines, column) => lines.flatMap((line) => wrapText(line, widths[column] ?? Infinity)));
    const height = Math.max(1, ...wrapped.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) =>
      wrapped
        .map((lines, column) => pad(lines[line] ?? '', widths[column] ?? 0))
        .join(' '.repeat(GAP))
        .trimEnd(),
    );
  });
}

/** Lines of at most `width` characters, as far as the words allow. */
export function wrapText(text: string, width: number): readonly string[] {
  if (lengthOf(text) <= width) return [text];
  const indent = /^ */.exec(text)?.[0] ?? '';
  const lines: string[] = [];
  for (const word of text.trim().split(/ +/)) {
    const last = lines.at(-1);
    if (last !== undefined && lengthOf(last) + 1 + lengthOf(word) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indent}${word}`);
  }
  return lines;
}

function shrink(natural: readonly number[], room: number): readonly number[] {
  const widths = [...natural];
  for (let total = sum(widths); total > room; total = sum(widths)) {
    const widest = Math.max(...widths);
    if (widest <= MIN_WIDTH) break;
    const next = Math.max(MIN_WIDTH, ...widths.filter((width) => width < widest));
    const which = widths.flatMap((width, column) => (width === widest ? [column] : []));
    const share = Math.max(next, widest - Math.ceil((total - room) / which.length));
    for (const column of which) widths[column] = share < widest ? share : widest - 1;
  }
  return widths;
}

/** Escape codes take no room, and characters outside the basic plane are one character. */
function lengthOf(text: string): number {
  return Array.from(text.replaceAll(ESCAPES, '')).length;
}

// eslint-disable-next-line no-control-regex -- escape codes begin with one
const ESCAPES = /\u001b\[[0-9;]*m/g;

function pad(text: string, width: number): string {
  return `${text}${' '.repeat(Math.max(0, width - lengthOf(text)))}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
