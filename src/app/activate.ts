// Constructs what runs once there is an App: the services, the inbox, the worker and the scheduler.
import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { AppConfig, Config } from '../config/env.ts';
import { createJobRows } from '../engine/core/job-description.ts';
import type { Services } from '../engine/core/services.ts';
import { createInbox, type Inbox } from '../engine/queue/inbox.ts';
import { JOB_KINDS } from '../engine/queue/job-kinds.ts';
import { startScheduler, type Scheduler } from '../engine/queue/scheduler.ts';
import { Worker } from '../engine/queue/worker.ts';
import { createImageReader } from '../facts/image-reader.ts';
import { createAppIdentity } from '../github/app/app-identity.ts';
import type { Metrics } from '../net/metrics.ts';
import { createPushRight } from '../registry/push-right.ts';
import type { Store } from '../store/database/database.ts';
import { openClients } from './clients.ts';
import { createWebhookReader } from './probot.ts';
import { checkRegistryToken, learnIdentity } from './start-up.ts';
import type { World } from './world.ts';

export type Active = {
  readonly services: Services;
  readonly inbox: Inbox;
  readonly worker: Worker;
  start(): void;
  stop(graceMs: number): Promise<void>;
};

export async function activate(parts: {
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
