// Copies a SQLite database into one file while others write to it.
import { open, rm, stat } from 'node:fs/promises';
import { sql } from 'kysely';
import { OutsideError } from '../../net/outside-error.ts';
import type { Store } from './database.ts';

/**
 * A whole copy as of one moment, readable by its owner alone, on disk when this resolves; its size in bytes. OutsideError
 * where the file exists or can't be written, and on PostgreSQL, which has a tool of its own. A failure leaves no file.
 */
export async function backUp(store: Store, path: string): Promise<number> {
  if (store.engine !== 'sqlite') {
    throw new OutsideError('the database is PostgreSQL: use pg_dump, which copies it while the server runs', {
      code: 'backup-unsupported',
      retryable: false,
    });
  }
  await makeEmpty(path);
  try {
    await sql`VACUUM INTO ${path}`.execute(store.db);
    const file = await open(path, 'r');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    return (await stat(path)).size;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** SQLite writes into an empty file. Created here, it is never readable by others, and never an existing one. */
async function makeEmpty(path: string): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.close();
  } catch (cause) {
    throw new OutsideError(`${path} ${problemOf(cause)}`, { code: 'backup-refused', retryable: false, cause });
  }
}

const PROBLEMS: ReadonlyMap<unknown, string> = new Map([
  ['EEXIST', 'already exists; backups never overwrite a file'],
  ['ENOENT', "can't be written: its folder does not exist"],
  ['ENOTDIR', "can't be written: its folder does not exist"],
  ['EACCES', "can't be written: permission denied"],
  ['EROFS', "can't be written: the file system is read-only"],
]);

function problemOf(cause: unknown): string {
  if (!(cause instanceof Error)) return `can't be written: ${String(cause)}`;
  const known = 'code' in cause ? PROBLEMS.get(cause.code) : undefined;
  return known ?? `can't be written: ${cause.message}`;
}
