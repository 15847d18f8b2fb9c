// The ids that names in policy files stood for when they were first used: a name that changes hands is never followed.
import type { Db } from './database/schema.ts';

export type PinKind = 'user' | 'app';

/** `names` in lower case; those that were never seen are left out. */
export async function findPins(
  db: Db,
  { owner, kind, names }: { readonly owner: string; readonly kind: PinKind; readonly names: readonly string[] },
): Promise<ReadonlyMap<string, number>> {
  if (names.length === 0) return new Map();
  const rows = await db
    .selectFrom('pins')
    .select(['name', 'id'])
    .where('owner', '=', owner)
    .where('kind', '=', kind)
    .where('name', 'in', names)
    .execute();
  return new Map(rows.map(({ name, id }) => [name, id]));
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
    .values({ owner, kind, name, id, first_used: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
