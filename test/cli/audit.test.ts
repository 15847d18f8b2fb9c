// `audit verify` and `audit export` on a real database file, also one that somebody tampered with.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AuditEntry } from '../../src/domain/audit/audit.ts';
import { parseRepoName } from '../../src/domain/image/reference.ts';
import { appendAudit } from '../../src/store/audit.ts';
import { openStore } from '../../src/store/database/database.ts';
import { migrate } from '../../src/store/database/migrations.ts';
import { saveRepo } from '../../src/store/repos.ts';
import { z } from 'zod';
import { must } from '../domain/build.ts';
import { sha256 } from '../store/fixtures.ts';
import { say } from './harness.ts';

const CLI = new URL('../../src/cli.ts', import.meta.url).pathname;
const AT = Date.UTC(2027, 0, 2, 3, 4, 5);

let folder = '';
let file = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imprimatur-cli-'));
  file = join(folder, 'audit.db');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

/** Runs the real command line; `lines`: reads so many, then closes the pipe as `head` does. */
async function cli(words: string, options: { readonly lines?: number; readonly env?: object } = {}): Promise<Ended> {
  const env = { PATH: process.env['PATH'], DATABASE_URL: `sqlite:${file}`, ...options.env };
  const child = spawn(process.execPath, [CLI, ...words.split(' ').filter((word) => word !== '')], {
    env,
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    if (options.lines !== undefined && out.split('\n').length > options.lines) child.stdout.destroy();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, out, err };
}

function entry(kind: string, over: Partial<AuditEntry> = {}): AuditEntry {
  return { kind, at: AT, promotion: 1, actor: null, details: {}, ...over };
}

async function write(trails: Readonly<Record<string, readonly AuditEntry[]>>): Promise<void> {
  const store = await openStore({ url: `sqlite:${file}` });
  await migrate(store, AT);
  for (const [index, [text, rows]] of Object.entries(trails).entries()) {
    const name = parseRepoName(text);
    if (name === null) throw new Error(`${text} is no repository name`);
    const repoId = 40 + index;
    await store.transaction(async (tx) => {
      await saveRepo(tx, { id: repoId, name, installationId: 7 }, AT);
      await appendAudit(tx, { repoId, entries: rows, sha256 });
    });
  }
  await store.close();
}

function tamper(sql: string): void {
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  database.exec(sql);
  database.close();
}

function entries(count: number): readonly AuditEntry[] {
  return Array.from({ length: count }, (_, index) => entry('requested', { promotion: index + 1 }));
}

const Verified = z.object({
  intact: z.boolean(),
  repos: z.array(
    z.object({
      repo: z.string(),
      repoId: z.number(),
      intact: z.boolean(),
      verification: z.object({
        rows: z.number(),
        head: z.object({ seq: z.number(), hash: z.string() }).nullable(),
        problem: z.object({ seq: z.number(), problem: z.string() }).nullable(),
      }),
    }),
  ),
});

async function verify(words = ''): Promise<z.infer<typeof Verified> & { readonly code: number | null }> {
  const { code, out, err } = await cli(`audit verify --json ${words}`);
  expect(err).toBe('');
  return { code, ...Verified.parse(JSON.parse(out)) };
}

test('an intact trail: each repository with its rows and the head that cards show', async () => {
  await write({ 'acme/dotca': entries(3), 'acme/api': entries(1) });
  const { code, intact, repos } = await verify();
  expect({ code, intact }).toEqual({ code: 0, intact: true });
  expect(repos).toMatchObject([
    { repo: 'acme/dotca', intact: true, verification: { rows: 3, head: { seq: 3 }, problem: null } },
    { repo: 'acme/api', intact: true, verification: { rows: 1, head: { seq: 1 }, problem: null } },
  ]);
  const { code: ended, out, err } = await cli('audit verify');
  for (const [index, { repo, verification }] of repos.entries()) {
    const { seq, hash } = must(verification.head);
    expect(out.split('\n')[index]).toMatch(new RegExp(`^${repo}: ${verification.rows} .*${seq}·${hash.slice(0, 8)}`));
  }
  expect({ ended, err }).toEqual({ ended: 0, err: '' });
});

/** What was done to a trail of five rows, and the first row that is wrong. */
const TAMPERED = [
  [
    'a changed entry',
    `UPDATE audit SET entry = replace(entry, 'requested', 'promoted') WHERE seq = 3`,
    { seq: 3, problem: 'changed' },
  ],
  ['a removed row', 'DELETE FROM audit WHERE seq = 2', { seq: 2, problem: 'missing' }],
  ['a removed newest row', 'DELETE FROM audit WHERE seq = 5', { seq: 5, problem: 'missing' }],
  [
    'two rows that changed places',
    'UPDATE audit SET seq = 99 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 99',
    { seq: 2, problem: 'changed' },
  ],
  [
    'a row after the head',
    'UPDATE repos SET audit_seq = 4, audit_hash = (SELECT hash FROM audit WHERE seq = 4)',
    { seq: 5, problem: 'beyond-head' },
  ],
  ['a head of another row', `UPDATE repos SET audit_hash = 'f00d'`, { seq: 5, problem: 'changed' }],
] as const;

test.each(TAMPERED)('%s is named, and the exit code is 1', async (_, sql, problem) => {
  await write({ 'acme/dotca': entries(5) });
  tamper(sql);
  expect(await verify('--repo acme/dotca')).toMatchObject({
    code: 1,
    intact: false,
    repos: [{ repo: 'acme/dotca', intact: false, verification: { problem } }],
  });
  const { code, out } = await cli('audit verify --repo acme/dotca');
  expect(out).toMatch(new RegExp(`^acme/dotca: .*\\b${problem.seq}\\b`));
  expect(code).toBe(1);
});

test('one bad repository makes the whole check fail, and the others are still shown', async () => {
  await write({ 'acme/dotca': entries(2), 'acme/api': entries(2) });
  tamper(`UPDATE audit SET entry = '{}' WHERE repo_id = 40 AND seq = 1`);
  expect(await verify()).toMatchObject({
    code: 1,
    intact: false,
    repos: [
      { repo: 'acme/dotca', intact: false, verification: { problem: { seq: 1, problem: 'changed' } } },
      { repo: 'acme/api', intact: true, verification: { rows: 2, problem: null } },
    ],
  });
  const { code, out } = await cli('audit verify');
  expect(out).toMatch(/^acme\/dotca: .*\b1\b.*\nacme\/api: 2 .*\n$/);
  expect(code).toBe(1);
});

test('rows whose repository is gone from the database are found under its id', async () => {
  await write({ 'acme/dotca': entries(2) });
  tamper('DELETE FROM repos');
  expect(await verify()).toMatchObject({
    code: 1,
    repos: [{ repoId: 40, verification: { problem: { seq: 1, problem: 'beyond-head' } } }],
  });
});

test('a repository is found by its name in any case, and a name without rows exits with 1', async () => {
  await write({ 'acme/dotca': entries(2), 'acme/api': entries(1) });
  const found = await verify('--repo Acme/API');
  expect(found.repos).toMatchObject([{ repo: 'acme/api', intact: true, verification: { rows: 1, head: { seq: 1 } } }]);
  const missing = await cli('audit verify --repo acme/dotka');
  expect(missing).toEqual({
    code: 1,
    out: '',
    err: expect.stringMatching(/^imprimatur audit verify: .*\bacme\/dotka\b.*\n$/),
  });
});

test('an empty trail is intact', async () => {
  await write({});
  expect(await verify()).toEqual({ code: 0, intact: true, repos: [] });
  expect(await cli('audit verify')).toMatchObject({ code: 0, err: '' });
});

async function textOf(line = 'audit verify'): Promise<string> {
  const { out, err } = await say(line, { env: { DATABASE_URL: `sqlite:${file}` } });
  return `${out}${err}`
    .replaceAll(/·[0-9a-f]{8}/g, '·<hash>')
    .replaceAll(file, '<file>')
    .trimEnd();
}

test('the words of a verification', async () => {
  const lines = [await textOf()];
  await write({});
  lines.push(await textOf());
  await write({ 'acme/dotca': entries(5) });
  lines.push(await textOf(), await textOf('audit verify --repo acme/dotka'));
  for (const [, sql] of TAMPERED) {
    await rm(file);
    await write({ 'acme/dotca': entries(5) });
    tamper(sql);
    lines.push(await textOf());
  }
  tamper('DELETE FROM repos');
  lines.push(await textOf());
  expect(lines).toMatchSnapshot();
});

test('the export in JSON lines holds every row with its hashes', async () => {
  await write({
    'acme/dotca': [
      entry('requested', { actor: { id: 1, login: 'ada' }, details: { reason: 'a "quoted",\nlong reason' } }),
      entry('promoted'),
    ],
  });
  const { code, out } = await cli('audit export');
  const rows = out
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(rows).toMatchObject([
    {
      repo: 'acme/dotca',
      repoId: 40,
      seq: 1,
      previousHash: '0'.repeat(64),
      entry: { kind: 'requested', actor: { login: 'ada' }, details: { reason: 'a "quoted",\nlong reason' } },
    },
    { seq: 2, entry: { kind: 'promoted', at: AT } },
  ]);
  expect(code).toBe(0);
});

test('the export in CSV quotes what must be quoted', async () => {
  const details = { reason: 'it said "no", twice' };
  await write({ 'acme/dotca': [entry('rejected', { actor: { id: 1, login: 'ada' }, details })] });
  const { out } = await cli('audit export --format csv --repo acme/dotca');
  const [header, row] = out.split('\r\n');
  expect(header).toBe('repo,repo_id,seq,at,kind,promotion,actor,details,previous_hash,hash');
  expect(row).toMatch(
    /^acme\/dotca,40,1,2027-01-02T03:04:05\.000Z,rejected,P1,ada,"\{""reason"":""it said \\""no\\"", twice""\}",0{64},[0-9a-f]{64}$/,
  );
});

test('a row with foreign content is exported unchanged', async () => {
  await write({ 'acme/dotca': entries(1) });
  tamper(`UPDATE audit SET entry = 'not, JSON'`);
  expect((await cli('audit export --format csv')).out).toContain('acme/dotca,40,1,,,,,"not, JSON",');
  expect((await cli('audit export')).out).toContain('"entry":"not, JSON"');
});

test('an export of more than a page is complete, and one whose reader stops ends quietly', async () => {
  await write({
    'acme/dotca': Array.from({ length: 2500 }, () => entry('requested', { details: { pad: 'x'.repeat(200) } })),
  });
  const whole = await cli('audit export');
  expect(whole.out.trimEnd().split('\n')).toHaveLength(2500);
  const cut = await cli('audit export', { lines: 3 });
  expect({ code: cut.code, err: cut.err }).toEqual({ code: 0, err: '' });
});

test('a missing file is reported, and stays missing', async () => {
  const { code, err } = await cli('audit verify');
  expect(err).toMatch(/^imprimatur audit verify: .*DATABASE_URL/);
  expect(err).toContain(file);
  expect(code).toBe(1);
  expect(existsSync(file)).toBe(false);
});

test('a database without our tables is not changed', async () => {
  await writeFile(file, '');
  const { code, err } = await cli('audit export');
  expect(err).toMatch(/^imprimatur audit export: .*DATABASE_URL/);
  expect(code).toBe(1);
  const database = new DatabaseSync(file);
  expect(database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()).toEqual({ tables: 0 });
  database.close();
});

test('a file that is not a database gives a sentence, not a stack trace', async () => {
  await writeFile(file, 'x'.repeat(5000));
  const { code, err } = await cli('audit verify');
  expect(err).toMatch(/^imprimatur audit verify: [^\n]+\n$/);
  expect(code).toBe(1);
});

test('secrets of the App are not needed, and a half-configured environment does not matter', async () => {
  await write({ 'acme/dotca': entries(1) });
  const { code } = await cli('audit verify', { env: { APP_ID: '1', PORT: 'x' } });
  expect(code).toBe(0);
});
