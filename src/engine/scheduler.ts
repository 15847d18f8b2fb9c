// Ticks of the clock become jobs: one per time slot, however many processes tick. What each process has to know is no job.
import { schedule } from 'node-cron';
import { addJob } from '../store/jobs.ts';
import { useOnce } from '../store/once.ts';
import type { Tick } from './job.ts';
import type { Services } from './services.ts';

export type Scheduler = { stop(): Promise<void> };

const HOURLY = '17 * * * *';
/** Every process asks for itself, so this is no job. */
const DAILY = '41 6 * * *';
const DAY_MS = 24 * 60 * 60 * 1000;

/** `wake` is called when a tick put a job into the table. */
export function startScheduler(services: Services, wake: () => void): Scheduler {
  const hourly = schedule(HOURLY, async () => {
    try {
      if (await tick(services, 'sweep')) wake();
    } catch (error) {
      services.log.error({ err: error }, 'an hourly tick could not be stored; the next hour tries again');
    }
  });
  const daily = schedule(DAILY, async () => {
    try {
      await services.patWatch.look();
    } catch (error) {
      services.log.error({ err: error }, 'the machine user’s token could not be looked at; tomorrow tries again');
    }
  });
  return {
    stop: async () => {
      await hourly.destroy();
      await daily.destroy();
    },
  };
}

/** True when this hour's job was put into the table now. */
export async function tick({ store, now }: Services, kind: Tick['kind']): Promise<boolean> {
  const at = now();
  const slot = new Date(at).toISOString().slice(0, 13);
  const payload: Tick = { kind, slot };
  return store.transaction(async (tx) => {
    const first = await useOnce(tx, { key: `${kind}/${slot}`, until: at + DAY_MS, now: at });
    if (!first) return false;
    await addJob(tx, { kind, key: slot, lane: null, payload: JSON.stringify(payload), runAt: at, now: at });
    return true;
  });
}
