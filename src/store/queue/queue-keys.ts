// Delays all waiting jobs of a queue key at once.
import type { Tx } from '../database/schema.ts';
import { QUEUED } from './job-states.ts';

/**
 * Lets the waiting jobs of a queue key wait until then, in the order they have, so that none of them is claimed only to be put
 * back. Those that wait longer already are left alone.
 */
export async function delayQueueKey(
  tx: Tx,
  { queueKey, until }: { readonly queueKey: string; readonly until: number },
): Promise<void> {
  await tx
    .updateTable('jobs')
    .set({ run_at: until })
    .where(QUEUED)
    .where('queue_key', '=', queueKey)
    .where('run_at', '<', until)
    .execute();
}
