// The demo as a child process: what it prints, and how it ends.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

export type RunningDemo = {
  /** The first match in what was printed so far or will be; fails when the demo ends without. */
  readonly printed: (pattern: RegExp) => Promise<readonly string[]>;
  readonly interrupt: () => void;
  readonly ended: Promise<Ended>;
};

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export function startDemo(...args: readonly string[]): RunningDemo {
  // Whoever runs the tests may want colours; and the two together make Node warn.
  const env = { ...process.env, FORCE_COLOR: undefined, NO_COLOR: undefined };
  const child = spawn(process.execPath, ['demo/run.ts', ...args], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const watchers = new Set<() => void>();
  let [stdout, stderr, isOver] = ['', '', false];
  const notify = (): void => watchers.forEach((watch) => watch());
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    notify();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      isOver = true;
      notify();
      resolve({ code, stdout, stderr });
    });
  });
  return {
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const watch = (): void => {
          const found = pattern.exec(stdout);
          if (found === null && !isOver) return;
          watchers.delete(watch);
          if (found === null) reject(new Error(`the demo never printed ${pattern}:\n${stdout}\n${stderr}`));
          else resolve(found);
        };
        watchers.add(watch);
        watch();
      }),
    interrupt: () => void child.kill('SIGINT'),
    ended,
  };
}
