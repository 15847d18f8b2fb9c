// Stores the ids of names in policy files at their first use: another account that takes a name over never counts.
import type { PinnedName } from '../domain/policy/pinned-name.ts';
import type { Db } from './database/schema.ts';
import { listRepoNames } from './repo-names.ts';

export type PinKind = PinnedName['kind'];

/** `holder`: another account or App that has the name now; null if none is known. */
export type StoredPin = PinnedName & { readonly holder: number | null };

type PinQuestion = { readonly owner: string; readonly kind: PinKind; readonly names: readonly string[] };

/** `names` in lower case; unknown ones are left out. */
export async function findPins(db: Db, question: PinQuestion): Promise<ReadonlyMap<string, number>> {
  return new Map((await listPins(db, question)).map(({ name, id }) => [name, id]));
}

/** The same, with everything that is known about them. */
export async function listPins(db: Db, { owner, kind, names }: PinQuestion): Promise<readonly StoredPin[]> {
  if (names.length === 0) return [];
  const rows = await db
    .selectFrom('pins')
    .select(['name', 'id', 'first_used', 'holder'])
    .where('owner', '=', owner)
    .where('kind', '=', kind)
    .where('name', 'in', names)
    .execute();
  return rows.map(({ name, id, first_used: firstUsed, holder }) => ({ kind, name, id, firstUsed, holder }));
}

/**
 * A repository that was transferred, or whose owner changed its name, keeps what its policy's names stand for: the pins of
 * its former owners, the oldest of each name. Those that the present owner has stay as they are.
 */
export async function inheritPins(
  db: Db,
  { repoId, owner, kind, names }: PinQuestion & { readonly repoId: number },
): Promise<void> {
  const had = await listRepoNames(db, repoId);
  const formerOwners = [...new Set(had.map(({ name }) => name.split('/')[0] ?? ''))].filter((one) => one !== owner);
  if (names.length === 0 || formerOwners.length === 0) return;
  const rows = await db
    .selectFrom('pins')
    .select(['name', 'id', 'first_used'])
    .where('owner', 'in', formerOwners)
    .where('kind', '=', kind)
    .where('name', 'in', names)
    .execute();
  const oldestFirst = rows.toSorted((one, other) => one.first_used - other.first_used);
  for (const { name, id, first_used: now } of oldestFirst) await savePin(db, { owner, kind, name, id, now });
}

/** Only the first id counts. */
export async function savePin(
  db: Db,
  pin: {
    readonly owner: string;
    readonly kind: PinKind;
    readonly name: string;
    readonly id: number;
    readonly now: number;
  },
): Promise<void> {
  const { owner, kind, name, id, now } = pin;
  await db
    .insertInto('pins')
    .values({ owner, kind, name, id, first_used: now, holder: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Stores who has the name now; null if it is still the pinned account. */
export async function savePinHolder(
  db: Db,
  pin: {
    readonly owner: string;
    readonly kind: PinKind;
    readonly name: string;
    readonly holder: number | null;
  },
): Promise<void> {
  const { owner, kind, name, holder } = pin;
  await db
    .updateTable('pins')
    .set({ holder })
    .where('owner', '=', owner)
    .where('kind', '=', kind)
    .where('name', '=', name)
    .execute();
}
