// Commands of those who run a server: dead jobs, the schema, a copy of the database.
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatAge, formatTime } from '../../src/messages/format.ts';
import { parseRepoName } from '../../src/domain/image/reference.ts';
import { appendAudit } from '../../src/store/audit.ts';
import { openStore, type Store } from '../../src/store/database/database.ts';
import { addJob, claimJob, parkJob } from '../../src/store/queue/jobs.ts';
import { createSetupTokens } from '../../src/engine/installations/setup-token.ts';
import { migrate } from '../../src/store/database/migrations.ts';
import { saveRepo } from '../../src/store/repos.ts';
import { z } from 'zod';
import { insertPromotion } from '../../src/store/promotions/promotions.ts';
import { must } from '../messages/sample-view.ts';
import { promotion, repo, sha256 } from '../store/fixtures.ts';
import { say, widthOf, type Ended } from './harness.ts';

const NOW = Date.UTC(2026, 10, 24, 9);
const HOUR_MS = 60 * 60 * 1000;

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imprimatur-cli-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function cli(line: string | readonly string[], width = Infinity): Promise<Ended> {
  return say(line, { env: { DATABASE_URL: `sqlite:${join(folder, 'app.db')}` }, width, now: () => NOW });
}

async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ url: `sqlite:${join(folder, 'app.db')}` });
  try {
    await migrate(store, NOW);
    return await work(store);
  } finally {
    await store.close();
  }
}

/** A job that was given up an hour ago. */
function park(error: string, { kind = 'reply', payload = '{"text":"hi\\u0007"}' } = {}): Promise<number> {
  return withStore(async (store) => {
    const at = NOW - HOUR_MS;
    const job = { kind, key: null, queueKey: null, payload, runAt: at, now: at };
    await store.transaction((tx) => addJob(tx, job));
    const claimed = await claimJob(store.db, { now: at, lease: 'l', leaseMs: 1000 });
    if (claimed === null) throw new Error('nothing was claimed');
    await store.transaction((tx) => parkJob(tx, { id: claimed.id, lease: 'l', error, now: at }));
    return claimed.id;
  });
}

async function listed(): Promise<unknown> {
  return JSON.parse((await cli('jobs list --json')).out);
}

/** What people read of it. */
function textOf({ out, err }: Ended): string {
  return `${out}${err}`.replaceAll(folder, '<folder>');
}

describe('dead jobs', () => {
  test('none is a valid answer', async () => {
    await withStore(async () => undefined);
    expect(await cli('jobs list')).toMatchObject({ code: 0, err: '' });
    expect(await listed()).toMatchObject({ counts: { dead: 0, queued: 0, running: 0 }, dead: [] });
  });

  test('are listed with their errors, in the columns of a terminal', async () => {
    const first = await park(
      'creating a comment on acme/dotca#3: HTTP 403. Grant the App the permission issues: write.',
    );
    const second = await park('it \u001b[31mbroke');
    const { code, out } = await cli('jobs list', 80);
    const age = formatAge(0, 3_600_000);
    expect(out).toMatch(new RegExp(`^${second} +reply +- +1 +${age} +it`, 'm'));
    expect(out).toMatch(new RegExp(`^${first} +reply +- +1 +${age} +creating a`, 'm'));
    expect(out).not.toContain('\u001b');
    expect(out).toMatch(/\n\n2 .*\b0 .*\b0 .*\n$/);
    expect(widthOf(out)).toBeLessThanOrEqual(80);
    expect(code).toBe(0);
    const json = await cli('jobs list --json --limit 1');
    expect(JSON.parse(json.out)).toMatchObject({
      counts: { dead: 2, queued: 0 },
      dead: [{ id: second, kind: 'reply', key: null, attempts: 1, parkedAt: '2026-11-24T08:00:00.000Z' }],
    });
  });

  const REPO = { id: 1, name: 'acme/dotca', installationId: 7 };
  test.each([
    ['a promotion', 'update-card', { promotionId: 'p-1' }, 'acme/dotca P4'],
    ['the check run of a promotion', 'click', { repo: REPO, externalId: 'p-1' }, 'acme/dotca P4'],
    [
      'a command that names a promotion',
      'command',
      { repo: REPO, issue: 3, line: { command: { id: 9 } } },
      'acme/dotca P9',
    ],
    [
      'a command that names none',
      'command',
      { repo: REPO, issue: 3, line: { command: { id: null } } },
      'acme/dotca #3',
    ],
    ['a repository', 'revisit-policy', { repoId: 1 }, 'acme/dotca'],
    ['a repository that was renamed', 'push', { repo: { ...REPO, name: 'acme/old' } }, 'acme/dotca'],
    ['a repository that is not known', 'revisit-policy', { repoId: 99 }, 'repository 99'],
    [
      'a delivery',
      'delivery',
      { body: JSON.stringify({ repository: { id: 2, full_name: 'acme/new' }, issue: { number: 5 } }) },
      'acme/new #5',
    ],
    ['a delivery that is no JSON', 'delivery', { body: '{' }, '-'],
    ['members of other types', 'reply', { promotionId: 7, repoId: 'x', repo: null, issue: -1, body: 1 }, '-'],
  ])('name what they are about: %s', async (_, kind, payload, about) => {
    await withStore((store) =>
      store.transaction(async (tx) => {
        await saveRepo(tx, { ...repo, id: 1, name: must(parseRepoName('acme/dotca')) }, NOW);
        await insertPromotion(tx, promotion({ id: 'p-1', number: 4, repo: { ...repo, id: 1 } }));
      }),
    );
    const id = await park('it broke', { kind, payload: JSON.stringify({ kind, ...payload }) });
    expect((await cli('jobs list')).out).toMatch(new RegExp(`^${id} +${kind} +${about} +1 `, 'm'));
    expect((await cli(`jobs show ${id}`)).out).toMatch(new RegExp(`^About +${about}$`, 'm'));
    const [name, number] = about === '-' ? [null] : about.split(/ (?=[P#])/);
    expect(JSON.parse((await cli(`jobs show ${id} --json`)).out)).toMatchObject({
      repo: name,
      promotion: number?.startsWith('P') === true ? number : null,
    });
  });

  test('are shown whole', async () => {
    const id = await park('it broke');
    const { out } = await cli(`jobs show ${id}`);
    const at = formatTime(NOW - HOUR_MS);
    for (const value of ['reply', at, 'it broke', '{"text":"hi\\u0007"}']) expect(out).toContain(value);
    expect(JSON.parse((await cli(`jobs show ${id} --json`)).out)).toMatchObject({
      id,
      kind: 'reply',
      attempts: 1,
      error: 'it broke',
      createdAt: '2026-11-24T08:00:00.000Z',
      parkedAt: '2026-11-24T08:00:00.000Z',
      payload: '{"text":"hi\\u0007"}',
    });
  });

  test('are retried, and then are no longer dead', async () => {
    const id = await park('it broke');
    expect(await cli(`jobs retry ${id}`)).toMatchObject({
      code: 0,
      out: expect.stringMatching(new RegExp(`\\b${id}\\b`)),
    });
    expect(await listed()).toMatchObject({ counts: { dead: 0, queued: 1, running: 0 }, dead: [] });
    const claimed = await withStore((store) => claimJob(store.db, { now: NOW, lease: 'm', leaseMs: 1000 }));
    expect(claimed).toMatchObject({ id, attempts: 1 });
  });

  test('are gone when they are dropped', async () => {
    const id = await park('it broke');
    const { code, out, err } = await cli(`jobs drop ${id}`);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(new RegExp(`\\b${id}\\b`));
    expect(await listed()).toMatchObject({ counts: { dead: 0, queued: 0, running: 0 }, dead: [] });
  });

  test.each(['show', 'retry', 'drop'])('%s of a missing one exits with 1', async (what) => {
    await withStore(async () => undefined);
    const { code, out, err } = await cli(`jobs ${what} 99`);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(new RegExp(`^imprimatur jobs ${what}: .*\\b99\\b.*\\n$`));
  });

  test('a number is a number', async () => {
    const { code, err } = await cli('jobs retry all');
    expect(err).toMatch(/^imprimatur jobs retry: "all" is not valid for <id>/);
    expect(code).toBe(2);
  });

  test('the words around them', async () => {
    const first = await park('it broke');
    const texts = [
      await cli('jobs list'),
      await cli(`jobs show ${first}`),
      await cli(`jobs retry ${first}`),
      await cli('jobs list'),
    ];
    const [second] = [await park('it broke'), await park('it broke again')];
    texts.push(await cli('jobs list --limit 1'), await cli(`jobs drop ${second}`), await cli(`jobs show ${second}`));
    expect(texts.map(textOf).join('\n')).toMatchSnapshot();
  });
});

describe('setup', () => {
  test('makes a token for /setup, and stores only its hash', async () => {
    await cli('migrate');
    const Made = z.object({ token: z.string(), expiresAt: z.string() });
    const first = Made.parse(JSON.parse((await cli('setup --json')).out));
    const second = Made.parse(JSON.parse((await cli('setup --json')).out));
    expect(Date.parse(second.expiresAt)).toBe(NOW + 30 * 60 * 1000);
    await withStore(async (store) => {
      const tokens = createSetupTokens(store, () => NOW);
      expect(await tokens.check(first.token)).toBeNull();
      expect(await tokens.check(second.token)).not.toBeNull();
    });
  });

  test('creates no token without a database', async () => {
    expect(await cli('setup')).toMatchObject({ code: 1, out: '' });
  });
});

describe('migrate', () => {
  test('creates a missing database, and has nothing to do the second time', async () => {
    const made = await cli('migrate --json');
    const Migrated = z.object({ from: z.number(), to: z.number() });
    const { from, to } = Migrated.parse(JSON.parse(made.out));
    expect({ code: made.code, from, isNewer: to > from }).toEqual({ code: 0, from: 0, isNewer: true });
    expect(JSON.parse((await cli('migrate --json')).out)).toEqual({ from: to, to });
    expect(JSON.parse((await cli('audit verify --json')).out)).toEqual({ intact: true, repos: [] });
  });

  test('the words of it', async () => {
    const texts = [await cli('migrate'), await cli('migrate')].map(textOf);
    expect(texts.join('').replaceAll(/\d+/g, '<n>')).toMatchSnapshot();
  });
});

const OLDER = 'DELETE FROM migrations';
const NEWER = `INSERT INTO migrations VALUES (999, 'x', 1)`;

async function changeVersion(sql: string): Promise<void> {
  await withStore(async () => undefined);
  const database = new DatabaseSync(join(folder, 'app.db'));
  database.exec(sql);
  database.close();
}

describe('a database of another version', () => {
  test.each([
    ['older', OLDER, /\bschema 0\b.*\bimprimatur migrate\b/],
    ['newer', NEWER, /\bschema 999\b/],
  ])('%s: nothing is read from it or changed in it', async (_, sql, named) => {
    await changeVersion(sql);
    for (const line of ['jobs list', 'audit verify', 'jobs drop 1']) {
      const { code, out, err } = await cli(line);
      expect(err).toMatch(named);
      expect({ code, out }).toEqual({ code: 1, out: '' });
    }
  });

  test('the words of both', async () => {
    await changeVersion(OLDER);
    const older = textOf(await cli('jobs list'));
    await rm(join(folder, 'app.db'));
    await changeVersion(NEWER);
    const newer = textOf(await cli('jobs list'));
    expect(`${older}${newer}`.replaceAll(/\d+/g, '<n>')).toMatchSnapshot();
  });
});

describe('backup', () => {
  test('copies the database, and prints the heads to compare with when it is restored', async () => {
    await withStore((store) =>
      store.transaction(async (tx) => {
        const name = parseRepoName('acme/dotca');
        if (name === null) throw new Error('no name');
        await saveRepo(tx, { id: 1, name, installationId: 7 }, NOW);
        const entries = [{ kind: 'requested', at: NOW, promotion: 1, actor: null, details: {} }];
        await appendAudit(tx, { repoId: 1, entries, sha256 });
      }),
    );
    const file = join(folder, 'copy of it.db');
    const { code, out } = await cli(['backup', file]);
    const [, head] = /copy of it\.db: \d+ kB\n {2}acme\/dotca: .*(1·[0-9a-f]{8})\n$/.exec(out) ?? [];
    expect(code).toBe(0);
    expect(existsSync(`${file}-wal`)).toBe(false);
    await withStore(async () => undefined);
    const restored = await say('audit verify', { env: { DATABASE_URL: `sqlite:${file}` } });
    expect(restored.code).toBe(0);
    expect(restored.out).toContain(head);
  });

  test('never overwrites a file', async () => {
    await withStore(async () => undefined);
    const file = join(folder, 'there.db');
    await writeFile(file, 'precious');
    const { code, err } = await cli(['backup', file]);
    expect(err).toMatch(/^imprimatur backup: .*\bthere\.db\b.*\n$/);
    expect({ code, text: await readFile(file, 'utf8') }).toEqual({ code: 1, text: 'precious' });
  });

  test('into a folder that does not exist is a sentence', async () => {
    await withStore(async () => undefined);
    const { code, err } = await cli(['backup', join(folder, 'none/copy.db')]);
    expect(err).toMatch(/^imprimatur backup: .*\/none\/copy\.db (?!.*\bENOENT\b).*\bfolder\b.*\n$/);
    expect(code).toBe(1);
  });

  test('has nothing to copy where there is no database, and makes none', async () => {
    const { code, err } = await cli(['backup', join(folder, 'copy.db')]);
    expect(err).toMatch(/^imprimatur backup: .*\bapp\.db\b.*DATABASE_URL/);
    expect({ code, made: existsSync(join(folder, 'app.db')) }).toEqual({ code: 1, made: false });
  });

  test('the words of it', async () => {
    await withStore(async () => undefined);
    const copy = ['backup', join(folder, 'copy.db')];
    const texts = [await cli(copy), await cli(copy)].map(textOf);
    expect(texts.join('').replaceAll(/\d+(?= kB)/g, '<n>')).toMatchSnapshot();
  });
});
