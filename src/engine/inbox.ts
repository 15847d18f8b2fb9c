// Takes in a webhook delivery: one transaction for its id and its job, and the same delivery only once.
import { addJob } from '../store/jobs.ts';
import { saveDelivery } from '../store/deliveries.ts';
import type { Services } from './services.ts';

export type IncomingDelivery = {
  /** `X-GitHub-Hook-Installation-Target-Type/-ID`: delivery ids are per event, not per hook. */
  readonly hookTarget: string;
  readonly deliveryId: string;
  readonly event: string;
  readonly body: string;
  /** Deliveries of one repository are translated one after the other, in the order of their coming. */
  readonly repoId: number | null;
};

/** `seen`: it was accepted before, and nothing changed. OutsideError when it can't be stored. */
export async function acceptDelivery(services: Services, incoming: IncomingDelivery): Promise<'new' | 'seen'> {
  const { hookTarget, deliveryId, event, body, repoId } = incoming;
  const now = services.now();
  return services.store.transaction(async (tx) => {
    const first = await saveDelivery(tx, { hookTarget, deliveryId, now });
    if (first === 'seen') return first;
    await addJob(tx, {
      kind: 'delivery',
      key: null,
      lane: repoId === null ? null : `delivery:${repoId}`,
      payload: JSON.stringify({ kind: 'delivery', deliveryId, event, body }),
      runAt: now,
      now,
    });
    return first;
  });
}
