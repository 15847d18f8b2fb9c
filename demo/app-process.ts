// Runs the product as its users do: a child process that knows nothing but its environment variables.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { z } from 'zod';

export type Env = Readonly<Record<string, string>>;

export type AppProcess = {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** The last lines of its log that are more than information. */
  readonly complaints: () => string;
  /** Rejects when the process ends before `stop`. Never resolves. */
  readonly died: Promise<never>;
  /** SIGTERM; answers the exit code once the process has drained. Throws when it has to be killed. */
  readonly stop: () => Promise<number | null>;
};

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const START_TIMEOUT_MS = 15_000;
/** The product promises ten seconds. */
const STOP_TIMEOUT_MS = 10_000;
const LOG_LINES = 8;

const LogEntry = z.looseObject({ level: z.number(), msg: z.string(), port: z.number().optional() });
/** Pino's number for `warn`. */
const WARN = 40;

/** Starts `src/main.ts`; resolves once its log says where it listens. Its environment is `env` and nothing else. */
export async function startApp(env: Env): Promise<AppProcess> {
  // A group of its own: Ctrl-C is for the demo, which then stops the app itself.
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: ROOT,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  const listening = Promise.withResolvers<number>();
  const died = Promise.withResolvers<never>();
  const ended = Promise.withResolvers<number | null>();
  let stopping = false;
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      const entry = readEntry(line);
      if (entry === null || entry.level >= WARN) log.push(line);
      if (entry?.msg === 'listening' && entry.port !== undefined) listening.resolve(entry.port);
    });
  }
  const complaints = (): string => log.slice(-LOG_LINES).join('\n');
  const killOnExit = (): void => void child.kill('SIGKILL');
  process.on('exit', killOnExit);
  child.on('error', died.reject);
  child.on('close', (code, signal) => {
    process.off('exit', killOnExit);
    ended.resolve(code);
    if (!stopping) died.reject(new Error(`the app ended (${signal ?? `exit code ${code}`})\n${complaints()}`));
  });
  // Whoever waits for something races it against this; nobody may be waiting when it happens.
  died.promise.catch(() => {});

  const port = await within(Promise.race([listening.promise, died.promise]), {
    ms: START_TIMEOUT_MS,
    message: () => `the app does not say where it listens; its log complains:\n${complaints()}`,
  });
  return {
    url: `http://127.0.0.1:${port}`,
    complaints,
    died: died.promise,
    stop: async () => {
      stopping = true;
      child.kill('SIGTERM');
      try {
        return await within(ended.promise, {
          ms: STOP_TIMEOUT_MS,
          message: () => `the app does not stop; its log complains:\n${complaints()}`,
        });
      } catch (error) {
        child.kill('SIGKILL');
        throw error;
      }
    },
  };
}

/** Runs `src/cli.ts` with these arguments to its end. */
export async function runCli(
  args: readonly string[],
  env: Env,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, ['src/cli.ts', ...args], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: START_TIMEOUT_MS,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, stdout, stderr };
}

/** Null for anything but a line of pino's. */
function readEntry(line: string): z.infer<typeof LogEntry> | null {
  try {
    return LogEntry.safeParse(JSON.parse(line)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

async function within<T>(
  promise: Promise<T>,
  limit: { readonly ms: number; readonly message: () => string },
): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(limit.message())), limit.ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
