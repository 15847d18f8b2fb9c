// Setup of the unit suites: a test that listens or starts a process fails, so that these suites stay fast.
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { Server } from 'node:net';

const STARTERS = ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'] as const;

Server.prototype.listen = () => refuse('listens');
Object.assign(
  childProcess,
  Object.fromEntries(STARTERS.map((name) => [name, () => refuse(`starts a process (${name})`)])),
);
// Named imports of a built-in module are copies.
syncBuiltinESMExports();

function refuse(act: string): never {
  throw new Error(`a unit suite ${act}: take it out of UNIT in vitest.config.ts`);
}
