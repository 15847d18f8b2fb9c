// Creates the services of commands from the environment: each on first use, and only from the variables it needs.
import { createHash } from 'node:crypto';
import { readConfig, type Config, type Environment, type VARIABLES } from '../config/env.ts';
import { isSecret } from '../config/secret-files.ts';
import { openRegistryAccess } from '../engine/core/registry-access.ts';
import { settingsOf } from '../engine/core/services.ts';
import { createGitHub } from '../github/client/client.ts';
import type { Clock } from '../net/clock.ts';
import { openStore, type Store } from '../store/database/database.ts';
import { openExistingStore } from './database/open-existing-store.ts';
import { loadSetup } from './load-setup.ts';
import type { CliServices, GitHubAccess } from './services.ts';

export type Context = { readonly services: CliServices; readonly close: () => Promise<void> };

/** A command prints its answer, and no log. */
const QUIET = { debug: () => undefined, warn: () => undefined };

type Variable = (typeof VARIABLES)[number];

/** What decides, and needs no credentials. */
const SETTINGS_VARIABLES: readonly Variable[] = [
  'GITHUB_API_URL',
  'REGISTRY_HOST',
  'IMAGE_GRANTS',
  'ALLOWED_OWNERS',
  'MIN_APPROVALS',
  'FORBID_SELF_APPROVAL',
];
const REGISTRY_VARIABLES: readonly Variable[] = [
  'GITHUB_API_URL',
  'GHCR_USERNAME',
  'GHCR_TOKEN',
  'DOCKER_CONFIG',
  'REGISTRY_HOST',
  'REGISTRY_TOKEN_HOSTS',
];
const APP_VARIABLES: readonly Variable[] = ['APP_ID', 'PRIVATE_KEY', 'PRIVATE_KEY_PATH', 'GITHUB_API_URL'];

/** Nothing is read or opened yet. An invalid variable is a ConfigError of the part that needs it. */
export function createContext(
  parts: Pick<CliServices, 'out' | 'err' | 'terminal'> & { readonly env: Environment; readonly clock: Clock },
): Context {
  const { env, clock, out, err, terminal } = parts;
  const closers: (() => Promise<void>)[] = [];
  const keepStore = (store: Store): Store => {
    closers.push(store.close);
    return store;
  };
  const databaseUrl = (): string => configOf(env, ['DATABASE_URL']).databaseUrl;
  const registryConfig = once(() => configOf(env, REGISTRY_VARIABLES));
  const settings = once(() => settingsOf(configOf(env, SETTINGS_VARIABLES)));
  const services: CliServices = {
    out,
    err,
    terminal,
    now: clock.now,
    wait: clock.wait,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    settings,
    store: once(async () => keepStore(await openExistingStore(databaseUrl()))),
    newStore: once(async () => keepStore(await openStore({ url: databaseUrl() }))),
    registry: once(async () => {
      const { registry, close } = await openRegistryAccess(registryConfig(), { ...clock, log: QUIET });
      closers.push(close);
      return registry;
    }),
    github: once(async () => openGitHub(env, clock)),
    setup: once(async () => {
      const { github, store } = services;
      const { setup, close } = await loadSetup({ env, clock, log: QUIET, github, store });
      closers.push(close);
      return setup;
    }),
  };
  return {
    services,
    close: async () => {
      for (const close of closers.splice(0)) await close();
    },
  };
}

function openGitHub(env: Environment, { now }: Clock): GitHubAccess {
  if ((env['APP_ID'] ?? '').trim() === '') return { kind: 'none', why: 'APP_ID is not set' };
  // The command line receives no webhooks, so any valid secret will do.
  const given = { ...env, WEBHOOK_SECRET: '-'.repeat(16), WEBHOOK_SECRET_FILE: undefined };
  const { app, githubApiUrl } = configOf(given, [...APP_VARIABLES, 'WEBHOOK_SECRET']);
  if (app === null) throw new Error('APP_ID is set, and no App was read');
  const { id: appId, privateKey } = app;
  const github = createGitHub({ appId, privateKey, apiUrl: githubApiUrl, userAgent: 'imprimatur', log: QUIET, now });
  return { kind: 'app', github };
}

function configOf(env: Environment, names: readonly Variable[]): Config {
  const read = names.flatMap((name) => (isSecret(name) ? [name, `${name}_FILE`] : [name]));
  return readConfig(Object.fromEntries(read.map((name) => [name, env[name]])), { isTty: false });
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
