// Plays the story once, with the processes killed as the plan says, and tells what came of it.
import { z } from 'zod';
import { Boundary, ProxyName, Kill, sayKill } from './kill.ts';
import { compare, readRecords, takePicture, type Picture } from './picture.ts';
import { newestRun, STORY, type Phase } from './story.ts';
import { openWorld, type World } from './world.ts';

const PictureShape = z.record(z.string(), z.array(z.string()));

/** The kills of each phase, by its name: every further one meets the process that took over. */
export const Plan = z.record(z.string(), z.array(Kill));
export type Plan = z.infer<typeof Plan>;

export const PlayedPhase = z.object({
  name: z.string(),
  killed: z.array(Kill),
  /** What the process did not come past. */
  missed: z.array(Kill),
  passed: z.record(ProxyName, z.array(Boundary)),
  requests: z.object({ registry: z.number(), github: z.number() }),
  tookMs: z.number(),
  picture: PictureShape,
});
export type PlayedPhase = z.infer<typeof PlayedPhase>;

export const Played = z.object({
  phases: z.array(PlayedPhase),
  /** What the end of the story shows, once all timers were due. */
  end: PictureShape,
  /** Null where all is as in the run it was compared with. Later phases are not played then. */
  problem: z.string().nullable(),
});
export type Played = z.infer<typeof Played>;

/** Longer than the lease of a job and the longest write to a registry together. */
const TAKEN_OVER_AFTER_MS = 120_000;
const ALL_TIMERS_MS = 600_000;
const REST_WITHIN_MS = 60_000;

export async function playRound(round: {
  readonly plan: Plan;
  /** Null in the undisturbed run itself. */
  readonly calm: Played | null;
  readonly cacheFolder: string;
}): Promise<Played> {
  const { plan, calm, cacheFolder } = round;
  const phases: PlayedPhase[] = [];
  const world = await openWorld({ cacheFolder });
  const end = (problem: string | null, picture: Picture = {}): Played => ({
    phases,
    end: mutable(picture),
    problem: problem === null ? null : `${problem}\n${sayPlan(phases)}\nThe server message:\n${world.server().said()}`,
  });
  try {
    for (const [at, phase] of STORY.entries()) {
      const played = await playPhase(world, phase, plan[phase.name] ?? []);
      phases.push(played);
      const title = newestRun(world)?.title ?? null;
      if (title !== phase.ends) return end(`${phase.name} ended with "${title}" instead of "${phase.ends}"`);
      const differences = calm === null ? [] : compare(calm.phases[at]?.picture ?? {}, played.picture);
      if (differences.length > 0) return end(`after ${phase.name}:\n${differences.join('\n')}`);
    }
    await world.server().stop();
    await world.start({ laterMs: ALL_TIMERS_MS, aim: null });
    await comeToRest(world);
    await world.server().stop();
    const picture = { ...(await takePicture(world)), ...(await readRecords(world)) };
    const differences = calm === null ? [] : compare(calm.end, picture);
    return end(differences.length > 0 ? `at the end:\n${differences.join('\n')}` : null, picture);
  } catch (error) {
    return end(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    await world.close();
  }
}

async function playPhase(world: World, phase: Phase, kills: readonly Kill[]): Promise<PlayedPhase> {
  const { registry, github } = world.endpoints;
  const startedAt = performance.now();
  const left = [...kills];
  const killed: Kill[] = [];
  let present = left.shift() ?? null;
  let timer: NodeJS.Timeout | null = null;
  const strike = (): Promise<void> => world.server().strike();
  const strikeNow = (): void => {
    if (present?.kind === 'stop') world.server().signal('SIGTERM');
    else void strike();
  };
  const takeAim = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = present !== null && 'afterMs' in present ? setTimeout(strikeNow, present.afterMs) : null;
    registry.begin();
    github.begin();
    registry.aim(present, strike);
    github.aim(present, strike);
  };
  const pending = (): Kill | null => present;
  /** The next process, as often as it is killed. */
  const takeOver = async (): Promise<void> => {
    for (let signal = world.server().hasEnded(); signal !== null; signal = world.server().hasEnded()) {
      const isStop = present?.kind === 'stop';
      // Asked while it still starts, or a second time, it ends at once.
      const expected = isStop ? ['exit code 0', 'SIGTERM'] : ['SIGKILL'];
      if (present === null || !expected.includes(signal)) throw new Error(`the server ended by itself: ${signal}`);
      killed.push(present);
      present = left.shift() ?? null;
      takeAim();
      await world.start({ laterMs: isStop ? 0 : TAKEN_OVER_AFTER_MS, aim: sqlAimOf(present) });
      await comeToRest(world);
    }
  };

  registry.refuse(phase.refused ?? null);
  takeAim();
  if (phase.steps.length === 0) await world.start({ laterMs: 0, aim: sqlAimOf(present) });
  else await world.server().aim(sqlAimOf(present));
  for (const step of phase.steps.length === 0 ? [async (): Promise<void> => {}] : phase.steps) {
    await step(world);
    await comeToRest(world);
    await takeOver();
  }
  const tookMs = performance.now() - startedAt;
  // A moment or a request that did not come: it dies at rest.
  for (let late = pending(); late !== null && late.kind !== 'boundary'; late = pending()) {
    strikeNow();
    await world.server().ended;
    await takeOver();
  }
  const passed = {
    commit: [...(await world.server().passed())],
    registry: [...registry.passed()],
    github: [...github.passed()],
  };
  const requests = { registry: registry.requests(), github: github.requests() };
  const missed = present === null ? [] : [present, ...left];
  present = null;
  takeAim();
  await world.server().aim(null);
  const picture = mutable(await takePicture(world));
  return { name: phase.name, killed, missed, passed, requests, tookMs, picture };
}

/** Until no job is open and no delivery is on its way, or the server has ended. What it did not answer is delivered again. */
async function comeToRest(world: World): Promise<void> {
  const { github } = world;
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no rest within ${REST_WITHIN_MS} ms`)), REST_WITHIN_MS);
  const rest = async (): Promise<void> => {
    for (let seen = -1; seen !== github.deliveries.length;) {
      if (world.server().hasEnded() !== null) return;
      for (const guid of undelivered(world)) await github.redeliver(guid);
      seen = github.deliveries.length;
      await world.server().quiet();
      await github.settle();
    }
  };
  try {
    await Promise.race([rest(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** In the order in which they were tried first. */
function undelivered({ github }: World): readonly string[] {
  const taken = new Set(github.deliveries.filter(({ statusText }) => statusText === 'OK').map(({ guid }) => guid));
  return [...new Set(github.deliveries.map(({ guid }) => guid))].filter((guid) => !taken.has(guid));
}

function sqlAimOf(kill: Kill | null): Parameters<World['start']>[0]['aim'] {
  return kill?.kind === 'boundary' && kill.proxy === 'commit' ? { boundary: kill.boundary, when: kill.when } : null;
}

function sayPlan(phases: readonly PlayedPhase[]): string {
  const lines = phases.flatMap(({ name, killed }) => killed.map((kill) => `  in ${name}: ${sayKill(kill)}`));
  return lines.length === 0 ? 'Nothing was killed.' : `Killed:\n${lines.join('\n')}`;
}

function mutable(picture: Picture): Record<string, string[]> {
  return Object.fromEntries(Object.entries(picture).map(([about, lines]) => [about, [...lines]]));
}
