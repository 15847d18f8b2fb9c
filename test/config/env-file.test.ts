// What a .env file holds after variables were added to it, and what is never done to it.
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addToEnvFile } from '../../src/config/env-file.ts';

const VARIABLES = { APP_ID: '4711', PRIVATE_KEY: 'LS0tLS1CRUdJTg==', WEBHOOK_SECRET: 'a-secret-of-github' };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imprimatur-env-file-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileWith(text: string): Promise<string> {
  const path = join(folder, `${crypto.randomUUID()}.env`);
  await writeFile(path, text, { mode: 0o644 });
  return path;
}

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}

describe('it is written', () => {
  test.each<readonly [string, string, string]>([
    ['into an empty file', '', 'APP_ID=4711\nPRIVATE_KEY=LS0tLS1CRUdJTg==\nWEBHOOK_SECRET=a-secret-of-github\n'],
    [
      'behind a last line without its end',
      'PORT=4000',
      'PORT=4000\nAPP_ID=4711\nPRIVATE_KEY=LS0tLS1CRUdJTg==\nWEBHOOK_SECRET=a-secret-of-github\n',
    ],
    [
      'where a copied example has empty lines, in their place',
      '# The number\nAPP_ID=\n#PRIVATE_KEY=\nWEBHOOK_SECRET=""\nGHCR_TOKEN=\n',
      '# The number\nAPP_ID=4711\n#PRIVATE_KEY=\nWEBHOOK_SECRET=a-secret-of-github\nGHCR_TOKEN=\nPRIVATE_KEY=LS0tLS1CRUdJTg==\n',
    ],
    [
      'and a shell may still export it',
      'export APP_ID=\nPORT=1',
      'export APP_ID=4711\nPORT=1\nPRIVATE_KEY=LS0tLS1CRUdJTg==\nWEBHOOK_SECRET=a-secret-of-github\n',
    ],
  ])('%s', async (_where, before, after) => {
    const path = await fileWith(before);
    expect(await addToEnvFile(path, VARIABLES)).toEqual({ kind: 'written', path });
    expect(await readFile(path, 'utf8')).toBe(after);
    expect(parseEnv(after)).toMatchObject(VARIABLES);
    expect(await modeOf(path)).toBe(0o600);
  });

  test('into a new file that only its owner can read', async () => {
    const path = join(folder, 'new.env');
    expect(await addToEnvFile(path, VARIABLES)).toEqual({ kind: 'written', path });
    expect(parseEnv(await readFile(path, 'utf8'))).toEqual(VARIABLES);
    expect(await modeOf(path)).toBe(0o600);
  });

  test('through a link, which stays one', async () => {
    const real = await fileWith('PORT=1\n');
    const path = join(folder, 'linked.env');
    await symlink(real, path);
    expect(await addToEnvFile(path, VARIABLES)).toEqual({ kind: 'written', path });
    expect(parseEnv(await readFile(real, 'utf8'))).toEqual({ PORT: '1', ...VARIABLES });
  });
});

describe('it is not changed', () => {
  test.each<readonly [string, string, string]>([
    ['where it names an App', 'APP_ID=1\n', 'APP_ID'],
    ['where it has a secret, even in quotes', 'APP_ID=\nWEBHOOK_SECRET="mine"\n', 'WEBHOOK_SECRET'],
    ['where a later line says what an earlier one left empty', 'APP_ID=\nAPP_ID=2\n', 'APP_ID'],
    ['where it has two of them', 'PRIVATE_KEY="a\nb"\nAPP_ID=1\n', 'APP_ID, PRIVATE_KEY'],
  ])('%s', async (_where, text, named) => {
    const path = await fileWith(text);
    expect(await addToEnvFile(path, VARIABLES)).toEqual({
      kind: 'not-written',
      why: `${path} already sets ${named}`,
    });
    expect(await readFile(path, 'utf8')).toBe(text);
    expect(await modeOf(path)).toBe(0o644);
  });

  test('if it is not a file', async () => {
    const path = join(folder, 'a-folder');
    await mkdir(path);
    const result = await addToEnvFile(path, VARIABLES);
    expect(result).toEqual({ kind: 'not-written', why: `${path} can't be written (EISDIR)` });
  });

  test('if its folder is missing', async () => {
    const path = join(folder, 'nowhere', '.env');
    const result = await addToEnvFile(path, VARIABLES);
    expect(result).toEqual({ kind: 'not-written', why: `${path} can't be written (ENOENT)` });
  });
});
