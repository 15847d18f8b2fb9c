#!/usr/bin/env node
// The command line: runs one command with what the environment names, ends with its exit code.
import { runCli } from './cli/commands.ts';
import { createContext } from './cli/context.ts';
import { createOutput, createTerminal } from './cli/output.ts';

const { env, stdout, stderr } = process;
const { services, close } = createContext({
  env,
  out: createOutput(stdout),
  err: createOutput(stderr),
  terminal: createTerminal({ out: stdout, err: stderr, env }),
  world: {
    now: () => Date.now(),
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    random: () => Math.random(),
  },
});

try {
  process.exitCode = await runCli(process.argv.slice(2), services);
} finally {
  await close();
}
