// Plays fifty interleaved promotions calmly, then with webhooks lost, doubled, reordered and an outage, and compares what is left.
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { findBroken, readThreads, type ThreadEnd } from './deliveries/ended.ts';
import { writePlay, type Means } from './deliveries/play.ts';
import { play, type Counts } from './deliveries/run.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
  },
});
const first = Number(values.seed);
const began = performance.now();
const failures: string[] = [];
const sum = { deliveries: 0, lost: 0, doubled: 0, inOutage: 0 };

for (let seed = first; seed < first + Number(values.runs); seed += 1) {
  await playSeed(seed, 'comments');
  await playSeed(seed, 'all');
}
const seconds = Math.round((performance.now() - began) / 1000);
const { deliveries, lost, doubled, inOutage } = sum;
console.log(
  `resilience:deliveries: ${deliveries} deliveries, ${lost} lost, ${doubled} doubled, ${inOutage} in outages, ` +
    `seeds ${first} to ${first + Number(values.runs) - 1}, ${failures.length} failures, ${seconds} s`,
);
process.exitCode = failures.length === 0 ? 0 : 1;

/** Typed commands end as in the calm run; where people also click and push, what must hold holds. */
async function playSeed(seed: number, means: Means): Promise<void> {
  const written = writePlay({ seed, means });
  const calm = await play(written, null, async (ended) => ({
    threads: await readThreads(ended),
    broken: await findBroken(ended),
  }));
  for (const problem of calm.broken) fail(seed, `${means}, undisturbed: ${problem}`);
  const disturbed = await play(written, { seed }, async (ended) => ({
    threads: await readThreads(ended),
    broken: await findBroken(ended),
    counts: ended.counts,
  }));
  for (const problem of disturbed.broken) fail(seed, `${means}: ${problem}`);
  if (means === 'comments') for (const difference of compare(calm.threads, disturbed.threads)) fail(seed, difference);
  tell({ seed, means, ...disturbed });
}

function compare(calm: readonly ThreadEnd[], disturbed: readonly ThreadEnd[]): readonly string[] {
  return calm.flatMap((thread, index) => {
    const other = disturbed[index];
    if (isDeepStrictEqual(thread, other)) return [];
    return [`thread ${index} ended otherwise:\n${JSON.stringify(thread, null, 1)}\n${JSON.stringify(other, null, 1)}`];
  });
}

function tell(told: {
  readonly seed: number;
  readonly means: Means;
  readonly threads: readonly ThreadEnd[];
  readonly counts: Counts;
}): void {
  const { seed, means, threads, counts } = told;
  for (const key of ['deliveries', 'lost', 'doubled', 'inOutage'] as const) sum[key] += counts[key];
  const states = Object.groupBy(
    threads.flatMap(({ promotions }) => promotions),
    ({ state }) => state,
  );
  const ends = Object.entries(states).map(([state, list]) => `${list?.length ?? 0} ${state}`);
  console.log(`seed ${seed}, ${means}: ${counts.deliveries} deliveries; ${ends.join(', ')}`);
}

function fail(seed: number, problem: string): void {
  failures.push(problem);
  console.log(`FAILED (again with --seed ${seed} --runs 1): ${problem}`);
}
