// Makes the server's clients of GitHub and of the registries: guarded by circuit breakers, measured and logged.
import type { Logger } from 'pino';
import type { AppConfig, Config } from '../config/env.ts';
import { openRegistryAccess, type RegistryAccess } from '../engine/core/registry-access.ts';
import {
  createRegistryTokenWatch,
  createTokenQuestion,
  NO_REGISTRY_TOKEN_WATCH,
  type RegistryTokenWatch,
} from '../github/app/registry-token-watch.ts';
import { createGitHub, type GitHub } from '../github/client/client.ts';
import type { Clock } from '../net/clock.ts';
import { createHostGuard, type BreakerChange } from '../net/host-guard.ts';
import type { Metrics } from '../net/metrics.ts';
import type { RegistryClientOptions } from '../registry/client.ts';

export type Clients = RegistryAccess & { readonly github: GitHub; readonly registryTokenWatch: RegistryTokenWatch };

type Parts = {
  readonly config: Config;
  readonly app: AppConfig;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** How long an answer may take. By default, each client has its own limits. */
  readonly answerWithinMs: number | undefined;
};

/** Sends no request. */
export async function openClients({ config, app, log, metrics, clock, answerWithinMs }: Parts): Promise<Clients> {
  const { now, random } = clock;
  const guard = createHostGuard({
    now,
    random,
    onBreakerChange: (change) => reportBreakerChange({ log, metrics }, change),
  });
  const access = await openRegistryAccess(config, {
    ...clock,
    guard,
    log,
    onRequest: metrics.countRegistryRequest,
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
    onRequest: metrics.countGitHubRequest,
    ...(answerWithinMs === undefined ? {} : { timeoutMs: answerWithinMs }),
  });
  return { ...access, github, registryTokenWatch: watchRegistryToken(config, { log, metrics, now }) };
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
  if (open) log.warn({ host, problem }, 'circuit breaker open: most requests to this host are held back');
  else log.info({ host }, 'circuit breaker closed: the host answers again');
}

/** The machine user's credential for ghcr.io, if there is one. */
function watchRegistryToken(
  { ghcr, githubApiUrl: apiUrl }: Config,
  { log, metrics, now }: Pick<Parts, 'log' | 'metrics'> & Pick<Clock, 'now'>,
): RegistryTokenWatch {
  if (ghcr === null) return NO_REGISTRY_TOKEN_WATCH;
  const ask = createTokenQuestion({
    apiUrl,
    token: ghcr.token,
    userAgent: 'imprimatur',
    log,
    now,
    onRequest: metrics.countGitHubRequest,
  });
  return createRegistryTokenWatch({ ask, log, now });
}
