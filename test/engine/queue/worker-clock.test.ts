// Workers of several processes on one database, each with a clock of its own: which of them was set back, and which only differs.
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Worker } from '../../../src/engine/queue/worker.ts';
import type { Store } from '../../../src/store/database/database.ts';
import { addJob } from '../../../src/store/queue/jobs.ts';
import { gate, onBothEngines, onEngine, untilSomebodyWaits } from '../../store/engines.ts';
import { startEngine, type Engine } from '../harness.ts';
import { kindsWith } from '../job-kinds.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

let engine: Engine;
beforeEach(async () => {
  engine = await startEngine();
});
afterEach(async () => {
  await engine.close();
});

/** A process on a machine whose clock is turned by hand. */
type Process = {
  readonly now: () => number;
  readonly turn: (ms: number) => void;
  /** A job that is due in `inMs` by this process's clock. */
  readonly add: (key: string, inMs: number) => Promise<void>;
  /** What a worker that starts here finds due, by key. */
  readonly start: () => Promise<readonly string[]>;
};

function processOn(store: Store, aheadMs = 0): Process {
  let ahead = aheadMs;
  // The real clock goes on beneath, as that of PostgreSQL does.
  const now = (): number => Date.now() + ahead;
  return {
    now,
    turn: (ms) => {
      ahead += ms;
    },
    add: (key, inMs) => store.transaction((tx) => addJob(tx, jobOf(key, now() + inMs, now()))),
    start: async () => {
      const ran: string[] = [];
      const kinds = kindsWith({
        'delete-expired-rows': async ({ payload }) => {
          ran.push(payload.slot);
          return { kind: 'done', commit: null };
        },
      });
      await new Worker({ ...engine.services, store, now }, kinds).drain();
      return ran;
    },
  };
}

function jobOf(slot: string, runAt: number, now: number): Parameters<typeof addJob>[1] {
  const kind = 'delete-expired-rows';
  return { kind, key: slot, queueKey: null, payload: JSON.stringify({ kind, slot }), runAt, now };
}

function warnings(): number {
  return engine.log.filter((line) => line.includes('the clock went back')).length;
}

onBothEngines(({ freshPair }) => {
  test('set back by an hour while no process ran: what was due runs, and what waited for a moment', async () => {
    const [before, after] = await freshPair();
    const old = processOn(before);
    await old.add('due', 0);
    await old.add('in 40 minutes', 40 * MINUTE_MS);
    await old.add('in 3 hours', 3 * HOUR_MS);
    const next = processOn(after, -HOUR_MS);
    expect((await next.start()).toSorted()).toEqual(['due', 'in 40 minutes']);
    expect(await processOn(after, -HOUR_MS).start()).toEqual([]);
    expect(warnings()).toBe(1);
  });

  test('less than a second behind the newest job, a process that starts keeps every pause', async () => {
    const [one, other] = await freshPair();
    await processOn(one, 900).add('in 40 minutes', 40 * MINUTE_MS);
    expect(await processOn(other).start()).toEqual([]);
    expect(warnings()).toBe(0);
  });

  test('less than a second behind its own last claim, a worker keeps every pause', async () => {
    const store = (await freshPair())[0];
    const { add, now, turn } = processOn(store);
    const worker = new Worker({ ...engine.services, store, now }, kindsWith({}));
    await add('in 40 minutes', 40 * MINUTE_MS);
    await worker.drain();
    turn(-900);
    await worker.drain();
    expect(warnings()).toBe(0);
  });
});

onEngine('postgres', ({ freshPair }) => {
  test('a process that starts while another one stores jobs keeps every pause', async () => {
    const [busy, starting] = await freshPair();
    const [first, second] = [processOn(busy), processOn(starting)];
    await first.add('in 40 minutes', 40 * MINUTE_MS);
    const locked = gate();
    const meanwhile = gate();
    const storing = busy.transaction(async (tx) => {
      await sql`LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE`.execute(tx);
      locked.open();
      await meanwhile.opened;
      await addJob(tx, jobOf('new', first.now(), first.now()));
    });
    await locked.opened;
    const ran = second.start();
    await untilSomebodyWaits(starting);
    for (const { turn } of [first, second]) turn(5 * SECOND_MS);
    meanwhile.open();
    await storing;
    expect(await ran).toEqual(['new']);
    expect(warnings()).toBe(0);
  });

  describe('machines whose clocks differ by 15 seconds', () => {
    test.each([
      ['ahead of the one that runs', 15 * SECOND_MS],
      ['behind the one that runs', -15 * SECOND_MS],
    ])('a process that starts %s keeps every pause', async (_name, aheadMs) => {
      const [one, other] = await freshPair();
      await processOn(one).add('in 40 minutes', 40 * MINUTE_MS);
      expect(await processOn(other, aheadMs).start()).toEqual([]);
      expect(warnings()).toBe(0);
    });
  });

  test('the clock of the database was set back too: what was due runs', async () => {
    const [before, after] = await freshPair();
    await processOn(before, HOUR_MS).add('due', 0);
    await before.db
      .updateTable('jobs')
      .set({ inserted_at: sql`inserted_at + ${HOUR_MS}` })
      .execute();
    expect(await processOn(after).start()).toEqual(['due']);
    expect(await processOn(after).start()).toEqual([]);
    expect(warnings()).toBe(1);
  });

  test('set back long after the last job was stored: the clock of the database shows how far', async () => {
    const [before, after] = await freshPair();
    await processOn(before).add('due ten minutes ago', -10 * MINUTE_MS);
    const longAgo = {
      created_at: sql<number>`created_at - ${70 * MINUTE_MS}`,
      inserted_at: sql<number>`inserted_at - ${70 * MINUTE_MS}`,
    };
    await before.db.updateTable('jobs').set(longAgo).execute();
    expect(await processOn(after, -HOUR_MS).start()).toEqual(['due ten minutes ago']);
  });
});
