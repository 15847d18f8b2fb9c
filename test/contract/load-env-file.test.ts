// What npm scripts preload: `.env` of the working folder is read where there is one, and the environment wins.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';

const ROOT = join(import.meta.dirname, '../..');
const Package = z.looseObject({ scripts: z.looseObject({ start: z.string(), cli: z.string() }) });
const PRELOAD = 'scripts/load-env-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imprimatur-env-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const Failed = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() });

/** A process in the folder that prints two of its variables. */
async function run(env: Readonly<Record<string, string>> = {}): Promise<z.infer<typeof Failed>> {
  const print = 'console.log(process.env.APP_ID, process.env.PORT)';
  const words = [`--import=${join(ROOT, PRELOAD)}`, '--eval', print];
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, words, { cwd: folder, env: { ...env } })) };
  } catch (error) {
    return Failed.parse(error);
  }
}

test('npm start and npm run cli preload it', async () => {
  const { scripts } = Package.parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));
  for (const script of [scripts.start, scripts.cli]) expect(script).toMatch(`node --import=./${PRELOAD} `);
});

test('without the file, nothing is printed', async () => {
  expect(await run({ PORT: '1' })).toEqual({ code: 0, stdout: 'undefined 1\n', stderr: '' });
});

test('the file fills in what the environment does not set', async () => {
  await writeFile(join(folder, '.env'), '# The number\nAPP_ID="4711"\nPORT=4000\n');
  expect(await run({ PORT: '1' })).toEqual({ code: 0, stdout: '4711 1\n', stderr: '' });
});

test('what is not a readable file ends the process before it starts', async () => {
  await mkdir(join(folder, '.env'));
  expect(await run()).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^imprimatur: \.env can't be read: it is a folder, not a file\. \S.*\n$/),
  });
});
