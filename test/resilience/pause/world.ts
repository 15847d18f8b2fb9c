// What surrounds two processes that share one database: a GitHub and a registry behind gates, a repository, three builds.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { openStore, type Store } from '../../../src/store/database/database.ts';
import { migrate } from '../../../src/store/database/migrations.ts';
import type { GitHubRepo } from '../../support/github/repo.ts';
import { startGitHub, type GitHubWorld } from '../../support/github/world.ts';
import { startRegistryDouble, type RegistryDouble } from '../../support/registry/double.ts';
import type { TestImage } from '../../support/registry/images.ts';
import { IMAGE, imageOf } from '../image.ts';
import { clockAheadMs, turnClock } from '../crash/clock.ts';
import { startServer, type Server } from '../crash/server.ts';
import { openGate, type Gate } from './gate.ts';

export type World = {
  readonly github: GitHubWorld;
  readonly registry: RegistryDouble;
  readonly gates: { readonly github: Gate; readonly registry: Gate };
  readonly repo: GitHubRepo;
  readonly issue: number;
  readonly store: Store;
  /** Of SQLite. */
  readonly databasePath: string;
  readonly images: readonly TestImage[];
  /** For all processes, one that stands still included. */
  readonly turnClock: (ms: number) => Promise<void>;
  /** Webhooks go to the newest one. */
  readonly start: () => Promise<Server>;
  /** Stops the process where it stands, but not in the middle of a transaction: nobody could go on then. */
  readonly pause: (server: Server) => Promise<void>;
  /** Until no job is due or running, by the clock of this process, and no delivery is on its way. */
  readonly rest: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Production holds the first one. */
export const COMMITS = ['a', 'b', 'c'].map((letter) => letter.repeat(40));
const POLICY = 'validation: { size: { min: 1 } }\n';
const REST_WITHIN_MS = 30_000;
const RECHECK_MS = 20;

export async function openWorld(options: {
  readonly cacheFolder: string;
  /** Null: SQLite. */
  readonly postgresUrl: string | null;
}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'imprimatur-pause-'));
  const path = join(folder, 'imprimatur.db');
  const databaseUrl = options.postgresUrl ?? `sqlite:${path}`;
  const [github, registry, store] = await Promise.all([
    startGitHub(),
    startRegistryDouble(),
    openStore({ url: databaseUrl }),
  ]);
  await migrate(store, Date.now());
  const gates = { github: await openGate(github.url), registry: await openGate(registry.url) };
  const repo = await github.repo({ owner: 'acme', name: 'dotca', users: { ada: 'write', bob: 'write' } });
  repo.commitOn('main', { files: { '.github/promotion.yml': POLICY }, message: 'Policy' });
  const images = COMMITS.map((commit) => {
    repo.commitOn('staging', { id: commit, message: 'A build' });
    const image = imageOf(commit);
    registry.addImage({ repository: IMAGE, tag: sourceOf(commit), image });
    return image;
  });
  for (const tag of ['main', 'latest']) registry.setTag(IMAGE, tag, images[0]?.digest ?? '');
  const env = {
    ...github.env,
    GITHUB_API_URL: gates.github.url,
    GITHUB_WRITE_INTERVAL_MS: '0',
    DATABASE_URL: databaseUrl,
    DOCKER_CONFIG: folder,
    REGISTRY_HOST: gates.registry.host,
    CLOCK_FILE: join(folder, 'clock'),
  };
  const turn = async (ms: number): Promise<void> => {
    turnClock(ms);
    await writeFile(env.CLOCK_FILE, String(clockAheadMs()));
  };
  await turn(0);
  const servers: Server[] = [];
  return {
    github,
    registry,
    gates,
    repo,
    issue: repo.openIssue({ title: 'Release', by: 'ada' }),
    store,
    databasePath: path,
    images,
    turnClock: turn,
    start: async () => {
      const server = startServer({ env, cacheFolder: options.cacheFolder, aim: null });
      servers.push(server);
      const url = await server.listening;
      if (url === null) throw new Error(`the server did not start:\n${server.said()}`);
      github.setAppUrl(url);
      return server;
    },
    pause: async (server) => {
      for (;;) {
        server.signal('SIGSTOP');
        await delay(RECHECK_MS);
        if (options.postgresUrl === null ? isFree(path) : await isIdle(store)) return;
        server.signal('SIGCONT');
        await delay(RECHECK_MS);
      }
    },
    rest: () => untilRest(store, github),
    close: async () => {
      for (const server of servers) await server.strike();
      await Promise.all([gates.github.close(), gates.registry.close()]);
      await Promise.all([github.close(), registry.close(), store.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function sourceOf(commit: string): string {
  return `staging-${commit.slice(0, 7)}`;
}

async function untilRest(store: Store, github: GitHubWorld): Promise<void> {
  const late = performance.now() + REST_WITHIN_MS;
  for (;;) {
    const seen = github.deliveries.length;
    await github.settle();
    // One question: between two of them a job could go from one state to the next.
    const open = await store.db
      .selectFrom('jobs')
      .select('id')
      .where((row) =>
        row.or([row('state', '=', 'running'), row.and([row('state', '=', 'queued'), row('run_at', '<=', Date.now())])]),
      )
      .execute();
    if (open.length === 0 && seen === github.deliveries.length) return;
    if (performance.now() > late) throw new Error(`no rest within ${REST_WITHIN_MS} ms`);
    await delay(RECHECK_MS);
  }
}

/** PostgreSQL ends a transaction that its owner left open, but only after a minute. */
async function isIdle({ db }: Store): Promise<boolean> {
  const open = await sql`
    SELECT 1 FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'`.execute(db);
  return open.rows.length === 0;
}

function isFree(path: string): boolean {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('BEGIN IMMEDIATE');
    database.exec('ROLLBACK');
    return true;
  } catch {
    return false;
  } finally {
    database.close();
  }
}
