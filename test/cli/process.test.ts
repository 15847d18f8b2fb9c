// The command line as people start it: by npm, as a process, on a terminal.
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildImage } from '../support/registry/images.ts';
import { startRegistryDouble, type RegistryDouble } from '../support/registry/double.ts';
import type { Ended } from './harness.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const CLI = `${ROOT}src/cli.ts`;

let registry: RegistryDouble;

beforeAll(async () => {
  registry = await startRegistryDouble();
  const image = buildImage({ declaredLayerSizes: [120_000_000], cmd: ['x'] });
  registry.addImage({ repository: 'acme/dotca', tag: 'main', image });
});
afterAll(async () => {
  await registry.close();
});

async function run(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(command, [...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], TERM: 'xterm', REGISTRY_HOST: registry.host, DOCKER_CONFIG: '/none', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.err += text));
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve(status ?? -1));
  });
  return { code, ...texts };
}

test('npm run cli prints the answer alone, and ends with its exit code', async () => {
  const found = await run('npm', ['run', '--silent', 'cli', '--', 'tags', 'acme/dotca']);
  expect(found).toMatchObject({ code: 0, out: expect.stringMatching(/^IMAGE .*\n.* production {2}main\n/), err: '' });
  const missing = await run('npm', ['run', '--silent', 'cli', '--', 'inspect', 'acme/dotca:none']);
  expect(missing).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(/^imprimatur inspect: .*\bacme\/dotca:none\b/m),
  });
});

test('a usage error exits with 2, a requested help page with 0', async () => {
  expect(await run(process.execPath, [CLI, 'inspct'])).toMatchObject({ code: 2, out: '' });
  expect(await run(process.execPath, [CLI, '--help'])).toMatchObject({ code: 0, err: '' });
});

/** Prints to standard error each module that a process loads. */
const TRACE = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({
    load: (url, context, next) => {
      process.stderr.write(url + '\\n');
      return next(url, context);
    },
  });`)}`;

test('a command loads nothing of the server', async () => {
  const { code, err } = await run(process.execPath, ['--import', TRACE, CLI, 'tags', 'acme/dotca']);
  const loaded = err.split('\n');
  expect(code).toBe(0);
  expect(loaded.some((url) => url.endsWith('/src/registry/client.ts'))).toBe(true);
  const server = /\/src\/(?:app|web|webhooks|engine\/queue)\/|\/node_modules\/(?:probot|prom-client|node-cron)\//;
  expect(loaded.filter((url) => server.test(url))).toEqual([]);
});

test('credentials are sent only where they belong, and appear in no text', async () => {
  registry.quirks.auth = 'token';
  registry.quirks.deny403.push({ times: Infinity });
  const env = { GHCR_USERNAME: 'robot', GHCR_TOKEN: 'ghp_planted-secret' };
  const { code, out, err } = await run(process.execPath, [CLI, 'inspect', 'acme/dotca:main'], env);
  registry.quirks.deny403.length = 0;
  registry.quirks.auth = 'none';
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/^imprimatur inspect: /);
  expect(err).not.toContain('planted');
  const sent = registry.requests.map(({ authorization }) => Buffer.from(authorization ?? '', 'base64').toString());
  expect(sent.join()).not.toContain('planted');
});

/** A line that is written over, and names the image. */
// eslint-disable-next-line no-control-regex -- that is how a line is taken away again
const PROGRESS = /\r\u001b\[K[^\r]*\bacme\/dotca\b/;

/** `script` runs it on a terminal of its own; standard output and error are one there. */
function onTerminal(env: Record<string, string>): Promise<Ended> {
  const command = `stty cols 60; ${process.execPath} ${CLI} tags acme/dotca`;
  return run('script', ['-qec', command, '/dev/null'], env);
}

test('a terminal gets colours, progress, and lines that fit; NO_COLOR takes the colours away', async () => {
  const colourful = await onTerminal({});
  expect(colourful.out).toContain('\u001b[1mmain\u001b[22m');
  expect(colourful.out).toMatch(PROGRESS);
  const plain = await onTerminal({ NO_COLOR: '1' });
  // eslint-disable-next-line no-control-regex -- colours are what is looked for
  expect(plain.out).not.toMatch(/\u001b\[\d+m/);
  expect(plain.out).toMatch(/production {2}main\r\n/);
});
