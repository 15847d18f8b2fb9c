// Takes in webhook deliveries: one transaction for their ids and their jobs, and the same delivery only once.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { OutsideError } from '../../net/outside-error.ts';
import { acceptDeliveries, type Accepted, type IncomingDelivery } from '../core/accept-deliveries.ts';
import type { Services } from '../core/services.ts';

export type Inbox = {
  /** `seen`: it was accepted before, and nothing changed. OutsideError when it can't be stored. */
  readonly accept: (incoming: IncomingDelivery) => Promise<Accepted>;
  /**
   * Resolves at once, but while many come together when the next few batches are stored, or a moment later: who sends
   * waits for an answer, and jobs can wait.
   */
  readonly calm: () => Promise<void>;
};

type Waiting = { readonly incoming: IncomingDelivery } & PromiseWithResolvers<Accepted>;

/** GitHub waits for an answer for ten seconds. */
const STORED_WITHIN_MS = 8000;
const MAX_TOGETHER = 64;
/** So many together are a crowd. */
const MANY = 8;
/** From one batch to the next: a large one and a small one often take turns. */
const FADES = 0.9;
const BATCHES_FIRST = 8;
const MOMENT_MS = 50;

/** What comes while a transaction is under way goes into the next one together, so that one sync to disk serves all. */
export function createInbox(services: Pick<Services, 'store' | 'now'>): Inbox {
  const waiting: Waiting[] = [];
  let storing = false;
  /** How many came together lately: the largest batch, less and less the longer ago it was. */
  let crowd = 0;
  const isCrowd = (): boolean => crowd >= MANY;
  let batches = 0;
  /** Who waits for calm, and after which batch their wait is over. */
  const waiters = new Map<() => void, number>();

  async function storeAll(): Promise<void> {
    storing = true;
    // Those that were sent in the same moment are read in one turn of the event loop.
    await nextTurn();
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MAX_TOGETHER);
      await storeTogether(services, batch);
      crowd = Math.max(batch.length, crowd * FADES);
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
        // What is being stored may still come in; what is not is forgotten, as its sender is told.
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
      if (!isCrowd()) return;
      const before = batches;
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        // Nobody came for a moment: it is no crowd any more.
        if (batches === before) crowd = 0;
        resolve();
      }, MOMENT_MS);
      waiters.set(resolve, before + BATCHES_FIRST);
      await promise;
      waiters.delete(resolve);
      clearTimeout(timer);
    },
  };
}

/** Never throws: whoever waits is told. */
async function storeTogether(services: Pick<Services, 'store' | 'now'>, entries: readonly Waiting[]): Promise<void> {
  try {
    const accepted = await acceptDeliveries(
      services,
      entries.map(({ incoming }) => incoming),
    );
    for (const [at, { resolve }] of entries.entries()) resolve(accepted[at] ?? 'seen');
  } catch (error) {
    // A database that can't be written now takes none of them, and would be waited for anew with each.
    const isAboutAll = error instanceof OutsideError && error.retryable;
    if (isAboutAll || entries.length === 1) {
      for (const { reject } of entries) reject(error);
      return;
    }
    // One that can't be stored must not take the others with it.
    for (const entry of entries) await storeTogether(services, [entry]);
  }
}
