// Spoils each request of a promotion in each way that makes sense, then mixtures, and judges what is left behind.
import { parseArgs } from 'node:util';
import { openCrew } from './faults/crew.ts';
import { FAULTS } from './faults/faults.ts';
import { listSingles, mix, sayCase, type Case } from './faults/plan.ts';
import { play, type Ended } from './faults/run.ts';
import { judge } from './faults/verdict.ts';
import type { Played } from './faults/worker.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '150' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    /** A case, or all of a request (`registry-7`) or a side (`github`). */
    only: { type: 'string', multiple: true, default: [] },
    workers: { type: 'string', default: '3' },
  },
});
/** A run that is asked for four times over has sent so many times as much as one that is not disturbed. */
const MOST_REQUESTS = 4;
const seed = Number(values.seed);
const began = performance.now();
const failures: string[] = [];
const ends = new Map<string, number>();
const missed: Case[] = [];
let strikes = 0;

const calm = await play(() => null, calmly);
if (calm.problems.length > 0) fail(`the undisturbed run: ${calm.problems.join('\n')}`);
const { cases: singles, skipped } = listSingles(calm.seen);
const mixes = Array.from({ length: Number(values.runs) }, (_unused, at) => mix(singles, { seed, number: at + 1 }));
const isAsked = ({ label }: Case): boolean =>
  values.only.length === 0 || values.only.some((only) => label === only || label.startsWith(`${only}-`));
const asked = [...singles, ...mixes].filter(isAsked);
const requests = (['registry', 'github'] as const).map(
  (side) => `${calm.seen.filter((request) => request.side === side).length} ${side}`,
);
console.log(`The undisturbed run: ${calm.end}, requests: ${requests.join(', ')}. Faults: ${FAULTS.length} kinds.`);
for (const [reason, count] of skipped) console.log(`Left out ${count} times: ${reason}.`);

const crew = openCrew(Number(values.workers));
try {
  if (failures.length === 0) {
    await crew.playAll(asked, take);
    // Requests that go side by side come in another order now and then.
    await crew.playAll(missed.splice(0), take);
  }
} finally {
  crew.close();
}
for (const one of missed) fail(`the request that was to be spoilt never came: ${sayCase(one)}`);
for (const [end, count] of [...ends].toSorted(([, one], [, other]) => other - one)) console.log(`${count} × ${end}`);
const single = asked.filter(({ label }) => !label.startsWith('mix-')).length;
const seconds = Math.round((performance.now() - began) / 1000);
console.log(
  `resilience:faults: ${single} single faults at ${calm.seen.length} requests, ${asked.length - single} mixes (seed ${seed}), ` +
    `${strikes} requests spoilt, ${failures.length} failures, ${seconds} s`,
);
process.exitCode = failures.length === 0 ? 0 : 1;

async function calmly(ended: Ended): Promise<Pick<Ended, 'seen'> & { end: string; problems: readonly string[] }> {
  return { ...(await judge(ended, [])), seen: ended.seen };
}

function take(one: Case, { end, problems, struck, requests: sent }: Played): void {
  const isSingle = one.strikes.length === 1;
  if (isSingle && struck === 0 && problems.length === 0 && !missed.includes(one)) {
    missed.push(one);
    return;
  }
  strikes += struck;
  ends.set(end, (ends.get(end) ?? 0) + 1);
  const most = MOST_REQUESTS * calm.seen.length;
  const all =
    sent > most ? [...problems, `${sent} requests, where an undisturbed run has ${calm.seen.length}`] : problems;
  if (all.length === 0) return;
  fail(
    `${sayCase(one)}\n  ended: ${end}\n  ${all.join('\n  ')}\nAgain: npm run resilience:faults -- ${seedOf(one)}--only ${one.label}`,
  );
}

function seedOf({ label }: Case): string {
  return label.startsWith('mix-') ? `--runs ${label.slice('mix-'.length)} --seed ${seed} ` : '';
}

function fail(sentence: string): void {
  failures.push(sentence);
  console.log(`\nFAILED: ${sentence}`);
}
