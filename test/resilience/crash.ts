// Kills the server before and after each of its writes, and at random, and compares what it leaves behind with an undisturbed run.
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openCrew } from './crash/crew.ts';
import { PROXIES, type Kill } from './crash/kill.ts';
import { compare } from './crash/picture.ts';
import { listBoundaryKills, planOf, planRandomRounds, planRounds, sayWanted, type Wanted } from './crash/plan.ts';
import type { Played } from './crash/round.ts';

const TRIES = 4;
const TOLD_EVERY = 100;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    only: { type: 'string' },
    at: { type: 'string', multiple: true, default: [] },
    workers: { type: 'string', default: String(availableParallelism() + 1) },
  },
});
const seed = Number(values.seed);
const cacheFolder = await mkdtemp(join(tmpdir(), 'imprimatur-compiled-'));
const crew = openCrew({ size: Number(values.workers), cacheFolder });
const failures: string[] = [];
try {
  console.log(await run());
} finally {
  crew.close();
  await rm(cacheFolder, { recursive: true, force: true });
}
process.exitCode = failures.length === 0 ? 0 : 1;

/** The sentence that sums it up. */
async function run(): Promise<string> {
  const began = performance.now();
  const calm = await playCalm();
  if (calm === null) return 'resilience:crash: no undisturbed run to compare with';
  const boundaries = listBoundaryKills(calm);
  const counts = PROXIES.map(
    (proxy) =>
      `${boundaries.filter(({ kill }) => kill.kind === 'boundary' && kill.proxy === proxy).length / 2} ${proxy}`,
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
    `resilience:crash: ${boundaries.length / 2} boundaries, ${killed} of ${counted.length} kills at them, ` +
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

/** How many happened. A number that concurrency folded away, or that its round did not come to, is tried again. */
async function killCounted(calm: Played, wanted: readonly Wanted[]): Promise<number> {
  let left = wanted;
  for (let tries = 1; tries <= TRIES && left.length > 0; tries += 1) left = await playAll(calm, planRounds(left));
  for (const kill of left) fail(`not killed in ${TRIES} tries: ${sayWanted(kill)}`);
  return wanted.length - left.length;
}

async function killRandom(calm: Played, rounds: readonly (readonly Wanted[])[]): Promise<number> {
  const left = await playAll(calm, rounds);
  return rounds.flat().length - left.length;
}

/** What did not happen. */
async function playAll(calm: Played, rounds: readonly (readonly Wanted[])[]): Promise<readonly Wanted[]> {
  const all = rounds.flat().length;
  let done = 0;
  const left = rounds.map(async (round) => {
    const missed = await playOne(calm, round);
    done += round.length;
    if (Math.floor(done / TOLD_EVERY) > Math.floor((done - round.length) / TOLD_EVERY))
      console.log(`${done} of ${all}`);
    return missed;
  });
  return (await Promise.all(left)).flat();
}

async function playOne(calm: Played, round: readonly Wanted[]): Promise<readonly Wanted[]> {
  const played = await crew.play(planOf(round), calm);
  if (played.problem !== null) {
    const labels = [...new Set(round.map(({ label }) => label))].map((label) => `--at ${label}`);
    fail(`${played.problem}\nAgain: npm run resilience:crash -- --seed ${seed} ${labels.join(' ')}`);
  }
  const killed = new Set(played.phases.flatMap((phase) => phase.killed.map((kill) => nameOf(phase.name, kill))));
  return round.filter(({ phase, kill }) => !killed.has(nameOf(phase, kill)));
}

function nameOf(phase: string, kill: Kill): string {
  return JSON.stringify([phase, kill]);
}

function fail(sentence: string): null {
  failures.push(sentence);
  console.log(`\nFAILED: ${sentence}`);
  return null;
}
