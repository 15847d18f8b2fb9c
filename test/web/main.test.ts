// src/main.ts as its operator runs it: environment variables in, log lines and an exit code out.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/database/database.ts';
import { countJobs } from '../../src/store/queue/job-upkeep.ts';
import { startGitHub, type GitHubWorld } from '../support/github/world.ts';
import { startRegistryDouble, type RegistryDouble } from '../support/registry/double.ts';
import { headersOf, SECRET, WEBHOOKS } from './harness.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

let folder: string;
let github: GitHubWorld;
const running = new Set<Server>();
const worlds = new Set<GitHubWorld>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imprimatur-main-'));
  github = await startGitHub();
  worlds.add(github);
});
afterAll(async () => {
  for (const server of running) server.process.kill('SIGKILL');
  for (const world of worlds) await world.close();
  await rm(folder, { recursive: true, force: true });
});

type Server = {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  readonly lines: readonly string[];
  readonly stderr: () => string;
  /** The first line, logged already or to come, that holds the text. */
  readonly logged: (text: string) => Promise<string>;
  readonly exit: Promise<number | null>;
};

type Env = Readonly<Record<string, string>>;

/** A new database each time; nothing of this process's environment. */
function start(env: Env): Server {
  const database = `sqlite:${join(folder, `${crypto.randomUUID()}.db`)}`;
  const child = spawn(process.execPath, [MAIN], {
    env: { PORT: '0', LOG_FORMAT: 'json', DOCKER_CONFIG: folder, DATABASE_URL: database, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const watchers = new Set<() => void>();
  let errors = '';
  let rest = '';
  // By hand: readline may tell of the last line after the process was told to have ended.
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = `${rest}${text}`.split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    for (const notify of watchers) notify();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const exit = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : null));
  const logged = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const notify = (): void => {
        const found = lines.find((line) => line.includes(text));
        if (found !== undefined) resolve(found);
      };
      watchers.add(notify);
      void exit.then(() => reject(new Error(`it ended without "${text}":\n${lines.join('\n')}\n${errors}`)));
      notify();
    });
  const server = { process: child, lines, stderr: () => errors, logged, exit };
  running.add(server);
  return server;
}

async function portOf(server: Server): Promise<number> {
  const line: { readonly port: number } = JSON.parse(await server.logged('"listening'));
  return line.port;
}

describe.concurrent('refuses to start', () => {
  type Row = readonly [why: string, changes: Env, message: RegExp];
  test.each<Row>([
    ['without a webhook secret', { WEBHOOK_SECRET: '' }, /^ {2}WEBHOOK_SECRET: missing; .*at least 16 characters$/m],
    ['with a short secret', { WEBHOOK_SECRET: 'fifteen-letters' }, /^ {2}WEBHOOK_SECRET: shorter than 16 characters/m],
    [
      'with the secret that everybody knows',
      { WEBHOOK_SECRET: 'development' },
      /^ {2}WEBHOOK_SECRET: "development" is public/m,
    ],
    [
      'with a key that is cut off',
      { PRIVATE_KEY: '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----' },
      /^ {2}PRIVATE_KEY: not a valid RSA private key/m,
    ],
  ])('%s', async (_why, changes, message) => {
    const server = start({ ...github.env, ...changes });
    expect(await server.exit).toBe(1);
    expect(server.stderr()).toMatch(/^imprimatur can't start:\n/);
    expect(server.stderr()).toMatch(message);
    expect(server.lines).toEqual([]);
  });

  test('and names all problems at once', async () => {
    const server = start({ APP_ID: 'x', PORT: '70000', LOG_LEVEL: 'loud' });
    expect(await server.exit).toBe(1);
    const named = server
      .stderr()
      .split('\n')
      .flatMap((line) => /^ {2}([A-Z_]+)/.exec(line)?.[1] ?? []);
    expect(named.toSorted()).toEqual(['APP_ID', 'LOG_LEVEL', 'PORT', 'PRIVATE_KEY', 'WEBHOOK_SECRET']);
  });

  test('if the database can’t be created', async () => {
    await writeFile(join(folder, 'a-file'), '');
    const server = start({ DATABASE_URL: `sqlite:${join(folder, 'a-file', 'x.db')}` });
    expect(await server.exit).toBe(1);
    expect(server.lines.join('\n')).toContain('the server could not start');
  });

  test('on a port that is taken', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const server = start({ PORT: String(address.port) });
    expect(await server.exit).toBe(1);
    expect(server.lines.join('\n')).toContain('EADDRINUSE');
    other.close();
  });
});

describe.concurrent('runs', () => {
  test('without an App: it runs, logs what is missing, and answers webhooks with 503; SIGTERM ends it with 0', async () => {
    const server = start({});
    const url = `http://127.0.0.1:${await portOf(server)}`;
    expect(await server.logged('not configured: set APP_ID')).toContain('"level":30');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const answer = await fetch(`${url}${WEBHOOKS}`, { method: 'POST', headers: headersOf('{}'), body: '{}' });
    expect(answer.status).toBe(503);
    server.process.kill('SIGTERM');
    expect(await server.exit).toBe(0);
    expect(server.lines.at(-1)).toContain('drained');
  });

  test('with an App: ready once GitHub accepted it, and SIGINT ends it like SIGTERM', async () => {
    const server = start(github.env);
    const url = `http://127.0.0.1:${await portOf(server)}`;
    await server.logged('GitHub accepted the credentials');
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    server.process.kill('SIGINT');
    expect(await server.exit).toBe(0);
  });

  test('a job that runs at SIGTERM is finished, and no new one is started', async () => {
    const reached = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const registry = await startRegistryDouble();
    registry.onRequest(async () => {
      reached.resolve();
      await held.promise;
    });
    const { server, database } = await promote(registry);
    await reached.promise;
    server.process.kill('SIGTERM');
    await server.logged('draining');
    held.resolve();
    expect(await server.exit).toBe(0);
    const store = await openStore({ url: database });
    // Delivery, comment and the command are done; its answer waits for the next process, and 👀 may.
    const queued = expect.toBeOneOf([2, 3]);
    expect(await countJobs(store.db, Date.now())).toMatchObject({ running: 0, dead: 0, queued });
    await store.close();
    await registry.close();
  });

  test('a job that does not end is returned to the next process, within ten seconds', async () => {
    const reached = Promise.withResolvers<void>();
    const registry = await startRegistryDouble();
    registry.onRequest(() => {
      reached.resolve();
      return new Promise(() => undefined);
    });
    const { server, database } = await promote(registry);
    await reached.promise;
    const at = performance.now();
    server.process.kill('SIGTERM');
    expect(await server.exit).toBe(0);
    expect(performance.now() - at).toBeLessThan(10_000);
    const store = await openStore({ url: database });
    expect(await countJobs(store.db, Date.now())).toMatchObject({
      running: 0,
      queued: expect.toBeOneOf([1, 2]),
      dead: 0,
    });
    await store.close();
    await registry.close();
  });

  test('the content of a delivery is not in the log, even if it can’t be parsed', async () => {
    const server = start(github.env);
    const url = `http://127.0.0.1:${await portOf(server)}`;
    const body = JSON.stringify({
      action: 'created',
      comment: { body: '/promote the-private-words' },
      repository: { id: 7 },
    });
    const answer = await fetch(`${url}${WEBHOOKS}`, { method: 'POST', headers: headersOf(body), body });
    expect(answer.status).toBe(202);
    await server.logged('a job failed and will be retried');
    server.process.kill('SIGTERM');
    expect(await server.exit).toBe(0);
    const log = server.lines.join('\n');
    expect(log).not.toContain('the-private-words');
    expect(log).not.toContain(SECRET);
    expect(log).not.toContain('PRIVATE KEY');
  });
});

/** A process that has been asked to promote something, with a GitHub of its own. */
async function promote(registry: RegistryDouble): Promise<{ readonly server: Server; readonly database: string }> {
  const database = `sqlite:${join(folder, `${crypto.randomUUID()}.db`)}`;
  const own = await startGitHub();
  worlds.add(own);
  const server = start({ ...own.env, DATABASE_URL: database, REGISTRY_HOST: registry.host });
  own.setAppUrl(`http://127.0.0.1:${await portOf(server)}`);
  const repo = await own.repo({ owner: 'acme', name: 'dotca', users: { ada: 'write' } });
  const issue = repo.openIssue({ title: 'Release', by: 'ada' });
  const { delivery } = await repo.comment({ issue, by: 'ada', body: '/promote staging' });
  expect(delivery.status).toBe(202);
  return { server, database };
}
