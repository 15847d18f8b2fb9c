// The App as a client of this GitHub, made of the same Octokit parts that real Apps use.
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import type { GitHubWorld } from './world.ts';

/** With the App's JWT; or with an installation's token, which is minted on first use. */
export function connectApp(world: GitHubWorld, installationId?: number): Octokit {
  const { APP_ID, PRIVATE_KEY } = world.env;
  return new Octokit({
    authStrategy: createAppAuth,
    auth: { appId: APP_ID, privateKey: PRIVATE_KEY, ...(installationId === undefined ? {} : { installationId }) },
    baseUrl: world.url,
    log: SILENT,
  });
}

/** Refused requests are what many tests are about; Octokit would print each. */
export const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} } as const;
