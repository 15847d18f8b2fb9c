// Turns ticks of the clock into jobs: one per time slot, however many processes tick. Work of each process is no job.
import { schedule, type ScheduledTask } from 'node-cron';
import { addJob } from '../../store/queue/jobs.ts';
import { SLOT_MEMORY_MS, claimIdempotencyKey } from '../../store/queue/idempotency-keys.ts';
import { SCHEDULES, type TickKind } from '../core/job.ts';
import type { Services } from '../core/services.ts';

export type Scheduler = { stop(): Promise<void> };

const MINUTE_MS = 60_000;
const TICK_KINDS = Object.keys(SCHEDULES).filter(isTickKind);

/** Every process runs it for itself, so this is no job. */
const DAILY = '41 6 * * *';

/** `wake` is called when a tick added a job. */
export function startScheduler(services: Services, wake: () => void): Scheduler {
  const ask = async (kind: TickKind, put: Put): Promise<void> => {
    try {
      if (await put(services, kind)) wake();
    } catch (error) {
      services.log.error({ err: error, kind }, 'could not store a scheduled job; the next tick retries');
    }
  };
  const starting = TICK_KINDS.filter((kind) => SCHEDULES[kind].atStart).map((kind) => ask(kind, askAtOnce));
  const checkRegistryToken = async (): Promise<void> => {
    try {
      await services.registryTokenWatch.check();
    } catch (error) {
      services.log.error({ err: error }, 'could not check GHCR_TOKEN; retrying tomorrow');
    }
  };
  const startTasks = (): readonly ScheduledTask[] => [
    ...TICK_KINDS.map((kind) => schedule(SCHEDULES[kind].cron, () => ask(kind, tick))),
    schedule(DAILY, checkRegistryToken),
  ];
  let tasks = startTasks();
  let latest = services.now();
  // node-cron waits for its computed time, even if the clock was set back by an hour meanwhile.
  const watch = setInterval(() => {
    const now = services.now();
    const isTurnedBack = now < latest;
    latest = now;
    if (!isTurnedBack) return;
    const old = tasks;
    tasks = startTasks();
    void destroyAll(old);
  }, MINUTE_MS);
  return {
    stop: async () => {
      clearInterval(watch);
      await destroyAll(tasks);
      await Promise.all(starting);
    },
  };
}

async function destroyAll(tasks: readonly ScheduledTask[]): Promise<void> {
  for (const one of tasks) await one.destroy();
}

type Clocked = Pick<Services, 'store' | 'jobs' | 'now'>;
type Put = (services: Clocked, kind: TickKind) => Promise<boolean>;

/** True if the job of this time slot was added now. */
export async function tick({ store, jobs, now }: Clocked, kind: TickKind): Promise<boolean> {
  const at = now();
  const { everyMs } = SCHEDULES[kind];
  const slot = new Date(at - (at % everyMs)).toISOString();
  return store.transaction(async (tx) => {
    const first = await claimIdempotencyKey(tx, { key: `${kind}/${slot}`, until: at + SLOT_MEMORY_MS, now: at });
    if (first) await addJob(tx, { ...jobs.ofTick({ kind, slot }, at), now: at });
    return first;
  });
}

async function askAtOnce({ store, jobs, now }: Clocked, kind: TickKind): Promise<boolean> {
  const at = now();
  const job = { ...jobs.ofTick({ kind, slot: new Date(at).toISOString() }, at), now: at };
  await store.transaction((tx) => addJob(tx, job));
  return true;
}

function isTickKind(kind: string): kind is TickKind {
  return Object.hasOwn(SCHEDULES, kind);
}
