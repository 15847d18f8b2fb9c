// Measures how fast deliveries are taken in, beside Probot alone, and that what was answered with 202 outlives the process.
import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { Pool } from 'undici';
import { openStore } from '../src/store/database/database.ts';
import { ourServer, startChild, type Child } from './child.ts';
import { post, recordDelivery, sendLoad, type Delivery, type Load } from './load.ts';
import { quantile, type Report } from './report.ts';

const CONNECTIONS = 32;
const SLICES = 5;
const FIRST_WARM_UP_SECONDS = 2;
const WARM_UP_SECONDS = 0.2;
const COUNTED_DELIVERIES = 1000;

type Env = Readonly<Record<string, string>>;
type Place = { readonly folder: string; readonly env: Env; readonly delivery: Delivery };

export async function benchIntake(
  report: Report,
  { seconds, kills }: { readonly seconds: number; readonly kills: number },
): Promise<void> {
  report.heading(`Taking in signed deliveries over ${CONNECTIONS} connections for ${seconds} s`);
  const folder = await mkdtemp(join(tmpdir(), 'imprimatur-intake-'));
  try {
    const { delivery, env } = await recordDelivery();
    const place: Place = { folder, delivery, env };
    const [bare, ours] = await compare({ place, servers: [await startBare(place), await startOurs(place)], seconds });
    tell(report, { bare, ours });
    await tellDurability(report, { place, kills });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function startBare({ env }: Place): Promise<Child> {
  return startChild({ script: 'bench/bare-probot.ts', env, readyPath: '/ping' });
}

/** GitHub is a port where nobody listens: intake does not need it. */
function startOurs({ env, folder }: Place, database = join(folder, 'load.db')): Promise<Child> {
  return startChild({
    ...ourServer(),
    readyPath: '/healthz',
    env: {
      ...env,
      GITHUB_API_URL: 'http://127.0.0.1:9',
      DATABASE_URL: `sqlite:${database}`,
      DOCKER_CONFIG: folder,
      LOG_FORMAT: 'json',
      LOG_LEVEL: 'fatal',
    },
  });
}

/** In turns, so that whatever else the machine does hits both alike; the one that waits is stopped, backlog and all. */
async function compare(args: {
  readonly place: Place;
  readonly servers: readonly [Child, Child];
  readonly seconds: number;
}): Promise<readonly [Load, Load]> {
  const { place, servers } = args;
  const shape = { delivery: place.delivery, connections: CONNECTIONS, seconds: args.seconds / SLICES };
  const loads: readonly [Load[], Load[]] = [[], []];
  try {
    for (const child of servers) child.pause();
    for (let slice = 0; slice < SLICES; slice += 1) {
      for (const [at, child] of servers.entries()) {
        child.resume();
        const warmUpSeconds = slice === 0 ? FIRST_WARM_UP_SECONDS : WARM_UP_SECONDS;
        loads[at]?.push(await sendLoad({ ...shape, url: child.url, warmUpSeconds }));
        child.pause();
      }
    }
    return [sum(loads[0]), sum(loads[1])];
  } finally {
    for (const child of servers) await child.kill('SIGKILL');
  }
}

function sum(loads: readonly Load[]): Load {
  return {
    refused: loads.reduce((total, { refused }) => total + refused, 0),
    perSecond: loads.reduce((total, { perSecond }) => total + perSecond, 0) / loads.length,
    latenciesMs: loads.flatMap(({ latenciesMs }) => latenciesMs),
  };
}

function tell(report: Report, { bare, ours }: { readonly bare: Load; readonly ours: Load }): void {
  report.figure({
    name: 'Probot alone, nothing stored',
    value: Math.round(bare.perSecond),
    unit: '/s',
    note: `p99 ${p99(bare).toFixed(1)} ms`,
  });
  report.figure({
    name: 'stored, then answered',
    value: Math.round(ours.perSecond),
    unit: '/s',
    note: `p50 ${quantile(ours.latenciesMs, 0.5).toFixed(1)} ms; ${ours.refused} refused`,
  });
  report.figure({
    name: 'against Probot alone',
    value: ours.perSecond / bare.perSecond,
    unit: '×',
    target: { kind: 'at least', value: 0.3 },
  });
  report.figure({ name: 'p99 of the answers', value: p99(ours), unit: 'ms', target: { kind: 'at most', value: 250 } });
}

function p99({ latenciesMs }: Load): number {
  return quantile(latenciesMs, 0.99);
}

async function tellDurability(
  report: Report,
  { place, kills }: { readonly place: Place; readonly kills: number },
): Promise<void> {
  report.figure({ name: 'PRAGMA synchronous', value: await readSynchronous(place), unit: '', note: '2 is FULL' });
  const counted = await countSyncs(place);
  if (counted === null) report.line('strace is not there or may not trace: syncs were not counted');
  else {
    report.figure({
      name: `fsync and fdatasync calls for ${COUNTED_DELIVERIES} deliveries`,
      value: counted,
      unit: '',
      note: 'jobs that they lead to included',
    });
  }
  let answered = 0;
  let lost = 0;
  for (let at = 0; at < kills; at += 1) {
    const outcome = await killAfterAnswer(place, at);
    answered += outcome.answered;
    lost += outcome.lost;
  }
  report.figure({
    name: `rows lost of those answered before SIGKILL`,
    value: lost,
    unit: '',
    target: { kind: 'at most', value: 0 },
    note: `${answered} answered in ${kills} processes that were killed at their first answers`,
  });
}

async function readSynchronous({ folder }: Place): Promise<number> {
  const store = await openStore({ url: `sqlite:${join(folder, 'pragma.db')}` });
  try {
    const { rows } = await sql<{ readonly synchronous: number }>`PRAGMA synchronous`.execute(store.db);
    return rows[0]?.synchronous ?? Number.NaN;
  } finally {
    await store.close();
  }
}

/** Null where the machine has no strace, or does not let it trace. */
async function countSyncs(place: Place): Promise<number | null> {
  const log = join(place.folder, 'strace.txt');
  const child = await startOurs(place, join(place.folder, 'strace.db'));
  try {
    const strace = spawn('strace', ['-f', '-e', 'trace=fsync,fdatasync', '-o', log, '-p', String(child.pid)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const attached = await Promise.race([
      once(strace.stderr, 'data').then(([text]) => String(text).includes('attached')),
      once(strace, 'error').then(() => false),
    ]);
    if (!attached) return null;
    const pool = new Pool(child.url, { connections: CONNECTIONS, pipelining: 1 });
    const share = Math.ceil(COUNTED_DELIVERIES / CONNECTIONS);
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async (_unused, line) => {
        for (let at = line * share; at < Math.min((line + 1) * share, COUNTED_DELIVERIES); at += 1) {
          const status = await post(pool, place.delivery, randomUUID());
          if (status !== 202) throw new Error(`a delivery was answered with ${status}`);
        }
      }),
    );
    await pool.destroy();
    const ended = once(strace, 'close');
    strace.kill('SIGINT');
    await ended;
    return countLines(await readFile(log, 'utf8'));
  } finally {
    await child.kill('SIGKILL');
  }
}

function countLines(text: string): number {
  return text.split('\n').filter((line) => /\bf(?:data)?sync\(/.test(line)).length;
}

/** Every line sends until the process is killed, which happens at the very first 202. */
async function killAfterAnswer(
  place: Place,
  round: number,
): Promise<{ readonly answered: number; readonly lost: number }> {
  const database = join(place.folder, `killed-${round}.db`);
  const child = await startOurs(place, database);
  const pool = new Pool(child.url, { connections: CONNECTIONS, pipelining: 1 });
  const answered: string[] = [];
  const killed: Promise<void>[] = [];
  const send = async (): Promise<void> => {
    while (killed.length === 0) {
      const id = randomUUID();
      let status: number;
      try {
        status = await post(pool, place.delivery, id);
      } catch {
        // The process is gone: what it did not answer, GitHub shows as failed.
        return;
      }
      if (status !== 202) throw new Error(`a delivery was answered with ${status}`);
      answered.push(id);
      if (killed.length === 0) killed.push(child.kill('SIGKILL'));
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, send));
  await Promise.all(killed);
  await pool.destroy();
  const store = await openStore({ url: `sqlite:${database}` });
  try {
    const rows = await store.db.selectFrom('deliveries').select('delivery_id').execute();
    const jobs = await store.db.selectFrom('jobs').select('payload').where('kind', '=', 'delivery').execute();
    const stored = new Set(rows.map((row) => row.delivery_id));
    const payloads = jobs.map(({ payload }) => Buffer.from(payload).toString());
    const lost = answered.filter((id) => !stored.has(id) || !payloads.some((payload) => payload.includes(id)));
    return { answered: answered.length, lost: lost.length };
  } finally {
    await store.close();
  }
}
