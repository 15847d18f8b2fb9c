// Creates the pages of /setup, which are served while no App is configured.
import { join } from 'node:path';
import type { Logger } from 'pino';
import { readAppManifest } from '../config/app-manifest.ts';
import { addToEnvFile } from '../config/env-file.ts';
import type { Config } from '../config/env.ts';
import { convertManifestCode } from '../github/app/manifest.ts';
import { createAnonymousClient } from '../github/client/client.ts';
import type { Metrics } from '../net/metrics.ts';
import type { Pages } from '../web/server.ts';
import type { Store } from '../store/database/database.ts';
import { createSetupTokens } from '../engine/installations/setup-token.ts';
import { createSetup } from '../web/setup/setup.ts';

/** The keys of a new App go into the file that `npm start` reads. */
export function createSetupPages(parts: {
  readonly config: Config;
  readonly store: Store;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly now: () => number;
  readonly newId: () => string;
}): Pages {
  const { config, store, log, metrics, now, newId } = parts;
  const { publicUrl, githubApiUrl: apiUrl, githubHost } = config;
  const client = createAnonymousClient({
    apiUrl,
    userAgent: 'imprimatur',
    // Octokit logs each path, and this one contains the code that GitHub exchanges for the keys.
    log: { debug: () => undefined, warn: () => undefined },
    now,
    onRequest: metrics.countGitHubRequest,
  });
  return createSetup({
    publicUrl,
    // A GitHub Enterprise Server may use plain HTTP inside a network; its API address says so.
    githubUrl: githubHost === 'github.com' ? 'https://github.com' : new URL(`//${githubHost}`, apiUrl).origin,
    manifest: readAppManifest(),
    tokens: createSetupTokens(store, now),
    hasRegistryUser: config.ghcr !== null,
    convert: (code) => convertManifestCode(client, code),
    keep: (variables) => addToEnvFile(join(process.cwd(), '.env'), variables),
    now,
    newId,
    onMade: ({ id, name, owner }, kept) =>
      log.warn(
        { app: id, name, owner, kept: kept.kind },
        '/setup created a GitHub App: restart the server with its keys',
      ),
    onOtherOwner: ({ id, owner }, typed) =>
      log.warn({ app: id, owner, typed }, '/setup received an App of another account and discarded its keys'),
    onError: (error) => log.error({ err: error }, 'could not fetch the keys of the new App from GitHub'),
  });
}
