import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OutsideError } from '../../../src/net/outside-error.ts';
import { assertWritable, openStore, type Store } from '../../../src/store/database/database.ts';
import { migrate, MIGRATIONS } from '../../../src/store/database/migrations.ts';
import { findRepo, saveRepo } from '../../../src/store/repos.ts';
import { failureOf, gate, onBothEngines, untilSomebodyWaits } from '../engines.ts';
import { promotion, repo, storePromotion } from '../fixtures.ts';
import { insertPromotion } from '../../../src/store/promotions/promotions.ts';

async function tableNames(store: Store): Promise<readonly string[]> {
  const names = {
    sqlite: sql<{ name: string }>`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`,
    postgres: sql<{
      name: string;
    }>`SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1`,
  };
  const { rows } = await names[store.engine].execute(store.db);
  return rows.map(({ name }) => name);
}

/** Reads a counter, says so, waits, and writes what it read plus one. */
function count(handle: Store, { hasRead, hold }: { hasRead: () => void; hold: Promise<void> }): Promise<number> {
  return handle.transaction(async (tx) => {
    const row = await tx
      .selectFrom('repos')
      .select('next_promotion')
      .where('id', '=', repo.id)
      .forUpdate()
      .executeTakeFirstOrThrow();
    hasRead();
    await hold;
    await tx
      .updateTable('repos')
      .set({ next_promotion: row.next_promotion + 1 })
      .execute();
    return row.next_promotion;
  });
}

describe('an invalid address reports what is wrong, never the password', () => {
  test.each([
    { url: 'mysql://root:secret@host/x', message: 'must be sqlite:<path> or postgres://…, but it starts with mysql:' },
    { url: 'data/imprimatur.db', message: 'but it has no scheme' },
    { url: '', message: 'but it has no scheme' },
    { url: 'sqlite:', message: 'names no file' },
    { url: 'sqlite://data/x.db', message: 'without //' },
    { url: 'sqlite::memory:', message: 'must be a file on a local disk' },
    { url: 'postgres://user:secret@[x/db', message: 'is not a valid URL' },
  ])('$url', async ({ url, message }) => {
    const failure = await failureOf(openStore({ url }));
    expect(failure).toMatchObject({ code: 'database-url-invalid', retryable: false });
    expect(failure.message).toContain(message);
    expect(failure.message).not.toContain('secret');
  });
});

describe('a database that does not answer', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imprimatur-database-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('PostgreSQL that does not listen is retryable', async () => {
    const failure = await failureOf(openStore({ url: 'postgres://user:secret@127.0.0.1:1/x' }));
    expect(failure).toMatchObject({ code: 'database-unavailable', retryable: true });
    expect(failure.message).not.toContain('secret');
  });

  test('SQLite makes the folders of its file', async () => {
    const path = join(folder, 'a', 'b', 'x.db');
    await (await openStore({ url: `sqlite:${path}` })).close();
    expect(existsSync(path)).toBe(true);
  });

  test('SQLite in a folder that can’t be created names the path', async () => {
    await writeFile(join(folder, 'file'), '');
    const failure = await failureOf(openStore({ url: `sqlite:${join(folder, 'file', 'x.db')}` }));
    expect(failure).toMatchObject({ code: 'database-unavailable', retryable: false });
    expect(failure.message).toContain(join(folder, 'file'));
  });

  test('a file that is no SQLite database is damaged', async () => {
    await writeFile(join(folder, 'other.db'), 'no database at all, but long enough to be read as one'.repeat(20));
    const failure = await failureOf(openStore({ url: `sqlite:${join(folder, 'other.db')}` }));
    expect(failure).toMatchObject({ code: 'database-damaged', retryable: false });
  });
});

onBothEngines(({ createUrl, fresh, freshPair, open }) => {
  describe('migrations', () => {
    test('bring an empty database up once', async () => {
      const store = await open(await createUrl());
      await migrate(store, 5);
      const tables = await tableNames(store);
      expect(tables).toContain('tag_moves');
      await migrate(store, 6);
      expect(await tableNames(store)).toEqual(tables);
      const rows = await store.db.selectFrom('migrations').selectAll().execute();
      expect(rows.map((row) => ({ ...row }))).toEqual(MIGRATIONS.map(({ id, name }) => ({ id, name, applied_at: 5 })));
    });

    test('are done once when two processes start at once', async () => {
      const url = await createUrl();
      const stores = await Promise.all([open(url), open(url), open(url)]);
      await Promise.all(stores.map((store) => migrate(store, 5)));
      const rows = await stores[0].db.selectFrom('migrations').select('id').execute();
      expect(rows.map(({ id }) => id)).toEqual(MIGRATIONS.map(({ id }) => id));
    });

    test('refuse a database of a newer version', async () => {
      const store = await fresh();
      await store.db.insertInto('migrations').values({ id: 99, name: 'later', applied_at: 1 }).execute();
      const failure = await failureOf(migrate(store, 5));
      expect(failure).toMatchObject({ code: 'database-newer', retryable: false });
      expect(failure.message).toContain('schema 99');
    });

    test('are numbered without gaps', () => {
      expect(MIGRATIONS.map(({ id }) => id)).toEqual(MIGRATIONS.map((_, index) => index + 1));
    });
  });

  describe('transactions', () => {
    test('are rolled back completely by an error', async () => {
      const store = await fresh();
      const work = store.transaction(async (tx) => {
        await saveRepo(tx, repo, 1);
        throw new Error('no');
      });
      await expect(work).rejects.toThrow('no');
      expect(await findRepo(store.db, repo.id)).toBeNull();
    });

    test('continue after one that failed in SQL', async () => {
      const store = await fresh();
      await expect(store.transaction((tx) => sql`SELECT nothing`.execute(tx))).rejects.toThrow('nothing');
      await store.transaction((tx) => saveRepo(tx, repo, 1));
      expect(await findRepo(store.db, repo.id)).toEqual(repo);
    });

    test('refuse a query outside of them', async () => {
      const store = await fresh();
      const work = store.transaction(async () => findRepo(store.db, 1));
      await expect(work).rejects.toThrow('inside a transaction');
      expect(await findRepo(store.db, 1)).toBeNull();
    });

    test('are over for work that was begun inside and runs on after them', async () => {
      const store = await fresh();
      const { opened, open: release } = gate();
      let later: Promise<unknown> = Promise.resolve();
      await store.transaction(async (tx) => {
        await saveRepo(tx, repo, 1);
        later = opened.then(() => findRepo(store.db, repo.id));
      });
      release();
      expect(await later).toEqual(repo);
    });

    test('of two handles wait for each other, and the second sees what the first wrote', async () => {
      const [store, other] = await freshPair();
      await store.transaction((tx) => saveRepo(tx, repo, 1));
      const { opened, open: release } = gate();
      const firstHasRead = gate();
      const first = count(store, { hasRead: firstHasRead.open, hold: opened });
      await firstHasRead.opened;
      const second = count(other, { hasRead: release, hold: Promise.resolve() });
      await untilSomebodyWaits(store);
      release();
      expect(await Promise.all([first, second])).toEqual([1, 2]);
    });
  });

  test('integers beyond 32 bits come back as numbers, and those beyond 2^53 are refused', async () => {
    const store = await fresh();
    const big = { ...repo, id: Number.MAX_SAFE_INTEGER, installationId: 2 ** 40 };
    await store.transaction((tx) => saveRepo(tx, big, 1));
    expect(await findRepo(store.db, big.id)).toEqual(big);
    await expect(sql`SELECT 9007199254740993 AS n`.execute(store.db)).rejects.toThrow(RangeError);
  });

  test('an existing row is distinguished from other errors', async () => {
    const store = await fresh();
    await storePromotion(store, { id: 'p' });
    const failure = await failureOf(store.transaction((tx) => insertPromotion(tx, promotion({ id: 'p', number: 2 }))));
    expect(failure).toMatchObject({ code: 'database-unique-violation', retryable: false });
  });

  test('a row that breaks a rule of the tables is a bug, not an outside error', async () => {
    const store = await fresh();
    const orphan = store.transaction((tx) => insertPromotion(tx, promotion({ id: 'p' })));
    await expect(orphan).rejects.not.toBeInstanceOf(OutsideError);
  });

  test('writable means that a write succeeded', async () => {
    const store = await fresh();
    await assertWritable(store, 5);
    await assertWritable(store, 6);
    expect(await store.db.selectFrom('heartbeat').select('at').execute()).toMatchObject([{ at: 6 }]);
  });
});
