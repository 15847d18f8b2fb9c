// SQLite for Kysely: one connection to one file through node:sqlite, used by one caller at a time, with retries while the file is locked.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import {
  SqliteAdapter,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type Driver,
  type SelectModifierNode,
  type SqliteDatabase,
} from 'kysely';
import { LRUCache } from 'lru-cache';
import { OutsideError } from '../../net/outside-error.ts';
import { retry } from '../../net/retry.ts';
import { sqliteCodeOf, translateSqliteError } from './database-errors.ts';
import { guardDriver, type Engine } from './driver.ts';

const SQLITE_BUSY = 5;
const BUSY_TIMEOUT_MS = 10_000;
const BUSY_BACKOFF = { firstMs: 1, longestMs: 20 } as const;
/** No change of the wall clock moves the deadline. */
const BUSY_CLOCK = { now: () => performance.now(), wait: (ms: number) => delay(ms) } as const;
const YIELD_AFTER_MS = 5;
const MAX_PREPARED = 300;

/** Opens the file, and creates it if it is missing. Throws an OutsideError if that fails. */
export async function openSqlite(path: string): Promise<Engine> {
  const database = await attempt(async () => openFile(path));
  return {
    name: 'sqlite',
    columnTypes: { bytes: 'BLOB', autoId: 'INTEGER PRIMARY KEY AUTOINCREMENT', insertedAt: 'BIGINT' },
    databaseTime: null,
    migrationLock: null,
    dialect: {
      createDriver: () =>
        // IMMEDIATE: a deferred transaction that reads first fails at once when another process wrote meanwhile.
        guardDriver(takeTurns(new SqliteDriver({ database: adapt(database) })), { attempt, begin: 'BEGIN IMMEDIATE' }),
      createQueryCompiler: () => new LocklessQueryCompiler(),
      createAdapter: () => new TurnTakingAdapter(),
      createIntrospector: (db) => new SqliteIntrospector(db),
    },
  };
}

/**
 * Waits while another process holds the file, as SQLite's own busy_timeout would, but without stopping the event loop:
 * node:sqlite is synchronous, and webhooks must be answered meanwhile.
 */
async function attempt<T>(call: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + BUSY_TIMEOUT_MS;
  try {
    return await retry(call, {
      clock: BUSY_CLOCK,
      backoff: BUSY_BACKOFF,
      isTransient: (error) => sqliteCodeOf(error) === SQLITE_BUSY && performance.now() <= deadline,
    });
  } catch (error) {
    throw translateSqliteError(error);
  }
}

function openFile(path: string): DatabaseSync {
  makeFolder(dirname(path));
  const database = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: true });
  try {
    const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode'];
    if (mode !== 'wal') {
      const problem = `SQLite cannot create a write-ahead log beside ${path}; the database must be a file on a local disk`;
      throw new OutsideError(problem, { code: 'database-url-invalid', retryable: false });
    }
    database.exec('PRAGMA synchronous = FULL');
    // 16 MB: a checkpoint syncs twice, and should not come every few transactions.
    database.exec('PRAGMA wal_autocheckpoint = 4000');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const problem = `The database folder ${folder} cannot be created`;
    throw new OutsideError(problem, { code: 'database-unavailable', retryable: false, cause });
  }
}

/** better-sqlite3's shape, which Kysely wants, over node:sqlite; what was prepared once is kept, as our queries are few. */
function adapt(database: DatabaseSync): SqliteDatabase {
  const prepared = new LRUCache<string, Statement>({ max: MAX_PREPARED });
  return {
    close: () => {
      prepared.clear();
      database.close();
    },
    prepare: (text) => {
      const known = prepared.get(text);
      if (known !== undefined) return known;
      const statement = prepare(database, text);
      prepared.set(text, statement);
      return statement;
    },
  };
}

type Statement = ReturnType<SqliteDatabase['prepare']>;

function prepare(database: DatabaseSync, text: string): Statement {
  const statement = database.prepare(text);
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...parameters.map(toInput)),
    run: (parameters) => statement.run(...parameters.map(toInput)),
    iterate: (parameters) => statement.iterate(...parameters.map(toInput)),
  };
}

function toInput(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || value instanceof Uint8Array) {
    return value;
  }
  throw new TypeError(`a ${typeof value} cannot be stored`);
}

/** One connection for all: a transaction has it until it ends. Here and not in Kysely, so that the guard stands before. */
function takeTurns(inner: SqliteDriver): Driver {
  let last = Promise.resolve();
  let holder: PromiseWithResolvers<void> | null = null;
  let yieldedAt = performance.now();
  return {
    init: (options) => inner.init(options),
    async acquireConnection() {
      // node:sqlite never waits, so a loop over queries would keep sockets and timers from ever having their turn.
      if (performance.now() - yieldedAt > YIELD_AFTER_MS) {
        await nextTurn();
        yieldedAt = performance.now();
      }
      const before = last;
      const turn = Promise.withResolvers<void>();
      last = turn.promise;
      await before;
      holder = turn;
      return inner.acquireConnection();
    },
    beginTransaction: (connection) => inner.beginTransaction(connection),
    commitTransaction: (connection) => inner.commitTransaction(connection),
    rollbackTransaction: (connection) => inner.rollbackTransaction(connection),
    async releaseConnection() {
      holder?.resolve();
    },
    destroy: () => inner.destroy(),
  };
}

class TurnTakingAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** SQLite locks the whole file, so `FOR UPDATE` and `SKIP LOCKED` are left out. */
class LocklessQueryCompiler extends SqliteQueryCompiler {
  protected override visitSelectModifier(node: SelectModifierNode): void {
    if (node.modifier === 'Distinct') super.visitSelectModifier(node);
  }
}
