#!/usr/bin/env node
// The command line. Reports an old Node before it loads anything that this Node lacks.
const NEEDED = 24;

if (Number(process.versions.node.split('.')[0]) < NEEDED) {
  process.stderr.write(
    `imprimatur needs Node ${NEEDED} or newer, and this is ${process.version}: put a newer one first in PATH.\n`,
  );
  process.exitCode = 2;
} else {
  const { main } = await import('./cli/main.ts');
  await main(process.argv.slice(2));
}
