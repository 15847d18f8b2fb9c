// Opens the database for a command. It must exist with the current schema; nothing is created or migrated.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { OutsideError } from '../../net/outside-error.ts';
import { openStore, type Store } from '../../store/database/database.ts';
import { assertCurrent } from '../../store/database/migrations.ts';

/** Throws an OutsideError where the database is missing, empty, or has another schema version. */
export async function openExistingStore(url: string): Promise<Store> {
  const path = /^sqlite:(.+)$/s.exec(url)?.[1];
  if (path !== undefined && !existsSync(path)) {
    const problem = `the database file ${resolve(path)} (DATABASE_URL) does not exist; start the server or run imprimatur migrate to create it`;
    throw new OutsideError(problem, { code: 'database-missing', retryable: false });
  }
  const store = await openStore({ url });
  try {
    const tables = new Set((await store.db.introspection.getTables()).map(({ name }) => name));
    if (tables.has('audit') && tables.has('migrations')) {
      await assertCurrent(store);
      return store;
    }
    const problem =
      'the database in DATABASE_URL has no tables of Imprimatur; start the server or run imprimatur migrate to create them';
    throw new OutsideError(problem, { code: 'database-empty', retryable: false });
  } catch (error) {
    await store.close();
    throw error;
  }
}
