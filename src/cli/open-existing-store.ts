// Opens the database for a command: it must be there, with today's tables; nothing is made or migrated.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { OutsideError } from '../net/outside-error.ts';
import { openStore, type Store } from '../store/database/database.ts';
import { assertCurrent } from '../store/database/migrations.ts';

/** Throws an OutsideError where there is no database, or one that no server of this version has used yet. */
export async function openExistingStore(url: string): Promise<Store> {
  const path = /^sqlite:(.+)$/s.exec(url)?.[1];
  if (path !== undefined && !existsSync(path)) {
    const problem = `DATABASE_URL names ${resolve(path)}, and there is no such file; the server makes it when it starts, or imprimatur migrate`;
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
      'the database that DATABASE_URL names has no audit trail; was a server of this version started on it?';
    throw new OutsideError(problem, { code: 'database-empty', retryable: false });
  } catch (error) {
    await store.close();
    throw error;
  }
}
