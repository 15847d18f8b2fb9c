// Constructs the server, once per process.
import { createHash, randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { AppConfig, Config } from '../config/env.ts';
import type { Services } from '../engine/core/services.ts';
import { createJobRows } from '../engine/core/job-description.ts';
import { createInbox, type Inbox } from '../engine/queue/inbox.ts';
import { JOB_KINDS } from '../engine/queue/job-kinds.ts';
import { startScheduler, type Scheduler } from '../engine/queue/scheduler.ts';
import { Worker } from '../engine/queue/worker.ts';
import { createImageReader } from '../facts/image-reader.ts';
import { createAppIdentity } from '../github/app/app-identity.ts';
import { NO_REGISTRY_TOKEN_WATCH } from '../github/app/registry-token-watch.ts';
import { SYSTEM_CLOCK, type Clock } from '../net/clock.ts';
import { createMetrics, type Metrics } from '../net/metrics.ts';
import { createPushRight } from '../registry/push-right.ts';
import { openStore, type Store } from '../store/database/database.ts';
import { migrate } from '../store/database/migrations.ts';
import { createMetricsEndpoint } from '../web/metrics-endpoint.ts';
import { issueSetupToken } from '../engine/installations/setup-token.ts';
import { createWebServer } from '../web/server.ts';
import { createReceiver } from '../webhooks/receiver.ts';
import { openClients } from './clients.ts';
import { readGauges } from './gauges.ts';
import { createReadiness } from './health.ts';
import { createWebhookReader } from './probot.ts';
import { createSetupPages } from './setup-pages.ts';
import { checkRegistryToken, learnIdentity } from './start-up.ts';

/** What differs between a real process and a test. */
export type World = Clock & {
  readonly newId: () => string;
  /** How long an answer from outside may take. By default, each client has its own limits. */
  readonly answerWithinMs?: number;
};

export const REAL_WORLD: World = { ...SYSTEM_CLOCK, newId: () => randomUUID() };

export type Application = {
  readonly server: Server;
  readonly store: Store;
  /** Null while the App is not configured. */
  readonly worker: Worker | null;
  /** What `/setup` asks for; null once there is an App. */
  readonly setupToken: string | null;
  /** Starts work: jobs, ticks, and the request to GitHub for the App's identity. */
  start(): void;
  /** Starts no more work, gives running jobs `graceMs` to end, and closes everything. */
  stop(graceMs: number): Promise<void>;
};

/** Opens the database and brings its schema up to date. Throws what the user must fix. */
export async function createApplication(config: Config, log: Logger, world: World = REAL_WORLD): Promise<Application> {
  const store = await openStore({ url: config.databaseUrl, log });
  await migrate(store, world.now());
  const metrics = createMetrics();
  const parts = { config, log, world, store, metrics };
  const active = config.app === null ? null : await activate({ ...parts, app: config.app });
  const { now } = world;
  const { identity, registryTokenWatch } = active?.services ?? { identity: null, registryTokenWatch: null };
  const gauges = { store, now, registryTokenWatch: registryTokenWatch ?? NO_REGISTRY_TOKEN_WATCH };
  const server = createWebServer({
    receiveWebhook: createReceiver({
      secrets: config.app?.webhookSecrets ?? null,
      accept: async (delivery) => {
        if (active === null) throw new Error('a delivery was accepted without an App');
        const first = await active.inbox.accept(delivery);
        active.worker.wake();
        return first;
      },
      log,
      metrics,
    }),
    ready: createReadiness({ store, identity, log, now }),
    metrics: createMetricsEndpoint({
      token: config.metricsToken,
      render: async (names) => metrics.render(await readGauges({ ...gauges, names })),
    }),
    pages: config.app === null ? createSetupPages({ config, store, log, metrics, ...world }) : {},
    onError: (error) => log.error({ err: error }, 'an HTTP request failed'),
  });
  return {
    server,
    store,
    setupToken: config.app === null ? await issueSetupToken(store, now()) : null,
    worker: active?.worker ?? null,
    start: () => active?.start(),
    stop: async (graceMs) => {
      server.close();
      server.closeIdleConnections();
      await active?.stop(graceMs);
      server.closeAllConnections();
      await store.close();
    },
  };
}

type Active = {
  readonly services: Services;
  readonly inbox: Inbox;
  readonly worker: Worker;
  start(): void;
  stop(graceMs: number): Promise<void>;
};

async function activate(parts: {
  readonly config: Config;
  readonly app: AppConfig;
  readonly log: Logger;
  readonly world: World;
  readonly store: Store;
  readonly metrics: Metrics;
}): Promise<Active> {
  const { config, app, log, world, store, metrics } = parts;
  const { now, wait, newId, answerWithinMs } = world;
  const { close, credentials: _unused, ...clients } = await openClients({ ...parts, clock: world, answerWithinMs });
  const { registry, github } = clients;
  const services: Services = {
    ...clients,
    store,
    jobs: createJobRows(JOB_KINDS),
    images: createImageReader({ registry, now }),
    pushRight: createPushRight({ registry, now }),
    identity: createAppIdentity(github),
    webhooks: await createWebhookReader({ app, apiUrl: config.githubApiUrl, log }),
    metrics,
    log,
    now,
    wait,
    newId,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
  };
  const inbox = createInbox(services);
  const worker = new Worker(services, JOB_KINDS, inbox.calm);
  let scheduler: Scheduler | null = null;
  const stopping = new AbortController();
  return {
    services,
    inbox,
    worker,
    start: () => {
      worker.start();
      scheduler = startScheduler(services, () => worker.wake());
      void learnIdentity(services, stopping.signal);
      void checkRegistryToken(services);
    },
    stop: async (graceMs) => {
      stopping.abort();
      await scheduler?.stop();
      await worker.stop(graceMs);
      await close();
    },
  };
}
