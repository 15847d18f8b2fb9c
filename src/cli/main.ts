// Runs one command with what the environment names, and ends with its exit code.
import { SYSTEM_CLOCK } from '../net/clock.ts';
import { runCli } from './commands.ts';
import { createContext } from './context.ts';
import { createOutput, createTerminal } from './render/output.ts';

/** `args` without the program's own name. */
export async function main(args: readonly string[]): Promise<void> {
  const { env, stdout, stderr } = process;
  const { services, close } = createContext({
    env,
    out: createOutput(stdout),
    err: createOutput(stderr),
    terminal: createTerminal({ out: stdout, err: stderr, env }),
    clock: SYSTEM_CLOCK,
  });
  try {
    process.exitCode = await runCli(args, services);
  } finally {
    await close();
  }
}
