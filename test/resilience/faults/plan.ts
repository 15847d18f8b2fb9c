// Which requests are spoilt in which way: each once, and mixtures that chance names.
import { z } from 'zod';
import { FAULTS } from './faults.ts';
import type { Seen } from './proxy.ts';

/** One run: these requests are spoilt. `label` names it on the command line. */
export const Case = z.object({
  label: z.string(),
  strikes: z.array(z.object({ key: z.string(), side: z.enum(['registry', 'github']), fault: z.string() })),
});
export type Case = z.infer<typeof Case>;

export type Singles = {
  readonly cases: readonly Case[];
  /** How often a fault made no sense, by the reason. */
  readonly skipped: ReadonlyMap<string, number>;
};

/** Each fault at each request of the undisturbed run, numbered for each side in the order of their names. */
export function listSingles(seen: readonly Seen[]): Singles {
  const skipped = new Map<string, number>();
  const cases = (['registry', 'github'] as const).flatMap((side) =>
    ofSide(seen, side).flatMap((request, at) =>
      FAULTS.flatMap(({ name: fault, senseless }): Case[] => {
        const reason = senseless(request);
        if (reason !== null) skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
        const strikes = [{ side, key: request.key, fault }];
        return reason === null ? [{ label: `${side}-${at + 1}-${fault}`, strikes }] : [];
      }),
    ),
  );
  return { cases, skipped };
}

export function ofSide(seen: readonly Seen[], side: Seen['side']): readonly Seen[] {
  const ofThis = seen.filter((request) => request.side === side);
  return ofThis.toSorted((one, other) => (one.key < other.key ? -1 : 1));
}

const MOST_IN_A_MIX = 5;

/** The same seed and number give the same mixture. */
export function mix(
  singles: readonly Case[],
  { seed, number }: { readonly seed: number; readonly number: number },
): Case {
  const random = randomOf(seed, number);
  const wanted = 2 + random(MOST_IN_A_MIX - 1);
  const strikes = new Map<string, Case['strikes'][number]>();
  while (strikes.size < wanted) {
    const [strike] = singles[random(singles.length)]?.strikes ?? [];
    if (strike === undefined) throw new Error('there is nothing to mix');
    strikes.set(strike.key, strike);
    // What fails often fails again when it is tried again.
    const again = random(3) === 0 ? nextTry(strike.key) : null;
    if (again !== null) strikes.set(again, { ...strike, key: again });
  }
  return { label: `mix-${number}`, strikes: [...strikes.values()] };
}

function nextTry(key: string): string | null {
  const [, name, nth] = /^(.*) #(\d+)$/.exec(key) ?? [];
  return name === undefined ? null : `${name} #${Number(nth) + 1}`;
}

export function sayCase({ label, strikes }: Case): string {
  return `${label}: ${strikes.map(({ side, key, fault }) => `${fault} at ${side} ${key}`).join('; ')}`;
}

/** Whole numbers below what is asked (mulberry32). */
function randomOf(seed: number, number: number): (below: number) => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
