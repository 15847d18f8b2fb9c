// The Dockerfile, replayed step by step in a folder: the same copies, the same commands, and its server as its own user.
import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, copyFile, cp, link, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { environmentOf, readDockerfile, type Instruction } from './dockerfile.ts';

const ROOT = join(import.meta.dirname, '../..');
const IGNORED = readFileSync(join(ROOT, '.dockerignore'), 'utf8');
const run = promisify(execFile);

/** Another uid can only be taken by root; a container engine is not needed. */
const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot)('the image (needs root, to run as the uid that the image names)', () => {
  let folder: string;
  let image: string;
  let bin: string;
  const { stages } = readDockerfile();
  const last = stages.at(-1);
  if (last === undefined) throw new Error('the Dockerfile has no stage');
  const environment = environmentOf(last.instructions);
  const [uid = 0, gid = 0] = rest('USER').split(':').map(Number);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imprimatur-image-'));
    // The user of the image must get through to its own files.
    await chmod(folder, 0o755);
    bin = join(folder, 'bin');
    await mkdir(bin);
    await link(process.execPath, join(bin, 'node')).catch(() => copyFile(process.execPath, join(bin, 'node')));
    for (const stage of stages) await build(stage);
    image = join(folder, last.name);
  }, 240_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** A folder per stage, standing for its root. */
  async function build(stage: { readonly name: string; readonly instructions: readonly Instruction[] }): Promise<void> {
    const root = join(folder, stage.name);
    await mkdir(join(root, 'usr/local/bin'), { recursive: true });
    let workdir = '/';
    for (const { word, rest: words } of stage.instructions) {
      if (word === 'WORKDIR') {
        workdir = words;
        await mkdir(join(root, workdir), { recursive: true });
      } else if (word === 'COPY') await copy(words, join(root, workdir));
      else if (word === 'RUN') await shell(within(root, words), join(root, workdir));
    }
  }

  async function copy(words: string, workdir: string): Promise<void> {
    const parts = words.split(' ');
    const from = parts[0]?.startsWith('--from=') === true ? parts.shift()?.replace('--from=', '') : undefined;
    const target = parts.pop() ?? '';
    for (const source of parts) {
      if (from === undefined) expect(IGNORED.split('\n')).toContain(`!${source}`);
      const path = from === undefined ? join(ROOT, source) : join(folder, from, source);
      await cp(path, target === './' ? join(workdir, source) : join(workdir, target), {
        recursive: true,
        verbatimSymlinks: true,
      });
    }
  }

  async function shell(command: string, cwd: string): Promise<void> {
    const PATH = `${bin}${delimiter}${process.env['PATH'] ?? ''}`;
    // What the clone's own installation left at hand need not be fetched again.
    await run('sh', ['-ec', command], { cwd, env: { ...process.env, PATH, npm_config_prefer_offline: 'true' } });
  }

  function rest(word: string): string {
    return last?.instructions.find((instruction) => instruction.word === word)?.rest ?? '';
  }

  /** As the engine starts it: its user, its folder, its variables, and a PATH that leads to nothing but node. */
  function start(
    command: string,
    env: Readonly<Record<string, string>>,
  ): ChildProcessByStdio<null, Readable, Readable> {
    const [program = '', ...words] = z.array(z.string()).parse(JSON.parse(command));
    const own = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, within(image, value)]));
    return spawn(join(bin, program), words, {
      cwd: join(image, 'app'),
      uid,
      gid,
      env: { PATH: bin, ...own, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  test('starts as its user, is healthy, keeps its database in the volume, and ends on SIGTERM', async () => {
    const port = String(await freePort());
    const env = { PORT: port, HOST: '127.0.0.1', PUBLIC_URL: 'https://imprimatur.acme.example' };
    const server = start(rest('CMD'), env);
    const ended = once(server, 'close');
    const [line]: unknown[] = await once(createInterface({ input: server.stdout }), 'line');
    expect(String(line)).toContain('"msg":"listening');
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/setup`)).status).toBe(200);

    const check = start(rest('HEALTHCHECK').replace(/^.*?CMD /, ''), env);
    expect((await once(check, 'close'))[0]).toBe(0);
    const elsewhere = start(rest('HEALTHCHECK').replace(/^.*?CMD /, ''), { ...env, PORT: String(await freePort()) });
    expect((await once(elsewhere, 'close'))[0]).toBe(1);

    const database = await stat(join(image, 'data/imprimatur.db'));
    expect([database.uid, database.gid]).toEqual([uid, gid]);
    server.kill('SIGTERM');
    expect((await ended)[0]).toBe(0);
  });

  test('has the command imprimatur in its PATH', async () => {
    const child = spawn('/bin/sh', ['-c', 'imprimatur --version && imprimatur migrate && imprimatur jobs list'], {
      cwd: '/',
      uid,
      gid,
      env: {
        PATH: `${join(image, 'usr/local/bin')}${delimiter}${bin}${delimiter}/usr/bin`,
        DATABASE_URL: `sqlite:${join(image, 'data/other.db')}`,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    expect((await once(child, 'close'))[0]).toBe(0);
    expect(output).toMatch(/^imprimatur \d+\.\d+\.\d+\n[^\n]+\n0 [^\n]+\n$/);
  });

  test('its user can write to the volume, and nowhere else', async () => {
    const tries = ['data/x', 'x', 'app/.env', 'app/src/main.ts', 'app/node_modules/x'].map((path) => join(image, path));
    const script = `const fs = require('node:fs'); for (const path of ${JSON.stringify(tries)}) {
      try { fs.closeSync(fs.openSync(path, 'a')); console.log('yes'); } catch (error) { console.log(error.code); } }`;
    const child = start(JSON.stringify(['node', '-e', script]), {});
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    await once(child, 'close');
    expect(output.trim().split('\n')).toEqual(['yes', 'EACCES', 'EACCES', 'EACCES', 'EACCES']);
  });

  test('holds what the server needs, and nothing of development', async () => {
    const held = await readdir(join(image, 'app'));
    expect(held.toSorted()).toEqual(['LICENSE', 'app.yml', 'node_modules', 'package.json', 'src']);
    for (const name of ['vitest', 'typescript', 'oxlint', 'node', 'emulate']) {
      expect(existsSync(join(image, 'app/node_modules', name)), name).toBe(false);
    }
    expect(existsSync(join(image, 'app/node_modules/probot'))).toBe(true);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** The container's absolute paths, in the folder that stands for its root. */
function within(root: string, text: string): string {
  return text.replaceAll(/(?<=[\s:=]|^)\/(?:data|app|usr\/local\/bin)\b/g, (path) => `${root}${path}`);
}
