// What the inbox does while the database takes nothing: who sent is told in time, and nothing is piled up.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OutsideError } from '../../../src/net/outside-error.ts';
import type { IncomingDelivery } from '../../../src/engine/core/accept-deliveries.ts';
import { createInbox } from '../../../src/engine/queue/inbox.ts';
import type { Services } from '../../../src/engine/core/services.ts';
import { startEngine, type Engine } from '../harness.ts';

let engine: Engine;
beforeEach(async () => {
  engine = await startEngine();
});
afterEach(async () => {
  vi.useRealTimers();
  await engine.close();
});

const delivery = (deliveryId: string): IncomingDelivery => ({
  hookTarget: 'integration/1',
  deliveryId,
  event: 'push',
  body: '{}',
  repoId: 7,
});

const codeOf = async (accepted: Promise<unknown>): Promise<string> =>
  accepted.then(
    () => 'accepted',
    (error: unknown) => (error instanceof OutsideError ? error.code : String(error)),
  );

/** The real store, but that each transaction first waits for this. */
function storeBehind(gate: () => Promise<void>): Pick<Services, 'store' | 'now'> {
  const { store, now } = engine.services;
  const transaction: Services['store']['transaction'] = async (work) => {
    await gate();
    return store.transaction(work);
  };
  return { store: { ...store, transaction }, now };
}

async function storedIds(): Promise<readonly string[]> {
  const rows = await engine.services.store.db.selectFrom('deliveries').select('delivery_id').execute();
  return rows.map(({ delivery_id }) => delivery_id);
}

test('with a locked database, senders get an error before GitHub gives up; deliveries that were not started are dropped', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const reached = Promise.withResolvers<void>();
  const lock = Promise.withResolvers<void>();
  const inbox = createInbox(
    storeBehind(() => {
      reached.resolve();
      return lock.promise;
    }),
  );
  const first = codeOf(inbox.accept(delivery('first')));
  await reached.promise;
  const second = codeOf(inbox.accept(delivery('second')));
  await vi.advanceTimersByTimeAsync(8000);
  expect(await Promise.all([first, second])).toEqual(['database-busy', 'database-busy']);
  vi.useRealTimers();
  lock.resolve();
  expect(await codeOf(inbox.accept(delivery('third')))).toBe('accepted');
  expect(await storedIds()).toEqual(['first', 'third']);
});

test('a database that can’t be written is not tried again for each delivery of a batch', async () => {
  let asked = 0;
  const inbox = createInbox(
    storeBehind(async () => {
      asked += 1;
      throw new OutsideError('locked', { code: 'database-busy', retryable: true });
    }),
  );
  const accepted = ['one', 'two', 'three'].map((id) => codeOf(inbox.accept(delivery(id))));
  expect(await Promise.all(accepted)).toEqual(['database-busy', 'database-busy', 'database-busy']);
  expect(asked).toBe(1);
});
