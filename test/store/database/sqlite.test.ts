import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { assertWritable } from '../../../src/store/database/database.ts';
import { findRepo } from '../../../src/store/repos.ts';
import { failureOf, onEngine } from '../engines.ts';

onEngine('sqlite', ({ fresh }) => {
  test('a file that can’t be written to is detected', async () => {
    const store = await fresh();
    await sql`PRAGMA query_only = ON`.execute(store.db);
    expect(await failureOf(assertWritable(store, 5))).toMatchObject({
      code: 'database-unavailable',
      retryable: true,
    });
  });

  test('a power cut loses nothing: a commit is on disk, and the log is written ahead', async () => {
    const store = await fresh();
    const { rows } = await sql`SELECT * FROM pragma_synchronous, pragma_journal_mode, pragma_foreign_keys`.execute(
      store.db,
    );
    expect(rows).toMatchObject([{ synchronous: 2, journal_mode: 'wal', foreign_keys: 1 }]);
  });

  test('a loop over queries does not block timers and sockets', async () => {
    const store = await fresh();
    const world = { waits: true };
    setImmediate(() => {
      world.waits = false;
    });
    for (let queries = 0; world.waits && queries < 100_000; queries += 1) await findRepo(store.db, 1);
    expect(world.waits).toBe(false);
  });
});
