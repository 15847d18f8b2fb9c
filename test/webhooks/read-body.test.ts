// A body that arrives too slowly, over a real socket.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import { afterEach, expect, test } from 'vitest';
import { createBodyBudget } from '../../src/webhooks/body-budget.ts';
import { readBody, type ReadBody } from '../../src/webhooks/read-body.ts';

let server: Server;
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.close();
});

async function read(send: (socket: Socket) => void): Promise<ReadBody['body']> {
  const { promise, resolve } = Promise.withResolvers<ReadBody['body']>();
  const rate = { bytesPerSecond: 1024 * 1024 * 1024, graceMs: 100 };
  server = createServer((request) => {
    resolve(readBody(request, { budget: createBodyBudget(), rate }).then(({ body }) => body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  send(socket);
  return promise;
}

const HEAD = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n';

test('is given up, however little is missing', async () => {
  expect(await read((socket) => socket.write(HEAD + ' '.repeat(999)))).toBe('too-slow');
});

test('is given up if nothing of it arrives', async () => {
  expect(await read((socket) => socket.write(HEAD))).toBe('too-slow');
});

test('is read if it arrives at once', async () => {
  const body = await read((socket) => socket.write(HEAD + ' '.repeat(1000)));
  expect(body).toHaveLength(1000);
});

test('is aborted if the sender leaves', async () => {
  expect(await read((socket) => socket.end(HEAD + ' '))).toBe('broken');
});
