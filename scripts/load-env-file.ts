// Preloaded by npm scripts: reads variables from `.env` in the working folder. Variables of the environment win.
// Node's own --env-file-if-exists prints a line on every call where the file does not exist.
import { existsSync, statSync } from 'node:fs';

const FILE = '.env';

if (existsSync(FILE)) {
  try {
    // Docker makes a folder where a bind mount names a file that does not exist.
    if (statSync(FILE).isDirectory()) throw new Error('it is a folder, not a file');
    process.loadEnvFile(FILE);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `imprimatur: ${FILE} can't be read: ${reason.replace(/\.$/, '')}. Fix its permissions, or remove it.\n`,
    );
    process.exit(2);
  }
}
