// What surrounds the server: a GitHub and Debian's docker-registry behind their endpoints, a repository, two builds, a clock.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GitHubRepo } from '../../support/github/repo.ts';
import { startGitHub, type GitHubWorld } from '../../support/github/world.ts';
import { startDockerRegistry } from '../../support/registry/docker-registry.ts';
import { pushImage } from '../../support/registry/images.ts';
import { IMAGE, imageOf } from '../image.ts';
import { setClock, turnClock } from './clock.ts';
import { openHttpProxy, type HttpProxy } from './http-proxy.ts';
import { openInOrder } from './in-order.ts';
import type { HttpProxyName } from './kill.ts';
import { startServer, type Server } from './server.ts';
import type { SqlAim } from './sql-talk.ts';

export type World = {
  readonly github: GitHubWorld;
  readonly repo: GitHubRepo;
  readonly issue: number;
  readonly registryUrl: string;
  readonly databaseUrl: string;
  readonly endpoints: Readonly<Record<HttpProxyName, HttpProxy>>;
  readonly server: () => Server;
  /** A new process on the same database, `laterMs` after the last one. It may be aimed at before it has begun. */
  readonly start: (options: { readonly laterMs: number; readonly aim: SqlAim | null }) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Production holds the first one; the others are staged. */
export const COMMITS = { old: 'a'.repeat(40), first: 'b'.repeat(40), second: 'c'.repeat(40) } as const;

/** Past the minute of the hourly tick, which would come between. */
const START = Date.UTC(2026, 10, 24, 9, 20);
const POLICY = `
validation: { size: { min: 1 } }
rollback: { approvals: { required: 1 } }
`;

export async function openWorld(options: { readonly cacheFolder: string }): Promise<World> {
  const closings: (() => Promise<unknown>)[] = [];
  const opened = <T extends { readonly close: () => Promise<unknown> }>(part: T): T => {
    closings.unshift(part.close);
    return part;
  };
  const close = async (): Promise<void> => {
    for (const closing of closings) await closing();
  };
  try {
    setClock(START);
    const folder = await mkdtemp(join(tmpdir(), 'imprimatur-kill-'));
    closings.unshift(() => rm(folder, { recursive: true, force: true }));
    const [github, registry] = await Promise.all([startGitHub(), startDockerRegistry({ auth: 'none' })]);
    opened(github);
    opened(registry);
    const inOrder = opened(await openInOrder());
    github.setAppUrl(inOrder.url);
    const endpoints = {
      github: opened(await openHttpProxy({ name: 'github', upstream: github.url })),
      registry: opened(await openHttpProxy({ name: 'registry', upstream: registry.url })),
    };
    const repo = await github.repo({ owner: 'acme', name: 'dotca', users: { ada: 'write', bob: 'write' } });
    repo.commitOn('main', { files: { '.github/promotion.yml': POLICY }, message: 'Policy' });
    for (const [name, commit] of Object.entries(COMMITS)) {
      repo.commitOn('staging', { id: commit, message: name });
      const tags = [`staging-${commit.slice(0, 7)}`, ...(name === 'old' ? ['main', 'latest'] : [])];
      for (const tag of tags) {
        await pushImage({ baseUrl: registry.url, repository: IMAGE, tag, image: imageOf(commit) });
      }
    }
    const databaseUrl = `sqlite:${join(folder, 'imprimatur.db')}`;
    const env = {
      ...github.env,
      GITHUB_API_URL: endpoints.github.url,
      GITHUB_WRITE_INTERVAL_MS: '0',
      DATABASE_URL: databaseUrl,
      DOCKER_CONFIG: folder,
      REGISTRY_HOST: endpoints.registry.host,
    };
    let server: Server | null = null;
    closings.unshift(async () => server?.strike());
    return {
      github,
      repo,
      issue: repo.openIssue({ title: 'Release', by: 'ada' }),
      registryUrl: registry.url,
      databaseUrl,
      endpoints,
      server: () => {
        if (server === null) throw new Error('no server was started');
        return server;
      },
      start: async ({ laterMs, aim }) => {
        turnClock(laterMs);
        server = startServer({ env, cacheFolder: options.cacheFolder, aim });
        inOrder.setTarget(await server.listening);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
