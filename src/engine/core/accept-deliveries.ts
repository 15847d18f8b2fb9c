// Stores webhook deliveries: their ids and their jobs in one transaction, and each delivery only once.
import { saveDeliveries } from '../../store/queue/deliveries.ts';
import { addKeylessJobs } from '../../store/queue/jobs.ts';
import type { Services } from './services.ts';

export type IncomingDelivery = {
  /** `X-GitHub-Hook-Installation-Target-Type/-ID`: delivery ids are per event, not per hook. */
  readonly hookTarget: string;
  readonly deliveryId: string;
  readonly event: string;
  readonly body: string;
  /** Deliveries of one repository are translated one by one, in the order of arrival. */
  readonly repoId: number | null;
  /** By our clock; set if GitHub sent it long before it was accepted. */
  readonly sentAt?: number;
};

/** `seen`: it was accepted before, and nothing changed. */
export type Accepted = 'new' | 'seen';

/** In the order of the deliveries. OutsideError when they can't be stored. */
export function acceptDeliveries(
  { store, now }: Pick<Services, 'store' | 'now'>,
  incoming: readonly IncomingDelivery[],
): Promise<readonly Accepted[]> {
  const at = now();
  return store.transaction(async (tx) => {
    const accepted = await saveDeliveries(tx, { deliveries: incoming, now: at });
    const fresh = incoming.filter((_unused, position) => accepted[position] === 'new');
    const jobs = fresh.map(({ deliveryId, event, body, repoId, sentAt }) => ({
      kind: 'delivery',
      queueKey: repoId === null ? null : `delivery:${repoId}`,
      payload: JSON.stringify({ kind: 'delivery', deliveryId, event, body, sentAt }),
      runAt: at,
      origin: { delivery: deliveryId, at },
    }));
    await addKeylessJobs(tx, { jobs, now: at });
    return accepted;
  });
}
