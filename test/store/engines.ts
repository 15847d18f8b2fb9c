// Runs a suite on SQLite and on PostgreSQL, each with fresh databases that are closed and removed afterwards.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { OutsideError } from '../../src/net/outside-error.ts';
import { openStore, type Store } from '../../src/store/database/database.ts';
import { migrate } from '../../src/store/database/migrations.ts';
import { startPostgres, type Postgres } from '../support/postgres.ts';

export type Databases = {
  /** The URL of a new database (on PostgreSQL: of a new schema in one) without tables. */
  readonly createUrl: () => Promise<string>;
  /** Opens a database; every call is a handle of its own. */
  readonly open: (url: string) => Promise<Store>;
  /** A new database with all tables. */
  readonly fresh: () => Promise<Store>;
  /** Two handles on one new database with all tables. */
  readonly freshPair: () => Promise<readonly [Store, Store]>;
};

export function onBothEngines(suite: (databases: Databases) => void): void {
  onEngine('sqlite', suite);
  onEngine('postgres', suite);
}

export function onEngine(engine: Store['engine'], suite: (databases: Databases) => void): void {
  describe(`on ${engine}`, () => {
    let folder = '';
    let postgres: Postgres | null = null;
    let server: Store | null = null;
    let serverUrl = '';
    let databases = 0;
    const opened: Store[] = [];

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'imprimatur-store-'));
      if (engine === 'sqlite') return;
      postgres = await startPostgres();
      serverUrl = await postgres.createDatabase();
      server = await openStore({ url: serverUrl });
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((store) => store.close()));
    });
    afterAll(async () => {
      await server?.close();
      await postgres?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    const createUrl = async (): Promise<string> => {
      databases += 1;
      if (server === null) return `sqlite:${join(folder, `${databases}.db`)}`;
      // A schema is as good as a database here, and made a hundred times faster.
      const schema = `test_${databases}`;
      await sql`CREATE SCHEMA ${sql.id(schema)}`.execute(server.db);
      return `${serverUrl}?options=${encodeURIComponent(`-c search_path=${schema}`)}`;
    };
    const open = async (url: string): Promise<Store> => {
      const store = await openStore({ url });
      opened.push(store);
      return store;
    };
    const freshPair = async (): Promise<readonly [Store, Store]> => {
      const url = await createUrl();
      const store = await open(url);
      await migrate(store, 0);
      return [store, await open(url)];
    };
    suite({ createUrl, open, freshPair, fresh: async () => (await freshPair())[0] });
  });
}

/** A promise that the test resolves when the moment has come. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** Lets everything that is ready run, so that a call that was begun gets as far as it can. */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** The OutsideError that the work ends in. */
export async function failureOf(work: Promise<unknown>): Promise<OutsideError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof OutsideError) return error;
  throw new Error('an OutsideError was expected', { cause: error });
}

/** Until a query of another connection waits for a lock; on SQLite nothing can be seen of that. */
export async function untilSomebodyWaits(store: Store): Promise<void> {
  if (store.engine === 'sqlite') return turns();
  for (let waiting = 0; waiting === 0;) {
    const { rows } = await sql<{ n: number }>`SELECT count(*) AS n FROM pg_locks WHERE NOT granted`.execute(store.db);
    waiting = rows[0]?.n ?? 0;
  }
}

/** Until a query that never waits for locks on PostgreSQL has its answer; SQLite makes it wait for its turn. */
export async function untilAnswered(store: Store, query: Promise<unknown>): Promise<void> {
  if (store.engine === 'sqlite') return turns();
  await query;
}
