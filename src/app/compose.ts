// Constructs everything, once per process: the only file that does.
import { createHash, randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino, stdTimeFunctions, type Logger } from 'pino';
import { Probot, ProbotOctokit } from 'probot';
import { createProbotApp } from './probot.ts';
import { readAppManifest } from '../config/app-manifest.ts';
import { addToEnvFile } from '../config/env-file.ts';
import type { AppConfig, Config } from '../config/env.ts';
import { redact } from '../net/redact.ts';
import { createAppIdentity } from '../github/app/app-identity.ts';
import { createJobKinds } from '../engine/queue/job-kinds.ts';
import { createJobRows } from '../engine/core/job-description.ts';
import { createHostGuard, type BreakerChange } from '../net/host-guard.ts';
import { createInbox, type Inbox } from '../engine/queue/inbox.ts';
import {
  createRegistryTokenWatch,
  createTokenQuestion,
  NO_REGISTRY_TOKEN_WATCH,
  type RegistryTokenWatch,
} from '../github/app/registry-token-watch.ts';
import { createPushRight } from '../registry/push-right.ts';
import { createThreadReader } from '../engine/threads/read-thread.ts';
import { startScheduler, type Scheduler } from '../engine/queue/scheduler.ts';
import { createReconciler } from '../engine/reconcile/reconcile.ts';
import type { Services } from '../engine/core/services.ts';
import { createDeliveryRecovery } from '../engine/deliveries/recover-deliveries.ts';
import { Worker } from '../engine/queue/worker.ts';
import { createImageReader } from '../facts/image-reader.ts';
import { createAnonymousClient, createGitHub } from '../github/client/client.ts';
import { convertManifestCode } from '../github/app/manifest.ts';
import { jsonLogLine, prettyLogLine } from '../messages/log/log-line.ts';
import { createRegistryClient, type RegistryClientOptions } from '../registry/client.ts';
import { createCredentialSource, loadDockerConfig } from '../registry/auth/credentials.ts';
import { assertWritable, openStore, type Store } from '../store/database/database.ts';
import { findLastRecoveryAt } from '../store/queue/delivery-recoveries.ts';
import { countJobs } from '../store/queue/job-upkeep.ts';
import { migrate } from '../store/database/migrations.ts';
import { countDrifts } from '../store/drifts.ts';
import { countMixed, countPromotionsByState } from '../store/promotions/promotions.ts';
import { createMetrics, type Gauges, type Metrics } from '../web/metrics.ts';
import { renderReadiness, type Check } from '../web/readiness.ts';
import { createWebServer, type Pages } from '../web/server.ts';
import { createSetup } from '../web/setup/setup.ts';
import { readCommandLines } from '../comments/command-lines.ts';
import { isRelevant, isSuperseded } from '../webhooks/recovery-relevance.ts';
import { isListenedTo } from '../webhooks/table.ts';
import { createDeliveryHandler, type Collector } from '../webhooks/translate-delivery.ts';

/** What differs between a real process and a test: time and chance. */
export type World = {
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly newId: () => string;
  /** How long an answer may take from outside; where nothing is said, as long as each client thinks right. */
  readonly answerWithinMs?: number;
};

export const REAL_WORLD: World = {
  now: () => Date.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: () => Math.random(),
  newId: () => randomUUID(),
};

export type Application = {
  readonly server: Server;
  readonly store: Store;
  /** Null while the App is not configured. */
  readonly worker: Worker | null;
  /** Takes up work: jobs, ticks, and the question to GitHub who we are. */
  start(): void;
  /** Takes no more work, lets what runs end within `graceMs`, and closes everything. */
  stop(graceMs: number): Promise<void>;
};

/** Opens the database and brings its schema up to date. Throws what the user must mend. */
export async function createApplication(config: Config, log: Logger, world: World = REAL_WORLD): Promise<Application> {
  const store = await openStore({ url: config.databaseUrl, log });
  await migrate(store, world.now());
  const metrics = createMetrics();
  const active = config.app === null ? null : await activate({ config, app: config.app, log, world, store, metrics });
  const server = createWebServer({
    receiver: {
      secrets: config.app?.webhookSecrets ?? null,
      isListenedTo,
      accept: async (delivery) => {
        if (active === null) throw new Error('a delivery was accepted without an App');
        const first = await active.inbox.accept(delivery);
        active.worker.wake();
        return first;
      },
      onError: (error) => log.error({ err: error }, 'a delivery could not be stored; GitHub was told so'),
    },
    ready: async () =>
      renderReadiness({
        database: await checkDatabase({ store, world, log }),
        github: checkGitHub(active?.services ?? null),
      }),
    metrics: async () =>
      metrics.render(
        await readGauges({
          store,
          world,
          registryTokenWatch: active?.services.registryTokenWatch ?? NO_REGISTRY_TOKEN_WATCH,
        }),
      ),
    pages: config.app === null ? createSetupPages({ config, log, world, metrics }) : {},
    onError: (error) => log.error({ err: error }, 'an HTTP request failed'),
    onWebhook: (status) => metrics.countWebhook(status),
  });
  return {
    server,
    store,
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

/** One JSON or pretty line per event. No field holds a secret; what an error may carry along is redacted as it is written. */
export function createLogger(config: Pick<Config, 'log' | 'app' | 'ghcr' | 'databaseUrl'>): Logger {
  const { level, format } = config.log;
  const secrets = loggedSecrets(config);
  const inert = format === 'pretty' ? prettyLogLine : jsonLogLine;
  return pino({
    level,
    timestamp: stdTimeFunctions.isoTime,
    redact: ['*.authorization', '*.headers.authorization', '*.token', '*.password', 'err.event', 'err.request'],
    hooks: { streamWrite: (line) => inert(redact(line, secrets)) },
    ...(format === 'pretty' ? { transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname' } } } : {}),
  });
}

/** As they stand in JSON. Passwords of databases may be words, and words are left alone. */
function loggedSecrets({ app, ghcr, databaseUrl }: Pick<Config, 'app' | 'ghcr' | 'databaseUrl'>): readonly string[] {
  const password = URL.parse(databaseUrl)?.password ?? '';
  const secrets = [...(app?.webhookSecrets ?? []), ghcr?.token ?? '', password.length < 12 ? '' : password];
  return secrets.map((secret) => JSON.stringify(secret).slice(1, -1));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

type Parts = {
  readonly config: Config;
  readonly app: AppConfig;
  readonly log: Logger;
  readonly world: World;
  readonly store: Store;
  readonly metrics: Metrics;
};

/** While there is no App. The file is the one that `npm start` reads. */
function createSetupPages({ config, log, world, metrics }: Omit<Parts, 'app' | 'store'>): Pages {
  const { now, newId } = world;
  const { publicUrl, githubApiUrl: apiUrl, githubHost } = config;
  const client = createAnonymousClient({
    apiUrl,
    userAgent: 'imprimatur',
    // Octokit tells of each path, and in this one stands the code that the keys are given for.
    log: { debug: () => undefined, warn: () => undefined },
    now,
    onRequest: (request) => metrics.countGitHubRequest(request),
  });
  return createSetup({
    publicUrl,
    // An own server may speak plain HTTP inside of a network, as its API's address tells.
    githubUrl: githubHost === 'github.com' ? 'https://github.com' : new URL(`//${githubHost}`, apiUrl).origin,
    manifest: readAppManifest(),
    hasRegistryUser: config.ghcr !== null,
    convert: (code) => convertManifestCode(client, code),
    keep: (variables) => addToEnvFile(join(process.cwd(), '.env'), variables),
    now,
    newId,
    onMade: ({ id, name, owner }, kept) =>
      log.warn({ app: id, name, owner, kept: kept.kind }, 'an App was made by /setup: restart with its keys'),
    onError: (error) => log.error({ err: error }, 'GitHub did not give the keys of the new App'),
  });
}

type Active = {
  readonly services: Services;
  readonly inbox: Inbox;
  readonly worker: Worker;
  start(): void;
  stop(graceMs: number): Promise<void>;
};

async function activate({ config, app, log, world, store, metrics }: Parts): Promise<Active> {
  const { now, wait, random, newId, answerWithinMs } = world;
  const docker = await loadDockerConfig(config.dockerConfigFolder);
  const ghcr = config.ghcr === null ? null : { username: config.ghcr.username, password: config.ghcr.token };
  const guard = createHostGuard({
    now,
    random,
    onBreakerChange: (turn) => reportBreakerChange({ log, metrics }, turn),
  });
  const registry = createRegistryClient({
    guard,
    credentials: createCredentialSource({ ghcr, docker }),
    tokenHosts: config.registryTokenHosts,
    now,
    wait,
    random,
    log,
    onRequest: (request) => metrics.countRegistryRequest(request),
    ...(answerWithinMs === undefined ? {} : everyTimeout(answerWithinMs)),
  });
  const github = createGitHub({
    guard,
    appId: app.id,
    privateKey: app.privateKey,
    apiUrl: config.githubApiUrl,
    userAgent: 'imprimatur',
    log,
    now,
    onRequest: (request) => metrics.countGitHubRequest(request),
    ...(answerWithinMs === undefined ? {} : { timeoutMs: answerWithinMs }),
  });
  const identity = createAppIdentity(github);
  const { registryHost, imageGrants, allowedOwners, githubHost, githubWriteIntervalMs } = config;
  const settings = { registryHost, imageGrants, allowedOwners, githubHost, githubWriteIntervalMs };
  const pushRight = createPushRight({ registry, now });
  const registryTokenWatch = watchRegistryToken(config, { log, metrics, now });
  const collector: Collector = new Map();
  const probot = createProbot(config, app, log);
  await probot.load(createProbotApp({ appId: app.id, collector }));
  const inbox = createInbox({ store, now });
  const kinds = createJobKinds({
    delivery: createDeliveryHandler({ probot, collector }),
    recoverDeliveries: createDeliveryRecovery({
      isRelevant,
      isSuperseded,
      accept: inbox.accept,
      onRecovered: () => metrics.countRecoveredDelivery(),
    }),
    reconcilePromotion: createReconciler((difference) => metrics.countDifference(difference)),
    readThread: createThreadReader({
      readBody: readCommandLines,
      onFound: (count) => metrics.countFoundComments(count),
    }),
  });
  const services: Services = {
    store,
    jobs: createJobRows(kinds),
    registry,
    images: createImageReader({ registry, now }),
    pushRight,
    registryTokenWatch,
    github,
    identity,
    settings,
    log,
    observe: (what, seconds) => metrics.observe(what, seconds),
    now,
    wait,
    newId,
    sha256,
  };
  const worker = new Worker(services, kinds, inbox.calm);
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
      await registry.close();
    },
  };
}

function everyTimeout(
  ms: number,
): Pick<RegistryClientOptions, 'headersTimeoutMs' | 'bodyTimeoutMs' | 'wholeBodyTimeoutMs' | 'writeTimeoutMs'> {
  return { headersTimeoutMs: ms, bodyTimeoutMs: ms, wholeBodyTimeoutMs: ms, writeTimeoutMs: ms };
}

function reportBreakerChange(
  { log, metrics }: Pick<Parts, 'log' | 'metrics'>,
  { host, open, problem }: BreakerChange,
): void {
  metrics.showBreaker({ host, open });
  if (open) log.warn({ host, problem }, 'a host fails again and again: it is asked only now and then');
  else log.info({ host }, 'a host answers again');
}

/** Of the machine user for ghcr.io, where there is one. */
function watchRegistryToken(
  { ghcr, githubApiUrl: apiUrl }: Config,
  { log, metrics, now }: Pick<Parts, 'log' | 'metrics'> & Pick<World, 'now'>,
): RegistryTokenWatch {
  if (ghcr === null) return NO_REGISTRY_TOKEN_WATCH;
  const ask = createTokenQuestion({
    apiUrl,
    token: ghcr.token,
    userAgent: 'imprimatur',
    log,
    now,
    onRequest: (request) => metrics.countGitHubRequest(request),
  });
  return createRegistryTokenWatch({ ask, log, now });
}

/** Probot translates deliveries; it never calls GitHub here, so its plugins for that are off. At debug, it logs whole payloads. */
function createProbot(config: Config, app: AppConfig, log: Logger): Probot {
  return new Probot({
    appId: app.id,
    privateKey: app.privateKey,
    secret: app.webhookSecrets[0],
    baseUrl: config.githubApiUrl,
    log: log.isLevelEnabled('debug') ? log.child({}, { level: 'info' }) : log,
    Octokit: ProbotOctokit.defaults({ throttle: { enabled: false }, retry: { enabled: false } }),
  });
}

/** Until GitHub accepts the App's credentials, or the process ends; /readyz says so meanwhile. */
async function learnIdentity({ identity, log }: Services, stopping: AbortSignal): Promise<void> {
  for (let pause = 1000; identity.known() === null && !stopping.aborted; pause = Math.min(pause * 2, 60_000)) {
    try {
      const { slug, owner } = await identity.learn();
      log.info({ app: slug, owner }, 'GitHub accepted the credentials of the App');
    } catch (error) {
      if (stopping.aborted) return;
      log.error({ err: error }, 'GitHub did not accept the credentials of the App yet');
      await delay(pause, null, { signal: stopping }).catch(() => null);
    }
  }
}

/** At the start, so that a new token counts at once; then daily, by the scheduler. */
async function checkRegistryToken({ registryTokenWatch, log }: Services): Promise<void> {
  try {
    await registryTokenWatch.check();
  } catch (error) {
    log.error({ err: error }, 'the machine user’s token could not be looked at');
  }
}

/** Anybody may ask: an error names hosts, accounts and paths, so it goes to the log alone. */
async function checkDatabase({ store, world, log }: Pick<Parts, 'store' | 'world' | 'log'>): Promise<Check> {
  try {
    await assertWritable(store, world.now());
    return { ok: true, message: 'writable' };
  } catch (error) {
    log.error({ err: error }, 'the database can not be written');
    return { ok: false, message: 'not writable; the log says why' };
  }
}

function checkGitHub(services: Services | null): Check {
  if (services === null) return { ok: false, message: 'not configured: set APP_ID' };
  return services.identity.known() === null
    ? { ok: false, message: 'GitHub has not accepted the credentials of the App yet' }
    : { ok: true, message: 'credentials accepted' };
}

async function readGauges({
  store,
  world: { now },
  registryTokenWatch,
}: Pick<Parts, 'store' | 'world'> & { readonly registryTokenWatch: RegistryTokenWatch }): Promise<Gauges> {
  const [{ oldestDueAgeMs, ...jobs }, promotions, recoveredAt, drifts, mixed] = await Promise.all([
    countJobs(store.db, now()),
    countPromotionsByState(store.db),
    findLastRecoveryAt(store.db),
    countDrifts(store.db),
    countMixed(store.db),
  ]);
  return {
    jobs,
    oldestDueJobSeconds: (oldestDueAgeMs ?? 0) / 1000,
    promotions: Object.fromEntries(promotions.map(({ state, count }) => [state, count])),
    drifts,
    mixed,
    patDaysLeft: registryTokenWatch.daysLeft(),
    recoveryAgeSeconds: Math.max(now() - recoveredAt, 0) / 1000,
  };
}
