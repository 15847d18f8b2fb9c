// Runs src/main.ts as its operator does, with the proxy to its database and a clock of its own preloaded.
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { clockAheadMs } from './clock.ts';
import type { Boundary } from './kill.ts';
import { SqlAnswer, type SqlAim, type SqlOrder } from './sql-talk.ts';

export type Server = {
  /** Its address once it listens; null where it ended before. */
  readonly listening: Promise<string | null>;
  /** `SIGKILL`, or what else ended it; null while it lives. */
  readonly hasEnded: () => string | null;
  readonly ended: Promise<void>;
  /** Counts commits from here, and dies at one. */
  readonly aim: (aim: SqlAim | null) => Promise<void>;
  /** The commits since then. */
  readonly passed: () => Promise<readonly Boundary[]>;
  /** Resolves once no job is open, or when it ended. */
  readonly quiet: () => Promise<void>;
  readonly strike: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Stops it where it stands, lets it go on from there, or asks it to end. */
  readonly signal: (name: 'SIGSTOP' | 'SIGCONT' | 'SIGTERM') => void;
  /** The last lines of its log. */
  readonly said: () => string;
};

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PRELOADS = ['clock.ts', 'sql-proxy.ts'].flatMap((name) => ['--import', new URL(name, import.meta.url).href]);
const KEPT_LINES = 60;
const STOP_WITHIN_MS = 10_000;

export function startServer(options: {
  readonly env: Readonly<Record<string, string>>;
  /** Node keeps compiled code here, so that a start takes half as long. */
  readonly cacheFolder: string;
  readonly aim: SqlAim | null;
}): Server {
  const child = spawn(process.execPath, [...PRELOADS, 'src/main.ts'], {
    cwd: ROOT,
    env: {
      ...options.env,
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_FORMAT: 'json',
      NODE_COMPILE_CACHE: options.cacheFolder,
      CLOCK_AHEAD_MS: String(clockAheadMs()),
      ...(options.aim === null ? {} : { SQL_PROXY_AIM: JSON.stringify(options.aim) }),
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const killOnExit = (): void => void child.kill('SIGKILL');
  process.on('exit', killOnExit);
  let end: string | null = null;
  const ended = new Promise<void>((resolve) => {
    child.once('close', (code, signal) => {
      process.off('exit', killOnExit);
      end = signal ?? `exit code ${code}`;
      resolve();
    });
  });
  const log = readLog(child);
  const questions = openQuestions(child);
  const orEnd = <T>(answer: Promise<T>): Promise<T | null> => Promise.race([answer, ended.then(() => null)]);
  return {
    listening: orEnd(log.port).then((port) => (port === null ? null : `http://127.0.0.1:${port}`)),
    hasEnded: () => end,
    ended,
    aim: async (aim) => void (await orEnd(questions.ask({ ask: 'aim', aim }))),
    passed: async () => (await orEnd(questions.ask({ ask: 'passed' })))?.passed ?? [],
    quiet: async () => void (await orEnd(questions.ask({ ask: 'quiet' }))),
    strike: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await ended;
      clearTimeout(timer);
    },
    signal: (name) => void child.kill(name),
    said: log.said,
  };
}

type Question = SqlOrder extends infer Order ? (Order extends SqlOrder ? Omit<Order, 'id'> : never) : never;

function openQuestions(child: ChildProcess): { readonly ask: (question: Question) => Promise<SqlAnswer> } {
  const waiting = new Map<number, (answer: SqlAnswer) => void>();
  let ids = 0;
  child.on('message', (message) => {
    const answer = SqlAnswer.parse(message);
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  // Sending to a process that was just killed fails; its end is told by `ended`.
  child.on('error', () => undefined);
  return {
    ask: (question) => {
      ids += 1;
      const id = ids;
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        if (child.connected) child.send({ ...question, id }, () => undefined);
      });
    },
  };
}

const Listening = z.object({ msg: z.string().startsWith('listening'), port: z.number() });

function readLog(child: ChildProcess): { readonly port: Promise<number>; readonly said: () => string } {
  const lines: string[] = [];
  const port = Promise.withResolvers<number>();
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      const found = line.includes('"listening') ? Listening.safeParse(JSON.parse(line)) : null;
      if (found?.success === true) port.resolve(found.data.port);
    });
  }
  return { port: port.promise, said: () => lines.join('\n') };
}
