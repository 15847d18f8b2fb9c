// Prints the demo as it happens: acts, steps with what they took, and what people would see.
import type { WriteStream } from 'node:tty';
import { createPaint, faint, plain, wrap, type Line, type Span } from './spans.ts';

/** Says something about the step that is underway; shown below its sentence. */
export type Note = (text: string) => void;

export type Printer = {
  /** Columns that text may use. */
  readonly width: number;
  readonly heading: (text: string) => void;
  readonly lines: (lines: readonly Line[]) => void;
  /** Does the work, then prints `✓ sentence`. Throws StepFailed, after `✗ sentence`, when the work throws. */
  readonly step: <T>(sentence: string, work: (note: Note) => Promise<T>) => Promise<T>;
};

/** A step of the demo did not happen. */
export class StepFailed extends Error {
  readonly step: string;

  constructor(step: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'StepFailed';
    this.step = step;
  }
}

const MAX_WIDTH = 110;
const MIN_WIDTH = 60;
const INDENT = '  ';

export function createPrinter(output: {
  readonly stream: WriteStream;
  readonly isTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}): Printer {
  const { stream, isTerminal, env } = output;
  const coloured = isTerminal && (env['NO_COLOR'] ?? '') === '' && stream.hasColors();
  const paint = createPaint({ coloured });
  const width = Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, isTerminal ? stream.columns : MAX_WIDTH)) - INDENT.length;
  const write = (line: Line): void => void stream.write(`${paint([plain(INDENT), ...line])}\n`);
  const writeStep = (mark: Span, sentence: string, after: string): void => {
    const [first = [], ...rest] = wrap([plain(sentence), ...(after === '' ? [] : [faint(`  ${after}`)])], width - 2);
    write([mark, plain(' '), ...first]);
    for (const line of rest) write([plain('  '), ...line]);
  };

  return {
    width,
    heading: (text) => void stream.write(`\n${paint([{ text, style: 'strong' }])}\n`),
    lines: (lines) => lines.forEach(write),
    step: async (sentence, work) => {
      const notes: string[] = [];
      const started = performance.now();
      if (coloured) stream.write(`${INDENT}… ${sentence}`.slice(0, width));
      const clear = (): void => void (coloured && stream.write('\r\u{1b}[2K'));
      try {
        const result = await work((text) => notes.push(text));
        clear();
        writeStep({ text: '✓', style: 'good' }, sentence, formatMs(performance.now() - started));
        for (const note of notes) for (const line of wrap([faint(note)], width - 4)) write([plain('    '), ...line]);
        return result;
      } catch (error) {
        clear();
        writeStep({ text: '✗', style: 'bad' }, sentence, formatMs(performance.now() - started));
        throw new StepFailed(sentence, error);
      }
    },
  };
}

export function formatMs(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
