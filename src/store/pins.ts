// The ids that names in policy files stood for when they were first used: a name that changes hands is never followed.
import type { PinnedName } from '../domain/policy/pinned-name.ts';
import type { Db } from './database/schema.ts';

export type PinKind = PinnedName['kind'];

/** `holder`: another account or App that has the name now; null where none is known. */
export type StoredPin = PinnedName & { readonly holder: number | null };

type PinQuestion = { readonly owner: string; readonly kind: PinKind; readonly names: readonly string[] };

/** `names` in lower case; those that were never seen are left out. */
export async function findPins(db: Db, question: PinQuestion): Promise<ReadonlyMap<string, number>> {
  return new Map((await listPins(db, question)).map(({ name, id }) => [name, id]));
}

/** The same, with all that is known of them. */
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

/** The first one stays. */
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

/** Who has the name now; null where it is still the one that it was pinned for. */
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
