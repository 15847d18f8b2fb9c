// All the waiting jobs of a lane at once.
import { sql } from 'kysely';
import type { Tx } from '../database/schema.ts';

/**
 * Lets the waiting jobs of a lane wait until then, in the order they have, so that none of them is claimed only to be put
 * back. Those that wait longer already are left alone.
 */
export async function delayLane(
  tx: Tx,
  { lane, until }: { readonly lane: string; readonly until: number },
): Promise<void> {
  await tx
    .updateTable('jobs')
    .set({ run_at: until })
    .where(sql<boolean>`state = 'queued'`)
    .where('lane', '=', lane)
    .where('run_at', '<', until)
    .execute();
}
