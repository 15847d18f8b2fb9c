// Migrates a database to the schema of this version, one recorded step after the other.
import { sql } from 'kysely';
import { OutsideError } from '../../net/outside-error.ts';
import type { Store } from './database.ts';
import type { ColumnTypes } from './driver.ts';
import { initialSchema } from './initial-schema.ts';
import { IMAGE_OWNERS } from './schema-changes/image-owners.ts';
import { AUTHORITY_TABLES } from './schema-changes/authority.ts';
import { PIN_HOLDERS } from './schema-changes/pin-holders.ts';
import { PEOPLE_TABLES } from './schema-changes/people.ts';
import { SETUP_TABLES } from './schema-changes/setup.ts';
import { POLICY_ARRIVALS } from './schema-changes/policy-arrivals.ts';
import { LONG_THREADS } from './schema-changes/long-threads.ts';
import { REJECTIONS } from './schema-changes/rejections.ts';
import type { Db, Tx } from './schema.ts';

export type Migration = {
  readonly id: number;
  readonly name: string;
  readonly statements: (columnTypes: ColumnTypes) => readonly string[];
};

/** In order, ids without gaps. A migration that was released is never edited. */
export const MIGRATIONS: readonly Migration[] = [
  { id: 1, name: 'initial', statements: initialSchema },
  { id: 2, name: 'people', statements: () => PEOPLE_TABLES },
  { id: 3, name: 'image-owners', statements: () => IMAGE_OWNERS },
  { id: 4, name: 'setup', statements: () => SETUP_TABLES },
  { id: 5, name: 'rejections', statements: () => REJECTIONS },
  { id: 6, name: 'authority', statements: () => AUTHORITY_TABLES },
  { id: 7, name: 'pin-holders', statements: () => PIN_HOLDERS },
  { id: 8, name: 'policy-arrivals', statements: () => POLICY_ARRIVALS },
  { id: 9, name: 'long-threads', statements: () => LONG_THREADS },
];

/**
 * Applies what is missing; two processes that start at once do it once. Throws an OutsideError where the database was
 * made by a newer version. `from` and `to`: how many migrations the database had seen, and has.
 */
export async function migrate(store: Store, now: number): Promise<{ readonly from: number; readonly to: number }> {
  const first = await store.transaction((tx) => applyNext(tx, { store, now }));
  let last = first;
  while (last.more) last = await store.transaction((tx) => applyNext(tx, { store, now }));
  return { from: first.applied, to: last.applied };
}

/** Throws an OutsideError if the database, which has our tables, has another schema than this version. */
export async function assertCurrent({ db }: Store): Promise<void> {
  const applied = await readVersion(db);
  if (applied === MIGRATIONS.length) return;
  throw new OutsideError(
    `The database has schema ${applied}, but this version of Imprimatur needs ${MIGRATIONS.length}: start the server or run imprimatur migrate`,
    { code: 'database-older', retryable: false },
  );
}

/** How many migrations the database has; an OutsideError if these are more than this version has. */
async function readVersion(db: Db): Promise<number> {
  const { last } = await db
    .selectFrom('migrations')
    .select(({ fn }) => fn.max('id').as('last'))
    .executeTakeFirstOrThrow();
  const applied = last ?? 0;
  const known = MIGRATIONS.length;
  if (applied <= known) return applied;
  throw new OutsideError(
    `The database has schema ${applied}, but this version of Imprimatur supports up to ${known}: start the version that last used it, or a newer one`,
    { code: 'database-newer', retryable: false },
  );
}

/** One step in its own transaction, and how many were applied before; `more` while there may be another. */
async function applyNext(
  tx: Tx,
  { store, now }: { readonly store: Store; readonly now: number },
): Promise<{ readonly applied: number; readonly more: boolean }> {
  const { columnTypes, migrationLock } = store.ddl;
  if (migrationLock !== null) await sql.raw(migrationLock).execute(tx);
  await sql`CREATE TABLE IF NOT EXISTS migrations (id BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)`.execute(
    tx,
  );
  const applied = await readVersion(tx);
  const next = MIGRATIONS[applied];
  if (next === undefined) return { applied, more: false };
  for (const statement of next.statements(columnTypes)) await sql.raw(statement).execute(tx);
  await tx.insertInto('migrations').values({ id: next.id, name: next.name, applied_at: now }).execute();
  return { applied, more: true };
}
