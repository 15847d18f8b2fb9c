// Turns errors of the two database drivers into OutsideErrors. An unchanged error is a bug of ours.
import { sql } from 'kysely';
import { DatabaseError } from 'pg';
import { OutsideError } from '../../net/outside-error.ts';
import type { Tx } from './schema.ts';

type Failure = { readonly code: DatabaseErrorCode; readonly retryable: boolean; readonly message: string };

type DatabaseErrorCode =
  'database-busy' | 'database-unavailable' | 'database-refused' | 'database-damaged' | 'database-unique-violation';

const BUSY = { code: 'database-busy', retryable: true, message: 'The database is busy' } as const;
const UNAVAILABLE = {
  code: 'database-unavailable',
  retryable: true,
  message: 'The database cannot be reached',
} as const;
const REFUSED = {
  code: 'database-refused',
  retryable: false,
  message: 'The database rejects the credentials',
} as const;
const DAMAGED = { code: 'database-damaged', retryable: false, message: 'The database file is damaged' } as const;
const NOT_UNIQUE = { code: 'database-unique-violation', retryable: false, message: 'The row already exists' } as const;

// https://sqlite.org/rescode.html: the low byte is the primary code.
const SQLITE_PRIMARY: ReadonlyMap<number, Failure> = new Map<number, Failure>([
  [5, BUSY],
  [6, BUSY],
  [8, UNAVAILABLE],
  [10, UNAVAILABLE],
  [11, DAMAGED],
  [13, UNAVAILABLE],
  [14, UNAVAILABLE],
  [26, DAMAGED],
]);
const SQLITE_CONSTRAINT_PRIMARYKEY = 1555;
const SQLITE_CONSTRAINT_UNIQUE = 2067;

// https://www.postgresql.org/docs/current/errcodes-appendix.html: a whole code, or its class of two characters.
const SQLSTATE: ReadonlyMap<string, Failure> = new Map<string, Failure>([
  ['23505', NOT_UNIQUE],
  ['40001', BUSY],
  ['40P01', BUSY],
  ['55P03', BUSY],
  ['57014', BUSY],
  ['57P01', UNAVAILABLE],
  ['57P02', UNAVAILABLE],
  ['57P03', UNAVAILABLE],
  ['25P03', UNAVAILABLE],
  ['25006', UNAVAILABLE],
  ['3D000', REFUSED],
  ['08', UNAVAILABLE],
  ['53', UNAVAILABLE],
  ['58', UNAVAILABLE],
  ['28', REFUSED],
  ['XX', DAMAGED],
]);

/** SQLite's result code, or null when the error is not SQLite's. */
export function sqliteCodeOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error)) return null;
  return typeof error.errcode === 'number' ? error.errcode : null;
}

export function translateSqliteError(error: unknown): unknown {
  const code = sqliteCodeOf(error);
  if (code === null) return error;
  const isUnique = code === SQLITE_CONSTRAINT_PRIMARYKEY || code === SQLITE_CONSTRAINT_UNIQUE;
  return outsideError(isUnique ? NOT_UNIQUE : SQLITE_PRIMARY.get(code & 0xff), error);
}

export function translatePostgresError(error: unknown): unknown {
  if (error instanceof DatabaseError) {
    const state = error.code ?? '';
    return outsideError(SQLSTATE.get(state) ?? SQLSTATE.get(state.slice(0, 2)), error);
  }
  return isConnectionLoss(error) ? outsideError(UNAVAILABLE, error) : error;
}

export function isUniqueViolation(error: unknown): boolean {
  return error instanceof OutsideError && error.code === NOT_UNIQUE.code;
}

/**
 * Runs a write that a unique index may refuse, and returns that instead of throwing. On PostgreSQL, a refused statement
 * aborts the whole transaction unless it ran after a savepoint.
 */
export async function unlessTaken<T>(
  tx: Tx,
  write: () => Promise<T>,
): Promise<{ readonly kind: 'written'; readonly value: T } | { readonly kind: 'taken' }> {
  await sql`savepoint unless_taken`.execute(tx);
  try {
    const value = await write();
    await sql`release savepoint unless_taken`.execute(tx);
    return { kind: 'written', value };
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    await sql`rollback to savepoint unless_taken`.execute(tx);
    await sql`release savepoint unless_taken`.execute(tx);
    return { kind: 'taken' };
  }
}

function outsideError(failure: Failure | undefined, cause: unknown): unknown {
  if (failure === undefined || !(cause instanceof Error)) return cause;
  const { code, retryable, message } = failure;
  return new OutsideError(`${message}: ${cause.message || cause.name}`, { code, retryable, cause });
}

/** pg reports a lost or refused connection as a system error, or as a bare Error with one of a few texts. */
function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('syscall' in error) return true;
  if (error instanceof AggregateError) return error.errors.some(isConnectionLoss);
  return /^Connection terminated|not queryable|timeout exceeded when trying to connect|^timeout expired/.test(
    error.message,
  );
}
