#!/usr/bin/env node
// The command line: reads where the database is, runs one command, ends with its exit code.
import { createHash } from 'node:crypto';
import { runCli } from './cli/commands.ts';
import { openExistingStore } from './cli/open-existing-store.ts';
import { createOutput } from './cli/output.ts';
import { ConfigError, readConfig } from './config/env.ts';

const { DATABASE_URL } = process.env;
const err = createOutput(process.stderr);

try {
  process.exitCode = await runCli(process.argv.slice(2), {
    out: createOutput(process.stdout),
    err,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    // Nothing else of the environment is read: a shell without the App's secrets will do.
    openStore: async () => openExistingStore(readConfig({ DATABASE_URL }, { isTty: false }).databaseUrl),
  });
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  await err.write(`imprimatur: ${error.message}\n`);
  process.exitCode = 2;
}
