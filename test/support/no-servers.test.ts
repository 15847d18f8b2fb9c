// The unit suites open no server and start no process: this one runs among them.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';

test.each([
  ['an HTTP server', () => createHttpServer().listen(0)],
  ['a socket server', () => createServer().listen(0)],
  ['a process', () => spawn('true')],
  ['a process that is waited for', () => spawnSync('true')],
  ['a file that is run', () => execFileSync('true')],
])('%s is refused', (_what, open) => {
  expect(open).toThrow('UNIT');
});
