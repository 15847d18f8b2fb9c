// Stores whose rights in a repository GitHub confirmed lately, and counts the commands of people with unknown rights.
import type { Db, Tx } from './database/schema.ts';

export type PersonKey = { readonly repoId: number; readonly personId: number };

/** How long a confirmed right counts as known. */
export const KNOWN_FOR_MS = 30 * 24 * 60 * 60 * 1000;
/** How many commands a person without known rights may send in this time. */
export const STRANGER_LIMIT = { commands: 10, windowMs: 10 * 60 * 1000 } as const;

/** GitHub confirmed that this person has the role that a command needs. */
export async function saveKnownRights(
  tx: Tx,
  { repoId, personId, now }: PersonKey & { readonly now: number },
): Promise<void> {
  await tx
    .insertInto('known_rights')
    .values({ repo_id: repoId, person_id: personId, confirmed_at: now })
    .onConflict((conflict) => conflict.columns(['repo_id', 'person_id']).doUpdateSet({ confirmed_at: now }))
    .execute();
}

/** GitHub reported that this person does not have that role. */
export async function forgetKnownRights(tx: Tx, { repoId, personId }: PersonKey): Promise<void> {
  await tx.deleteFrom('known_rights').where('repo_id', '=', repoId).where('person_id', '=', personId).execute();
}

/** When GitHub last confirmed the rights of this person; null if that is too long ago or never happened. */
export async function findRightsConfirmedAt(
  db: Db,
  { repoId, personId, now }: PersonKey & { readonly now: number },
): Promise<number | null> {
  const row = await db
    .selectFrom('known_rights')
    .select('confirmed_at')
    .where('repo_id', '=', repoId)
    .where('person_id', '=', personId)
    .where('confirmed_at', '>', now - KNOWN_FOR_MS)
    .executeTakeFirst();
  return row?.confirmed_at ?? null;
}

/**
 * False: with these commands the person would exceed the limit, in all repositories together, and they are not counted. A
 * comment that was counted before is not counted again.
 */
export async function countStrangerCommands(
  tx: Tx,
  comment: PersonKey & { readonly commentId: number; readonly commands: number; readonly now: number },
): Promise<boolean> {
  const { repoId, personId, commentId, commands, now } = comment;
  const counted = await tx
    .selectFrom('stranger_commands')
    .select('at')
    .where('repo_id', '=', repoId)
    .where('comment_id', '=', commentId)
    .executeTakeFirst();
  if (counted !== undefined) return true;
  const { used } = await tx
    .selectFrom('stranger_commands')
    .select(({ fn }) => fn.sum<number | string | null>('commands').as('used'))
    .where('person_id', '=', personId)
    .where('at', '>', now - STRANGER_LIMIT.windowMs)
    // Without rows from the future: the clock was set back.
    .where('at', '<=', now)
    .executeTakeFirstOrThrow();
  if (Number(used ?? 0) + commands > STRANGER_LIMIT.commands) return false;
  await tx
    .insertInto('stranger_commands')
    .values({ repo_id: repoId, comment_id: commentId, person_id: personId, commands, at: now })
    .execute();
  return true;
}

/** How many were removed. */
export async function deleteKnownRightsBefore(db: Db, before: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('known_rights')
    .where('confirmed_at', '<=', before)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

/** How many were removed. */
export async function deleteStrangerCommandsBefore(db: Db, before: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('stranger_commands')
    .where('at', '<=', before)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
