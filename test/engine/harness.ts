// The engine on a database of its own, with a clock turned by hand; whoever it would ask outside is not there.
import { NO_FLOORS } from '../../src/domain/policy/floors.ts';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createAppIdentity } from '../../src/github/app/app-identity.ts';
import { createPushRight } from '../../src/registry/push-right.ts';
import { NO_REGISTRY_TOKEN_WATCH } from '../../src/github/app/registry-token-watch.ts';
import type { NewJob } from '../../src/engine/core/job-description.ts';
import type { Services, Settings } from '../../src/engine/core/services.ts';
import { createImageReader } from '../../src/facts/image-reader.ts';
import { createGitHub } from '../../src/github/client/client.ts';
import { createMetrics } from '../../src/net/metrics.ts';
import { createRegistryClient } from '../../src/registry/client.ts';
import { createCredentialSource } from '../../src/registry/auth/credentials.ts';
import { openStore } from '../../src/store/database/database.ts';
import { addJob, type NewJobRow } from '../../src/store/queue/jobs.ts';
import { migrate } from '../../src/store/database/migrations.ts';
import { JOB_ROWS } from './job-kinds.ts';

export const START = Date.UTC(2026, 10, 24, 9);

export type Engine = {
  readonly services: Services;
  readonly log: readonly string[];
  readonly turn: (ms: number) => void;
  /** How often a worker looked for a job: each look names a lease. */
  readonly looks: () => number;
  readonly add: (job: Pick<NewJob, 'kind'> & Partial<NewJob>) => Promise<void>;
  /** A row of a kind that is none of ours. */
  readonly addRow: (row: Pick<NewJobRow, 'kind' | 'queueKey' | 'payload'>) => Promise<void>;
  readonly jobs: () => Promise<readonly Row[]>;
  readonly close: () => Promise<void>;
};

export type Row = {
  readonly state: string;
  readonly attempts: number;
  /** Counted from now. */
  readonly inMs: number;
  readonly error: string | null;
};

export async function startEngine(settings: Partial<Settings> = {}): Promise<Engine> {
  const folder = await mkdtemp(join(tmpdir(), 'imprimatur-engine-'));
  const store = await openStore({ url: `sqlite:${join(folder, 'imprimatur.db')}` });
  await migrate(store, START);
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  let now = START;
  let ids = 0;
  const clock = {
    now: () => now,
    wait: async (ms: number) => {
      now += ms;
    },
    random: () => 0.5,
  };
  const github = createGitHub({
    appId: 4711,
    privateKey: KEY,
    apiUrl: 'http://127.0.0.1:9',
    userAgent: 'imprimatur',
    log,
    now: clock.now,
  });
  const registry = createRegistryClient({
    credentials: createCredentialSource({ ghcr: null, docker: new Map() }),
    tokenHosts: [],
    log,
    ...clock,
  });
  const services: Services = {
    store,
    jobs: JOB_ROWS,
    registry,
    images: createImageReader({ registry, now: clock.now }),
    github,
    pushRight: createPushRight({ registry, now: clock.now }),
    registryTokenWatch: NO_REGISTRY_TOKEN_WATCH,
    identity: createAppIdentity(github),
    settings: {
      registryHost: '127.0.0.1:9',
      imageGrants: [],
      allowedOwners: ['acme'],
      floors: NO_FLOORS,
      githubHost: 'github.com',
      githubWriteIntervalMs: 0,
      ...settings,
    },
    log,
    metrics: createMetrics(),
    webhooks: { translate: async () => [], isRelevant: () => false, isSuperseded: () => false },
    now: clock.now,
    wait: clock.wait,
    newId: () => `id-${(ids += 1)}`,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
  };
  return {
    services,
    log: lines,
    turn: (ms) => {
      now += ms;
    },
    looks: () => ids,
    add: ({ kind, key = null, queueKey = null, payload = JSON.stringify({ kind }), runAt = now }) =>
      store.transaction((tx) => addJob(tx, { kind, key, queueKey, payload, runAt, now })),
    addRow: (row) => store.transaction((tx) => addJob(tx, { ...row, key: null, runAt: now, now })),
    jobs: async () => {
      const rows = await store.db.selectFrom('jobs').selectAll().orderBy('id').execute();
      return rows.map(({ state, attempts, run_at, last_error }) => ({
        state,
        attempts,
        inMs: run_at - now,
        error: last_error,
      }));
    },
    close: async () => {
      await registry.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const { privateKey: KEY } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
