// Ticks of the clock become jobs: one per time slot, however many processes tick. What each process has to know is no job.
import { schedule } from 'node-cron';
import { addJob } from '../store/jobs.ts';
import { useOnce } from '../store/once.ts';
import type { Tick, TickKind } from './job.ts';
import type { Services } from './services.ts';

export type Scheduler = { stop(): Promise<void> };

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** `atStart`: also when a process starts, for what came to pass while none ran. */
const TICKS = {
  sweep: { cron: '17 * * * *', everyMs: 60 * MINUTE_MS, atStart: false },
  'sweep-deliveries': { cron: '*/5 * * * *', everyMs: 5 * MINUTE_MS, atStart: true },
  reconcile: { cron: '*/10 * * * *', everyMs: 10 * MINUTE_MS, atStart: false },
} as const satisfies Readonly<Record<TickKind, Rhythm>>;

type Rhythm = { readonly cron: string; readonly everyMs: number; readonly atStart: boolean };

const TICK_KINDS: readonly TickKind[] = ['sweep', 'sweep-deliveries', 'reconcile'];

/** Every process asks for itself, so this is no job. */
const DAILY = '41 6 * * *';

/** `wake` is called when a tick put a job into the table. */
export function startScheduler(services: Services, wake: () => void): Scheduler {
  const ask = async (kind: TickKind, put: Put): Promise<void> => {
    try {
      if (await put(services, kind)) wake();
    } catch (error) {
      services.log.error({ err: error, kind }, 'a tick could not be stored; the next one tries again');
    }
  };
  const starting = TICK_KINDS.filter((kind) => TICKS[kind].atStart).map((kind) => ask(kind, askAtOnce));
  const ticks = TICK_KINDS.map((kind) => schedule(TICKS[kind].cron, () => ask(kind, tick)));
  const daily = schedule(DAILY, async () => {
    try {
      await services.patWatch.look();
    } catch (error) {
      services.log.error({ err: error }, 'the machine user’s token could not be looked at; tomorrow tries again');
    }
  });
  return {
    stop: async () => {
      for (const one of [...ticks, daily]) await one.destroy();
      await Promise.all(starting);
    },
  };
}

type Clocked = Pick<Services, 'store' | 'now'>;
type Put = (services: Clocked, kind: TickKind) => Promise<boolean>;

/** True when the job of this time slot was put into the table now. */
export async function tick({ store, now }: Clocked, kind: TickKind): Promise<boolean> {
  const at = now();
  const { everyMs } = TICKS[kind];
  const slot = new Date(at - (at % everyMs)).toISOString();
  return store.transaction(async (tx) => {
    const first = await useOnce(tx, { key: `${kind}/${slot}`, until: at + DAY_MS, now: at });
    if (first) await addJob(tx, jobOf({ kind, slot }, at));
    return first;
  });
}

async function askAtOnce({ store, now }: Clocked, kind: TickKind): Promise<boolean> {
  const at = now();
  const job = jobOf({ kind, slot: new Date(at).toISOString() }, at);
  await store.transaction((tx) => addJob(tx, job));
  return true;
}

/** One that is still to be done does for those that come meanwhile. */
function jobOf(payload: Tick, at: number): Parameters<typeof addJob>[1] {
  return { kind: payload.kind, key: payload.kind, lane: null, payload: JSON.stringify(payload), runAt: at, now: at };
}
