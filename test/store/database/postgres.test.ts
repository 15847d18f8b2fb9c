import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { assertWritable, openStore, type Db } from '../../../src/store/database/database.ts';
import { migrate } from '../../../src/store/database/migrations.ts';
import { findRepo, saveRepo } from '../../../src/store/repos.ts';
import { failureOf, gate, onEngine } from '../engines.ts';
import { repo } from '../fixtures.ts';

async function pidOf(db: Db): Promise<number> {
  const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(db);
  return rows[0]?.pid ?? 0;
}

onEngine('postgres', ({ createUrl, freshPair, open }) => {
  test('a server that takes no writes is detected', async () => {
    const url = await createUrl();
    const store = await open(url);
    await migrate(store, 1);
    const readOnly = await open(`${url}${encodeURIComponent(' -c default_transaction_read_only=on')}`);
    expect(await failureOf(assertWritable(readOnly, 5))).toMatchObject({ code: 'database-unavailable' });
  });

  test('a broken connection fails its transaction as retryable, and the next one works', async () => {
    const [store, other] = await freshPair();
    const victim = Promise.withResolvers<number>();
    const { opened, open: goOn } = gate();
    const cut = store.transaction(async (tx) => {
      await saveRepo(tx, repo, 1);
      victim.resolve(await pidOf(tx));
      await opened;
      await saveRepo(tx, repo, 2);
    });
    await sql`SELECT pg_terminate_backend(${await victim.promise})`.execute(other.db);
    goOn();
    expect(await failureOf(cut)).toMatchObject({ code: 'database-unavailable', retryable: true });
    await store.transaction((tx) => saveRepo(tx, repo, 3));
    expect(await findRepo(store.db, repo.id)).toEqual(repo);
  });

  test('a broken idle connection is logged', async () => {
    const url = await createUrl();
    const warned = gate();
    const store = await openStore({ url, log: { warn: () => warned.open() } });
    await migrate(store, 1);
    const other = await open(url);
    await sql`SELECT pg_terminate_backend(${await pidOf(store.db)})`.execute(other.db);
    await warned.opened;
    expect(await findRepo(store.db, 1)).toBeNull();
    await store.close();
  });
});
