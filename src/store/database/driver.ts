// Wraps an engine's own driver for Kysely: errors become OutsideErrors, and a transaction can't lock itself out.
import { AsyncLocalStorage } from 'node:async_hooks';
import { CompiledQuery, type DatabaseConnection, type Dialect, type Driver } from 'kysely';

/** The SQL of the column types that differ between the engines. */
export type ColumnTypes = {
  readonly bytes: string;
  readonly autoId: string;
  /** Set by the clock of the database when a row is inserted, if it has one. */
  readonly insertedAt: string;
};

/** What differs between the engines; the rest of the store doesn't know which one it runs on. */
export type Engine = {
  readonly name: 'sqlite' | 'postgres';
  readonly dialect: Dialect;
  readonly columnTypes: ColumnTypes;
  /**
   * The SQL of the database's own clock, in epoch milliseconds: processes on several machines can compare theirs with it.
   * Null where the database runs inside of the process.
   */
  readonly databaseTime: string | null;
  /** Run first in a transaction, lets one process migrate at a time; null if every transaction is exclusive. */
  readonly migrationLock: string | null;
};

export type DriverGuard = {
  /** Runs one call of the engine: waits if that helps, and translates what it throws. */
  readonly attempt: <T>(call: () => Promise<T>) => Promise<T>;
  /** The statement that begins a transaction. */
  readonly begin: string;
};

const currentTransaction = new AsyncLocalStorage<{ readonly isOpen: () => boolean }>();

/** Marks what runs inside `work` as part of a transaction, so that a query outside it is detected. */
export async function insideTransaction<T>(work: () => Promise<T>): Promise<T> {
  let open = true;
  try {
    return await currentTransaction.run({ isOpen: () => open }, work);
  } finally {
    open = false;
  }
}

export function guardDriver(inner: Driver, { attempt, begin }: DriverGuard): Driver {
  const innerOf = new WeakMap<DatabaseConnection, DatabaseConnection>();
  const unwrap = (connection: DatabaseConnection): DatabaseConnection => innerOf.get(connection) ?? connection;
  return {
    init: (options) => attempt(() => inner.init(options)),
    destroy: (options) => inner.destroy(options),

    async acquireConnection(options) {
      if (currentTransaction.getStore()?.isOpen() === true) {
        // On SQLite, this would wait forever for the one connection; on PostgreSQL, it would read outside the transaction.
        throw new Error('a query on the database inside a transaction: use the transaction that was handed in');
      }
      const connection = await attempt(() => inner.acquireConnection(options));
      const wrapped = guardConnection(connection, attempt);
      innerOf.set(wrapped, connection);
      return wrapped;
    },

    async beginTransaction(connection) {
      await connection.executeQuery(CompiledQuery.raw(begin));
    },

    commitTransaction: (connection) => attempt(() => inner.commitTransaction(unwrap(connection))),

    async rollbackTransaction(connection) {
      // A failed rollback must not hide the error that led to it. Nothing is left behind: PostgreSQL's driver discards
      // the connection, and SQLite refuses only when it has rolled back by itself.
      await inner.rollbackTransaction(unwrap(connection)).catch(() => undefined);
    },

    releaseConnection: (connection, options) => inner.releaseConnection(unwrap(connection), options),
  };
}

function guardConnection(inner: DatabaseConnection, attempt: DriverGuard['attempt']): DatabaseConnection {
  return {
    executeQuery: (query, options) => attempt(() => inner.executeQuery(query, options)),
    streamQuery: () => {
      throw new Error('streaming is not used: read in pages');
    },
  };
}
