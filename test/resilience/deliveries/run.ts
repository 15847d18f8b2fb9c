// Plays a play with webhooks that arrive at once, or with some that are lost, doubled and reordered, and an outage between.
import { tick } from '../../../src/engine/queue/scheduler.ts';
import { JOB_ROWS } from '../../engine/job-kinds.ts';
import type { Due } from '../../support/github/deliveries.ts';
import { Scenario } from '../../scenarios/world.ts';
import type { Act, Play } from './play.ts';
import { createRandom } from './random.ts';
import { act, isTime, setStage, type Stage } from './stage.ts';

export type Ended = { readonly world: Scenario; readonly stage: Stage; readonly counts: Counts };

export type Counts = {
  /** Different ones, the App's own echoes included. */
  readonly deliveries: number;
  readonly lost: number;
  readonly doubled: number;
  readonly inOutage: number;
};

const MINUTE_MS = 60_000;
const LATEST_MS = MINUTE_MS;
const RECHECKS_MS = 30_000;
/** A thread that never gets its card is told by what is left of it. */
const LONGEST_MS = 4 * 60 * MINUTE_MS;
const LOST = 0.05;
const DOUBLED = 0.1;
const OUTAGE = { from: 45 * MINUTE_MS, to: 75 * MINUTE_MS } as const;
/** The last comes a minute late; a sweep leaves what is younger than a minute to the next one, five minutes later. */
const REST_MS = 8 * MINUTE_MS;

/** Hands what came of it to `inspect` while all of it stands. `torment` null: a calm run, with the same ticks of the clock. */
export async function play<T>(
  { acts, ...rest }: Play,
  torment: { readonly seed: number } | null,
  inspect: (ended: Ended) => Promise<T>,
): Promise<T> {
  const world = await Scenario.start({ env: { LOG_LEVEL: 'warn' } });
  try {
    const stage = await setStage(world, { acts, ...rest });
    await world.drain();
    const began = world.clock.now();
    const post = torment === null ? null : createPost(world, torment.seed);
    const people = createPeople(world, { stage, acts });
    let until = OUTAGE.to;
    let isDown = false;
    // Second by second: what is due then is done, what arrives then arrives, and the App works.
    for (let at = 0; at <= Math.min(until, LONGEST_MS); at += 1000) {
      world.clock.turn(Math.max(0, began + at - world.clock.now()));
      if (post !== null && at === OUTAGE.from) {
        isDown = true;
        world.github.setAppUrl(null);
      }
      if (isDown && at === OUTAGE.to) {
        isDown = false;
        await world.restart();
        await ask(world, 'recover-deliveries');
      }
      const happened = await people.act(at);
      if (!people.areDone()) until = at + LATEST_MS + REST_MS;
      const arrived = (await post?.bring(isDown)) ?? false;
      if (isDown) continue;
      if (at % (5 * MINUTE_MS) === 0) await ask(world, 'recover-deliveries');
      if (at % (10 * MINUTE_MS) === 0) await ask(world, 'reconcile');
      if (happened || arrived || at % 15_000 === 0) await world.drain();
    }
    await world.drain();
    const guids = new Set(world.github.deliveries.map(({ guid }) => guid));
    const counts = { deliveries: guids.size, lost: 0, doubled: 0, inOutage: 0, ...post?.counts() };
    return await inspect({ world, stage, counts });
  } finally {
    await world.close();
  }
}

async function ask(world: Scenario, kind: 'recover-deliveries' | 'reconcile'): Promise<void> {
  await tick({ store: world.app.store, jobs: JOB_ROWS, now: world.clock.now }, kind);
}

type People = {
  /** Does what is due; true where something was. */
  readonly act: (at: number) => Promise<boolean>;
  readonly areDone: () => boolean;
};

/** In each thread one deed after the other: who waits for the card makes the rest of the thread later. */
function createPeople(
  world: Scenario,
  { stage, acts }: { readonly stage: Stage; readonly acts: readonly Act[] },
): People {
  const threads = [...Map.groupBy(acts, ({ thread }) => thread).values()].map((left) => ({ left, laterMs: 0 }));
  return {
    act: async (at) => {
      let happened = false;
      for (const thread of threads) {
        for (let [next] = thread.left; next !== undefined && next.at + thread.laterMs <= at; [next] = thread.left) {
          if (!isTime(stage, next)) {
            thread.laterMs += RECHECKS_MS;
            break;
          }
          thread.left.shift();
          await act(world, stage, next);
          happened = true;
        }
      }
      return happened;
    },
    areDone: () => threads.every(({ left }) => left.length === 0),
  };
}

type Post = {
  /** Brings what has been on its way for long enough; true where something arrived. */
  readonly bring: (isDown: boolean) => Promise<boolean>;
  readonly counts: () => Omit<Counts, 'deliveries'>;
};

/** Decides by chance what becomes of each delivery. */
function createPost(world: Scenario, seed: number): Post {
  const random = createRandom(seed);
  const { github, clock } = world;
  const onTheirWay: { readonly guid: string; readonly at: number; readonly again: boolean }[] = [];
  const counts = { lost: 0, doubled: 0, inOutage: 0 };
  github.setFate(({ guid }: Due) => {
    if (random.happens(LOST)) {
      counts.lost += 1;
      return random.pick(['lost', 'swallowed']);
    }
    const at = clock.now() + random.between(0, LATEST_MS);
    onTheirWay.push({ guid, at, again: false });
    if (random.happens(DOUBLED)) {
      counts.doubled += 1;
      onTheirWay.push({ guid, at: at + random.between(0, LATEST_MS), again: true });
    }
    return 'late';
  });
  return {
    bring: async (isDown) => {
      const due = onTheirWay.filter(({ at }) => at <= clock.now()).toSorted((one, other) => one.at - other.at);
      for (const one of due) {
        onTheirWay.splice(onTheirWay.indexOf(one), 1);
        if (isDown) counts.inOutage += 1;
        await (one.again ? github.redeliver(one.guid) : github.release([one.guid]));
      }
      return due.length > 0;
    },
    counts: () => counts,
  };
}
