// Which kills are tried, and in which rounds of the story.
import { PROXIES, sayKill, type Kill } from './kill.ts';
import type { Plan, Played } from './round.ts';
import { STORY } from './story.ts';

/** A kill that has to happen; `label` names it on the command line. */
export type Wanted = { readonly label: string; readonly phase: string; readonly kill: Kill };

/** Before and after each boundary that the undisturbed run came past, numbered at each proxy. */
export function listBoundaryKills({ phases }: Played): readonly Wanted[] {
  return PROXIES.flatMap((proxy) => {
    const boundaries = phases.flatMap(({ name: phase, passed }) =>
      (passed[proxy] ?? []).map((boundary) => ({ phase, boundary })),
    );
    return boundaries.flatMap(({ phase, boundary }, at) =>
      (['before', 'after'] as const).map((when) => ({
        label: `${proxy}-${at + 1}-${when}`,
        phase,
        kill: { kind: 'boundary' as const, proxy, boundary, when },
      })),
    );
  });
}

/** Each round has one kill in every phase, as long as there are some left for it. */
export function planRounds(wanted: readonly Wanted[]): readonly (readonly Wanted[])[] {
  const byPhase = STORY.map(({ name }) => wanted.filter(({ phase }) => phase === name));
  const rounds = Math.max(0, ...byPhase.map((kills) => kills.length));
  return Array.from({ length: rounds }, (_unused, at) => byPhase.flatMap((kills) => kills[at] ?? []));
}

export function planOf(round: readonly Wanted[]): Plan {
  const plan: Record<string, Kill[]> = {};
  for (const { phase, kill } of round) plan[phase] = [...(plan[phase] ?? []), kill];
  return plan;
}

export function sayWanted({ label, phase, kill }: Wanted): string {
  return `${label}: in ${phase}, ${sayKill(kill)}`;
}

/** Rounds with a kill or more in each phase, at moments and requests that chance names; `runs` kills in all. */
export function planRandomRounds(args: {
  readonly calm: Played;
  readonly runs: number;
  readonly seed: number;
}): readonly (readonly Wanted[])[] {
  const rounds: Wanted[][] = [];
  for (let planned = 0; planned < args.runs;) {
    const round = planRandomRound({
      calm: args.calm,
      random: randomOf(args.seed, rounds.length),
      label: rounds.length + 1,
    });
    const cut = round.slice(0, args.runs - planned);
    planned += cut.length;
    rounds.push([...cut]);
  }
  return rounds;
}

const AGAIN_OUT_OF_10 = 3;
const MOST_IN_A_PHASE = 3;
/** A process that takes over is killed within this time, most often while it starts or takes up jobs. */
const TAKING_OVER_MS = 1500;

function planRandomRound(args: {
  readonly calm: Played;
  readonly random: (below: number) => number;
  readonly label: number;
}): readonly Wanted[] {
  const { calm, random, label } = args;
  return calm.phases.flatMap(({ name: phase, tookMs, requests }) => {
    const one = (withinMs: number): Kill => {
      const proxy = random(2) === 0 ? ('registry' as const) : ('github' as const);
      const isRequest = requests[proxy] > 0 && random(2) === 0;
      if (!isRequest) return { kind: random(3) === 0 ? 'stop' : 'time', afterMs: random(Math.ceil(withinMs)) };
      return { kind: 'request', proxy, nth: 1 + random(requests[proxy]), when: random(2) === 0 ? 'before' : 'after' };
    };
    const kills = [one(tookMs)];
    while (kills.length < MOST_IN_A_PHASE && random(10) < AGAIN_OUT_OF_10) kills.push(one(TAKING_OVER_MS));
    return kills.map((kill) => ({ label: `round-${label}`, phase, kill }));
  });
}

/** Whole numbers below what is asked (mulberry32): the same seed and round give the same ones. */
function randomOf(seed: number, round: number): (below: number) => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(round + 1, 0x85ebca6b)) >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
