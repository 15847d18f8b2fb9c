// Receives webhook deliveries: stores their ids and jobs in one transaction, and each delivery only once.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { OutsideError } from '../../net/outside-error.ts';
import { acceptDeliveries, type Accepted, type IncomingDelivery } from '../core/accept-deliveries.ts';
import type { Services } from '../core/services.ts';

export type Inbox = {
  /** `seen`: it was accepted before, and nothing changed. OutsideError when it can't be stored. */
  readonly accept: (incoming: IncomingDelivery) => Promise<Accepted>;
  /**
   * Resolves immediately; under load, after the next few batches or a moment later. Senders wait for an answer, so jobs
   * can wait.
   */
  readonly calm: () => Promise<void>;
};

type Waiting = { readonly incoming: IncomingDelivery } & PromiseWithResolvers<Accepted>;

/** GitHub waits for an answer for ten seconds. */
const STORED_WITHIN_MS = 8000;
const MAX_TOGETHER = 64;
/** A batch of this size means load. */
const MANY = 8;
/** The decay from one batch to the next: large and small ones often alternate. */
const FADES = 0.9;
const BATCHES_FIRST = 8;
const MOMENT_MS = 50;

/** Deliveries that arrive during a transaction share the next one, and so one sync to disk. */
export function createInbox(services: Pick<Services, 'store' | 'now'>): Inbox {
  const waiting: Waiting[] = [];
  let storing = false;
  /** The recent load: the size of the largest batch, which decays with time. */
  let load = 0;
  const isBusy = (): boolean => load >= MANY;
  let batches = 0;
  /** The callers that wait for less load, and the batch after which each stops waiting. */
  const waiters = new Map<() => void, number>();

  async function storeAll(): Promise<void> {
    storing = true;
    // Deliveries of the same moment are read in one iteration of the event loop.
    await nextTurn();
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MAX_TOGETHER);
      await storeTogether(services, batch);
      load = Math.max(batch.length, load * FADES);
      batches += 1;
      for (const [resolve, last] of waiters) if (batches >= last) resolve();
    }
    storing = false;
  }

  return {
    accept: async (incoming) => {
      const entry = { incoming, ...Promise.withResolvers<Accepted>() };
      waiting.push(entry);
      if (!storing) void storeAll();
      const timer = setTimeout(() => {
        // What is being stored may still succeed. The rest is dropped, and its sender gets an error.
        const at = waiting.indexOf(entry);
        if (at !== -1) waiting.splice(at, 1);
        entry.reject(
          new OutsideError('The database was busy for too long', { code: 'database-busy', retryable: true }),
        );
      }, STORED_WITHIN_MS);
      try {
        return await entry.promise;
      } finally {
        clearTimeout(timer);
      }
    },
    calm: async () => {
      if (!isBusy()) return;
      const before = batches;
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        // Nothing arrived for a moment: the load is over.
        if (batches === before) load = 0;
        resolve();
      }, MOMENT_MS);
      waiters.set(resolve, before + BATCHES_FIRST);
      await promise;
      waiters.delete(resolve);
      clearTimeout(timer);
    },
  };
}

/** Never throws: waiting callers get the error. */
async function storeTogether(services: Pick<Services, 'store' | 'now'>, entries: readonly Waiting[]): Promise<void> {
  try {
    const accepted = await acceptDeliveries(
      services,
      entries.map(({ incoming }) => incoming),
    );
    for (const [at, { resolve }] of entries.entries()) resolve(accepted[at] ?? 'seen');
  } catch (error) {
    // A database that can't be written takes none of them; storing them one by one would wait for it each time.
    const isAboutAll = error instanceof OutsideError && error.retryable;
    if (isAboutAll || entries.length === 1) {
      for (const { reject } of entries) reject(error);
      return;
    }
    // One that can't be stored must not fail the others.
    for (const entry of entries) await storeTogether(services, [entry]);
  }
}
