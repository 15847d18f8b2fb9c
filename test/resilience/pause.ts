// Stops a process at its requests until another one has done its work, on SQLite and PostgreSQL: what it does late changes nothing. And once locks the file.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '../support/postgres.ts';
import { playLocked } from './pause/lock.ts';
import { listRequests, play, type Stop } from './pause/play.ts';

const { values } = parseArgs({
  options: {
    /** How many stops; those at writes to the registry come first, then all others, shuffled. */
    runs: { type: 'string', default: '12' },
    seed: { type: 'string', default: '1' },
    at: { type: 'string' },
  },
});
const cacheFolder = await mkdtemp(join(tmpdir(), 'imprimatur-compiled-'));
const postgres = await startPostgres();
try {
  process.exitCode = await run();
} finally {
  await postgres.stop();
  await rm(cacheFolder, { recursive: true, force: true });
}

async function run(): Promise<number> {
  const began = performance.now();
  const requests = await listRequests({ cacheFolder, postgresUrl: null });
  const all = listStops(requests);
  const chosen =
    values.at === undefined ? all.slice(0, Number(values.runs)) : all.filter((stop) => nameOf(stop) === values.at);
  let failures = 0;
  for (const [at, stop] of chosen.entries()) {
    const onPostgres = at % 3 === 2;
    const postgresUrl = onPostgres ? await postgres.createDatabase() : null;
    const problems = await orTold(play(stop, { cacheFolder, postgresUrl }));
    const name = `${nameOf(stop)} (${requests[stop.host][stop.n - 1]}, ${onPostgres ? 'PostgreSQL' : 'SQLite'})`;
    console.log(`${problems.length === 0 ? 'ok    ' : 'FAILED'} ${name}`);
    for (const problem of problems) console.log(problem);
    if (problems.length > 0) failures += 1;
  }
  const locked = values.at === undefined ? await orTold(playLocked({ cacheFolder })) : [];
  console.log(`${locked.length === 0 ? 'ok    ' : 'FAILED'} the database file locked for 20 s`);
  for (const problem of locked) console.log(problem);
  if (locked.length > 0) failures += 1;
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(
    `resilience:pause: ${chosen.length} of ${all.length} stops (seed ${values.seed}), one lock, ${failures} failures, ${seconds} s`,
  );
  return failures === 0 ? 0 : 1;
}

async function orTold(played: Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await played;
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}

/** A read can only be answered late; a write can be kept from getting there, or get there late. */
function listStops(requests: Readonly<Record<Stop['host'], readonly string[]>>): readonly Stop[] {
  const registry = requests.registry.flatMap((line, at): Stop[] => {
    const hows = line.startsWith('PUT ') ? (['kept', 'late', 'answered'] as const) : (['answered'] as const);
    return hows.map((how) => ({ host: 'registry', n: at + 1, how }));
  });
  const isPut = ({ n }: Stop): boolean => requests.registry[n - 1]?.startsWith('PUT ') === true;
  const github = requests.github.flatMap((line, at): Stop[] => {
    const isWrite = !line.startsWith('GET ') && !line.includes('/access_tokens');
    return isWrite
      ? [
          { host: 'github', n: at + 1, how: 'kept' },
          { host: 'github', n: at + 1, how: 'answered' },
        ]
      : [];
  });
  return [...registry.filter(isPut), ...shuffle([...registry.filter((stop) => !isPut(stop)), ...github])];
}

function nameOf({ host, n, how }: Stop): string {
  return `${host}:${n}:${how}`;
}

function shuffle(stops: readonly Stop[]): readonly Stop[] {
  let state = Number(values.seed);
  const next = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state;
  };
  return stops
    .map((stop) => ({ stop, rank: next() }))
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ stop }) => stop);
}
