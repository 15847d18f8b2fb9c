// PostgreSQL for Kysely: a pool of connections that returns 64-bit integers as numbers.
import { PostgresAdapter, PostgresDriver, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { Pool, TypeOverrides } from 'pg';
import { OutsideError } from '../../net/outside-error.ts';
import { translatePostgresError } from './database-errors.ts';
import { guardDriver, type Engine } from './driver.ts';

const INT8_OID = 20;
const MAX_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 5_000;
const LOCK_TIMEOUT_MS = 10_000;
/** After this, a transaction that its owner forgot no longer blocks the others. */
const IDLE_TRANSACTION_TIMEOUT_MS = 60_000;
/** Any number that nothing else in the database locks. */
const MIGRATION_LOCK = 727_272_001;
/** The current time, not that of the transaction's start. */
const DATABASE_TIME = 'CAST(floor(extract(epoch FROM clock_timestamp()) * 1000) AS BIGINT)';

/** Creates the pool; nothing is connected yet. `onConnectionLost` receives errors of idle connections. */
export function openPostgres(url: string, onConnectionLost: (error: Error) => void): Engine {
  if (!URL.canParse(url)) {
    // The URL may carry a password, so it is not repeated.
    const problem = 'DATABASE_URL is not a valid URL: write postgres://<user>:<password>@<host>:<port>/<database>';
    throw new OutsideError(problem, { code: 'database-url-invalid', retryable: false });
  }
  const types = new TypeOverrides();
  types.setTypeParser(INT8_OID, parseInt8);
  const pool = new Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'imprimatur',
    types,
  });
  pool.on('error', onConnectionLost);
  // A connection in use fails its query, and also emits the error: unhandled, that would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return {
    name: 'postgres',
    columnTypes: {
      bytes: 'BYTEA',
      autoId: 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
      insertedAt: `BIGINT NOT NULL DEFAULT ${DATABASE_TIME}`,
    },
    databaseTime: DATABASE_TIME,
    migrationLock: `SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`,
    dialect: {
      createDriver: () => guardDriver(new PostgresDriver({ pool }), { attempt, begin: 'BEGIN' }),
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (db) => new PostgresIntrospector(db),
    },
  };
}

async function attempt<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw translatePostgresError(error);
  }
}

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond the integers that we store`);
  return value;
}
