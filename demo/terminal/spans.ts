// Text with styles, wrapped by what is visible and painted last, so that colours never count as width.
import { styleText } from 'node:util';

export type Style = 'plain' | 'strong' | 'code' | 'faint' | 'good' | 'bad';
export type Span = { readonly text: string; readonly style: Style };
export type Line = readonly Span[];

/** Turns one line into what is written: with colours, or just its text. */
export type Paint = (line: Line) => string;

export function createPaint(options: { readonly coloured: boolean }): Paint {
  return (line) =>
    line
      .map(({ text, style }) => (options.coloured ? paintText(style, text) : text))
      .join('')
      .trimEnd();
}

export function plain(text: string): Span {
  return { text, style: 'plain' };
}

export function faint(text: string): Span {
  return { text, style: 'faint' };
}

/** The longest stretch that `wrap` would rather not break. */
export function longestWordOf(line: Line): number {
  return Math.max(0, ...line.flatMap(wordsOf).map(({ text }) => lettersOf(text).length));
}

export function widthOf(line: Line): number {
  return line.reduce((sum, { text }) => sum + lettersOf(text).length, 0);
}

/** Breaks at blanks and newlines, and within a word that is longer than a whole line. */
export function wrap(spans: Line, width: number): readonly Line[] {
  const lines: Span[][] = [[]];
  let used = 0;
  const breakLine = (): void => {
    lines.push([]);
    used = 0;
  };
  for (const { text, style } of spans.flatMap(wordsOf)) {
    if (text === '\n') {
      breakLine();
      continue;
    }
    const isBlank = text.trim() === '';
    if (isBlank && used === 0) continue;
    const length = lettersOf(text).length;
    if (used > 0 && used + length > width) {
      breakLine();
      if (isBlank) continue;
    }
    for (const piece of piecesOf(text, width)) {
      if (used > 0 && used + lettersOf(piece).length > width) breakLine();
      lines.at(-1)?.push({ text: piece, style });
      used += lettersOf(piece).length;
    }
  }
  return lines;
}

function paintText(style: Style, text: string): string {
  switch (style) {
    case 'plain':
      return text;
    case 'strong':
      return styleText('bold', text, UNCHECKED);
    case 'code':
      return styleText('cyan', text, UNCHECKED);
    case 'faint':
      return styleText('dim', text, UNCHECKED);
    case 'good':
      return styleText('green', text, UNCHECKED);
    case 'bad':
      return styleText('red', text, UNCHECKED);
  }
}

// Whether there are colours was decided once, for the stream that is written to.
const UNCHECKED = { validateStream: false } as const;

const segmenter = new Intl.Segmenter();

function lettersOf(text: string): readonly string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function wordsOf({ text, style }: Span): readonly Span[] {
  return (text.match(/\n|[^\S\n]+|\S+/g) ?? []).map((word) => ({ text: word, style }));
}

function piecesOf(word: string, width: number): readonly string[] {
  const letters = lettersOf(word);
  if (letters.length <= width) return [word];
  const count = Math.ceil(letters.length / width);
  return Array.from({ length: count }, (_, at) => letters.slice(at * width, (at + 1) * width).join(''));
}
