// Constructs the server, once per process.
import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { Config } from '../config/env.ts';
import type { Worker } from '../engine/queue/worker.ts';
import { NO_REGISTRY_TOKEN_WATCH } from '../github/app/registry-token-watch.ts';
import { createMetrics } from '../net/metrics.ts';
import { openStore, type Store } from '../store/database/database.ts';
import { migrate } from '../store/database/migrations.ts';
import { createMetricsEndpoint } from '../web/metrics-endpoint.ts';
import { issueSetupToken } from '../engine/installations/setup-token.ts';
import { createWebServer } from '../web/server.ts';
import { createReceiver } from '../webhooks/receiver.ts';
import { activate } from './activate.ts';
import { readGauges } from './gauges.ts';
import { createReadiness } from './health.ts';
import { createSetupPages } from './setup-pages.ts';
import { REAL_WORLD, type World } from './world.ts';

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
