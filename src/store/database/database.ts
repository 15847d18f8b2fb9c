// Opens the database that DATABASE_URL names; the only file that chooses between the engines.
import { Kysely, sql } from 'kysely';
import { OutsideError } from '../../net/outside-error.ts';
import { insideTransaction, type Engine } from './driver.ts';
import type { Db, Schema, Tx } from './schema.ts';
import { openSqlite } from './sqlite.ts';

export type { Db, Tx } from './schema.ts';

export type Store = {
  readonly db: Db;
  readonly engine: Engine['name'];
  readonly databaseTime: Engine['databaseTime'];
  /** What migrations need to know about the engine. */
  readonly ddl: Pick<Engine, 'columnTypes' | 'migrationLock'>;
  /**
   * Runs `work` in one transaction; its error rolls everything back. Nothing but the store may be awaited inside: on
   * SQLite every other query of this process waits. Queries inside go to `tx`; one on `db` throws.
   */
  readonly transaction: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
};

export type StoreLog = { readonly warn: (fields: object, message: string) => void };

/** Opens and tests the database. Throws an OutsideError for an invalid address and for one that doesn't answer. */
export async function openStore(args: { readonly url: string; readonly log?: StoreLog }): Promise<Store> {
  const engine = await openEngine(args.url, args.log);
  const db = new Kysely<Schema>({ dialect: engine.dialect });
  const store: Store = {
    db,
    engine: engine.name,
    databaseTime: engine.databaseTime,
    ddl: { columnTypes: engine.columnTypes, migrationLock: engine.migrationLock },
    transaction: (work) => db.transaction().execute((tx) => insideTransaction(() => work(tx))),
    close: () => db.destroy(),
  };
  try {
    await sql`SELECT 1`.execute(db);
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

/** Writes, and so finds a full disk, a read-only file or a standby server. Throws an OutsideError when it can't. */
export async function assertWritable(store: Store, now: number): Promise<void> {
  await store.transaction((tx) =>
    tx
      .insertInto('heartbeat')
      .values({ id: 1, at: now })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ at: now }))
      .execute(),
  );
}

async function openEngine(url: string, log: StoreLog | undefined): Promise<Engine> {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === 'sqlite') return openSqlite(sqlitePath(url));
  if (scheme === 'postgres' || scheme === 'postgresql') {
    // Loaded on use: its driver needs memory.
    const { openPostgres } = await import('./postgres.ts');
    return openPostgres(url, (err) =>
      log?.warn({ err }, 'a database connection was lost; the next query opens a new one'),
    );
  }
  const seen = scheme === undefined ? 'has no scheme' : `starts with ${scheme}:`;
  throw invalidUrl(`DATABASE_URL must be sqlite:<path> or postgres://…, but it ${seen}`);
}

function sqlitePath(url: string): string {
  const path = url.slice('sqlite:'.length);
  if (path === '') throw invalidUrl('DATABASE_URL names no file: sqlite:<path>');
  // `sqlite://data/x.db` would be read as /data/x.db by some and as data/x.db by others.
  if (path.startsWith('//') && !path.startsWith('///')) {
    throw invalidUrl('DATABASE_URL must be sqlite:<path> without //, such as sqlite:./data/imprimatur.db');
  }
  return path;
}

function invalidUrl(problem: string): OutsideError {
  return new OutsideError(problem, { code: 'database-url-invalid', retryable: false });
}
