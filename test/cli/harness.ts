// Runs one command line in this process, with an environment, a clock and a terminal that the test says.
import { runCli } from '../../src/cli/commands.ts';
import { createContext } from '../../src/cli/context.ts';
import { PLAIN } from '../../src/cli/render/output.ts';
import type { Output } from '../../src/cli/services.ts';

export type Ended = { readonly code: number; readonly out: string; readonly err: string };

export type Around = {
  readonly env?: Readonly<Record<string, string>>;
  readonly now?: () => number;
  /** Columns of a terminal; none where nothing is said. */
  readonly width?: number;
};

/** Words that hold blanks come as a list. */
export async function say(line: string | readonly string[], around: Around = {}): Promise<Ended> {
  const words = typeof line === 'string' ? line.split(' ').filter((word) => word !== '') : line;
  const texts = { out: '', err: '' };
  const output = (name: 'out' | 'err'): Output => ({
    isClosed: () => false,
    write: async (text) => {
      texts[name] += text;
    },
  });
  const now = around.now ?? ((): number => Date.UTC(2026, 10, 24, 9));
  const { services, close } = createContext({
    env: around.env ?? {},
    out: output('out'),
    err: output('err'),
    terminal: { width: around.width ?? Infinity, style: PLAIN, progress: () => undefined },
    clock: { now, random: () => 0.5, wait: async () => undefined },
  });
  try {
    const code = await runCli(words, services);
    return { code, ...texts };
  } finally {
    await close();
  }
}

/** The longest line, in characters. */
export function widthOf(text: string): number {
  return Math.max(...text.split('\n').map((line) => Array.from(line).length));
}
