// Writes to a stream whose reader may close it early, as `head` does. That is not an error.
import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import type { Output, Style, Terminal } from '../services.ts';

export function createOutput(stream: Writable): Output {
  let closed = false;
  stream.on('error', (error) => {
    if (!isBrokenPipe(error)) throw error;
    closed = true;
  });
  return {
    isClosed: () => closed,
    write: async (text) => {
      if (closed) return;
      await new Promise<void>((done) => {
        // An error also arrives as an `error` event, which is handled above.
        stream.write(text, () => done());
      });
    },
  };
}

type Stream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Colours only on a terminal, unless NO_COLOR is set (no-color.org). */
export function createTerminal(parts: {
  readonly out: Stream;
  readonly err: Stream;
  readonly env: Readonly<Record<string, string | undefined>>;
}): Terminal {
  const { out, err, env } = parts;
  const isTty = out.isTTY === true;
  const noColor = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return {
    width: isTty ? (out.columns ?? DEFAULT_WIDTH) : Infinity,
    style: isTty && !noColor ? COLOURS : PLAIN,
    progress: err.isTTY === true ? (text) => void err.write(`${CLEAR_LINE}${text ?? ''}`) : () => undefined,
  };
}

const DEFAULT_WIDTH = 80;
const CLEAR_LINE = '\r\u001b[K';

export const PLAIN: Style = { bold: same, dim: same, red: same, green: same, yellow: same };

const COLOURS: Style = {
  bold: (text) => styleText('bold', text, { validateStream: false }),
  dim: (text) => styleText('dim', text, { validateStream: false }),
  red: (text) => styleText('red', text, { validateStream: false }),
  green: (text) => styleText('green', text, { validateStream: false }),
  yellow: (text) => styleText('yellow', text, { validateStream: false }),
};

function same(text: string): string {
  return text;
}

function isBrokenPipe(error: Error): boolean {
  return 'code' in error && error.code === 'EPIPE';
}
