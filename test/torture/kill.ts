// Kills the server before and after each of its writes, and at random, and compares what it leaves behind with an undisturbed run.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openCrew, type Crew } from './kill/crew.ts';
import { DOORS } from './kill/kill.ts';
import { compare } from './kill/picture.ts';
import { listBoundaryKills, planOf, planRandomRounds, planRounds, sayWanted, type Wanted } from './kill/plan.ts';
import type { Played } from './kill/round.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    only: { type: 'string' },
    at: { type: 'string', multiple: true, default: [] },
    workers: { type: 'string', default: '2' },
  },
});
const seed = Number(values.seed);
const cacheFolder = await mkdtemp(join(tmpdir(), 'imprimatur-compiled-'));
const crew = openCrew({ size: Number(values.workers), cacheFolder });
const failures: string[] = [];
try {
  console.log(await torture());
} finally {
  crew.close();
  await rm(cacheFolder, { recursive: true, force: true });
}
process.exitCode = failures.length === 0 ? 0 : 1;

/** The sentence that sums it up. */
async function torture(): Promise<string> {
  const began = performance.now();
  const calm = await playCalm();
  if (calm === null) return 'torture:kill: no undisturbed run to compare with';
  const boundaries = listBoundaryKills(calm);
  const counts = DOORS.map(
    (door) => `${boundaries.filter(({ kill }) => kill.kind === 'boundary' && kill.door === door).length / 2} ${door}`,
  );
  console.log(`The undisturbed run: ${calm.phases.length} phases, boundaries: ${counts.join(', ')}.`);
  const isAsked = ({ label }: Wanted): boolean => values.at.length === 0 || values.at.includes(label);
  const counted = values.only === 'random' ? [] : boundaries.filter(isAsked);
  const random = values.only === 'counted' ? [] : planRandomRounds({ calm, runs: Number(values.runs), seed });
  const asked = random.filter((round) => round.some(isAsked));
  console.log(`Kills: ${counted.length} at boundaries; ${asked.flat().length} at random, seed ${seed}.`);
  const killed = await killCounted(calm, counted);
  const struck = await killRandom(calm, asked);
  const seconds = Math.round((performance.now() - began) / 1000);
  return (
    `torture:kill: ${boundaries.length / 2} boundaries, ${killed} of ${counted.length} kills at them, ` +
    `${struck} of ${asked.flat().length} at random (seed ${seed}), ${failures.length} failures, ${seconds} s`
  );
}

/** Twice: what two undisturbed runs disagree about can't be asked of a disturbed one. */
async function playCalm(): Promise<Played | null> {
  // The first one fills the cache of compiled code.
  const calm = await crew.play({}, null);
  if (calm.problem !== null) return fail(`the undisturbed run: ${calm.problem}`);
  const again = await crew.play({}, calm);
  if (again.problem !== null) return fail(`a second undisturbed run: ${again.problem}`);
  const differences = compare(calm.end, again.end);
  return differences.length > 0 ? fail(`two undisturbed runs differ: ${differences.join('\n')}`) : calm;
}

/** How many happened. What a round could not come to is tried once more. */
async function killCounted(calm: Played, wanted: readonly Wanted[]): Promise<number> {
  const first = await playAll(calm, planRounds(wanted));
  const second = await playAll(calm, planRounds(first.left));
  for (const kill of second.left) fail(`not killed: ${sayWanted(kill)}`);
  return first.killed + second.killed;
}

async function killRandom(calm: Played, rounds: readonly (readonly Wanted[])[]): Promise<number> {
  const { killed } = await playAll(calm, rounds);
  return killed;
}

type Result = { readonly killed: number; readonly left: readonly Wanted[] };

async function playAll(calm: Played, rounds: readonly (readonly Wanted[])[]): Promise<Result> {
  const results = await Promise.all(rounds.map((round) => playOne(crew, calm, round)));
  return { killed: results.reduce((sum, { killed }) => sum + killed, 0), left: results.flatMap(({ left }) => left) };
}

async function playOne({ play }: Crew, calm: Played, round: readonly Wanted[]): Promise<Result> {
  const played = await play(planOf(round), calm);
  if (played.problem !== null) {
    const labels = [...new Set(round.map(({ label }) => label))].map((label) => `--at ${label}`);
    fail(`${played.problem}\nAgain: npm run torture:kill -- --seed ${seed} ${labels.join(' ')}`);
  }
  const killed = new Set(
    played.phases.flatMap((phase) => phase.killed.map((kill) => JSON.stringify([phase.name, kill]))),
  );
  const left = round.filter(({ phase, kill }) => !killed.has(JSON.stringify([phase, kill])));
  return { killed: round.length - left.length, left };
}

function fail(sentence: string): null {
  failures.push(sentence);
  console.log(`\nFAILED: ${sentence}`);
  return null;
}
