// Runs a server of ours, or one to compare with, as a process of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export type Child = {
  readonly pid: number;
  readonly url: string;
  /** When it was started, by `performance.now()`. */
  readonly startedAt: number;
  /** The last lines that it wrote. */
  readonly said: () => string;
  /** Megabytes that are resident now. */
  readonly residentMb: () => number;
  /** Takes the processor away from it, until `resume`. */
  readonly pause: () => void;
  readonly resume: () => void;
  readonly kill: (signal: 'SIGTERM' | 'SIGKILL') => Promise<void>;
};

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const KEPT_LINES = 20;
const READY_WITHIN_MS = 20_000;

/** Our server with the flags that `npm start` gives it. */
export function ourServer(): { readonly script: string; readonly flags: readonly string[] } {
  const { scripts } = Package.parse(JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')));
  const [, ...words] = scripts.start.split(' ');
  const flags = words.filter((word) => word.startsWith('--') && !word.startsWith('--import'));
  return { script: words.at(-1) ?? '', flags };
}

const Package = z.looseObject({ scripts: z.looseObject({ start: z.string() }) });

/** Resolves once `path` is answered with 200. `env` is its whole environment, but for the port. */
export async function startChild(options: {
  readonly script: string;
  /** For Node itself. */
  readonly flags?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly readyPath: string;
}): Promise<Child> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...(options.flags ?? []), options.script], {
    cwd: ROOT,
    env: { ...options.env, HOST: '127.0.0.1', PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${options.script} did not start`);
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
    });
  }
  const ended = once(child, 'close');
  const killOnExit = (): void => void child.kill('SIGKILL');
  process.on('exit', killOnExit);
  void ended.then(() => process.off('exit', killOnExit));
  const said = (): string => lines.join('\n');
  const url = `http://127.0.0.1:${port}`;
  while (!(await isReady(`${url}${options.readyPath}`))) {
    if (child.exitCode !== null) throw new Error(`${options.script} ended:\n${said()}`);
    if (performance.now() - startedAt > READY_WITHIN_MS) throw new Error(`${options.script} is not ready:\n${said()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return {
    pid,
    url,
    startedAt,
    said,
    residentMb: () => readResidentMb(pid),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    kill: async (signal) => {
      child.kill(signal);
      await ended;
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url);
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    // Nobody listens yet.
    return false;
  }
}

function readResidentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  server.close();
  await once(server, 'close');
  return address.port;
}
