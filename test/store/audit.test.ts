import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../src/domain/audit/audit.ts';
import type { Store } from '../../src/store/database/database.ts';
import { appendAudit, findAuditHead, listAudit, listAuditedRepoIds, verifyAudit } from '../../src/store/audit.ts';
import { saveRepo } from '../../src/store/repos.ts';
import { onBothEngines } from './engines.ts';
import { NOW, repo, sha256 } from './fixtures.ts';

const entry = (n: number): AuditEntry => ({
  kind: 'reviewed',
  at: NOW + n,
  promotion: n,
  actor: { id: 1, login: 'ada' },
  details: { reason: `because ${n}: \u0000 “é”` },
});

async function append(store: Store, ...numbers: readonly number[]): Promise<void> {
  await store.transaction(async (tx) => {
    await saveRepo(tx, repo, NOW);
    await appendAudit(tx, { repoId: repo.id, entries: numbers.map(entry), sha256 });
  });
}

const verify = (store: Store): ReturnType<typeof verifyAudit> => verifyAudit(store.db, { repoId: repo.id, sha256 });

onBothEngines(({ fresh, freshPair }) => {
  test('an empty trail has no head and no problem', async () => {
    const store = await fresh();
    expect(await verify(store)).toEqual({ rows: 0, head: null, problem: null });
    await append(store);
    expect(await verify(store)).toEqual({ rows: 0, head: null, problem: null });
    expect(await listAuditedRepoIds(store.db)).toEqual([]);
  });

  test('entries are chained over several commits, and the head is the last row', async () => {
    const store = await fresh();
    await append(store, 1, 2);
    await append(store, 3);
    const rows = await listAudit(store.db, { repoId: repo.id, afterSeq: 0, limit: 10 });
    expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(rows[2]?.previousHash).toBe(rows[1]?.hash);
    expect(JSON.parse(rows[2]?.entry ?? '')).toEqual(entry(3));
    const head = { seq: 3, hash: rows[2]?.hash };
    expect(await findAuditHead(store.db, repo.id)).toEqual(head);
    expect(await verify(store)).toEqual({ rows: 3, head, problem: null });
    expect(await listAuditedRepoIds(store.db)).toEqual([repo.id]);
  });

  test('a trail is read in pages', async () => {
    const store = await fresh();
    await append(store, 1, 2, 3, 4, 5);
    const page = await listAudit(store.db, { repoId: repo.id, afterSeq: 2, limit: 2 });
    expect(page.map(({ seq }) => seq)).toEqual([3, 4]);
  });

  test('a trail longer than a page is checked completely', async () => {
    const store = await fresh();
    for (let from = 0; from < 2500; from += 500)
      await append(store, ...Array.from({ length: 500 }, (_, n) => from + n));
    expect(await verify(store)).toMatchObject({ rows: 2500, problem: null });
    await sql`UPDATE audit SET entry = '{}' WHERE seq = 2222`.execute(store.db);
    expect((await verify(store)).problem).toEqual({ seq: 2222, problem: 'changed' });
  });

  test('appending at once from several connections leaves one unbroken chain', async () => {
    const [store, other] = await freshPair();
    await append(store, 0);
    const appending = Array.from({ length: 10 }, (_, n) =>
      (n % 2 === 0 ? store : other).transaction((tx) =>
        appendAudit(tx, { repoId: repo.id, entries: [entry(n)], sha256 }),
      ),
    );
    await Promise.all(appending);
    expect(await verify(store)).toMatchObject({ rows: 11, head: { seq: 11 }, problem: null });
  });

  describe('tampering is named by its first row', () => {
    test.each([
      {
        how: 'an entry was changed',
        seq: 3,
        problem: 'changed',
        statements: [`UPDATE audit SET entry = '{}' WHERE seq = 3`],
      },
      {
        how: 'a hash was changed',
        seq: 5,
        problem: 'changed',
        statements: [`UPDATE audit SET hash = 'x' WHERE seq = 5`],
      },
      { how: 'the first row was deleted', seq: 1, problem: 'missing', statements: ['DELETE FROM audit WHERE seq = 1'] },
      {
        how: 'a row in the middle was deleted',
        seq: 3,
        problem: 'missing',
        statements: ['DELETE FROM audit WHERE seq = 3'],
      },
      {
        how: 'the newest row was deleted',
        seq: 5,
        problem: 'missing',
        statements: ['DELETE FROM audit WHERE seq = 5'],
      },
      { how: 'all rows were deleted', seq: 1, problem: 'missing', statements: ['DELETE FROM audit'] },
      {
        how: 'two rows were swapped',
        seq: 2,
        problem: 'changed',
        statements: [
          'UPDATE audit SET seq = -2 WHERE seq = 2',
          'UPDATE audit SET seq = 2 WHERE seq = 4',
          'UPDATE audit SET seq = 4 WHERE seq = -2',
        ],
      },
      {
        how: 'the middle was deleted and the rest moved up',
        seq: 3,
        problem: 'changed',
        statements: [
          'DELETE FROM audit WHERE seq = 3',
          'UPDATE audit SET seq = 3 WHERE seq = 4',
          'UPDATE audit SET seq = 4 WHERE seq = 5',
        ],
      },
      {
        how: 'the head was set back',
        seq: 4,
        problem: 'beyond-head',
        statements: ['UPDATE repos SET audit_seq = 3, audit_hash = (SELECT hash FROM audit WHERE seq = 3)'],
      },
      {
        how: 'the head names another hash',
        seq: 5,
        problem: 'changed',
        statements: [`UPDATE repos SET audit_hash = 'x'`],
      },
    ])('$how', async ({ seq, problem, statements }) => {
      const store = await fresh();
      await append(store, 1, 2, 3, 4, 5);
      for (const statement of statements) await sql.raw(statement).execute(store.db);
      expect((await verify(store)).problem).toEqual({ seq, problem });
      expect(await listAuditedRepoIds(store.db)).toEqual([repo.id]);
    });
  });
});
