// A registry and a GitHub for commands that look at images, and the environment that leads there.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RegistryDouble } from '../support/registry/double.ts';
import { acme, IMAGE, Scenario, stage, START } from '../scenarios/world.ts';
import type { GitHubRepo } from '../support/github/repo.ts';
import type { TestImage } from '../support/registry/images.ts';
import { say, type Around, type Ended } from './harness.ts';

export { IMAGE };

export type ImageWorld = {
  readonly world: Scenario;
  readonly registry: RegistryDouble;
  readonly repo: GitHubRepo;
  readonly commit: string;
  readonly short: string;
  readonly image: TestImage;
  readonly old: TestImage;
  /** The image as one types it, by this tag or digest. */
  readonly ref: (target: string) => string;
  /** With the App's credentials; `bare` is a machine without. */
  readonly cli: (line: string | readonly string[], around?: Around) => Promise<Ended>;
  readonly databaseUrl: string;
  readonly folder: string;
  readonly close: () => Promise<void>;
  readonly bare: (line: string | readonly string[], around?: Omit<Around, 'env'>) => Promise<Ended>;
};

/** Production holds `old`, and `image` is staged. */
export async function startImageWorld(): Promise<ImageWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'imprimatur-cli-'));
  const databaseUrl = `sqlite:${join(folder, 'imprimatur.db')}`;
  const world = await Scenario.start({ databaseUrl });
  const repo = await acme(world);
  const old = stage(world, { commit: repo.commitOn('staging', { message: 'Old' }) });
  for (const tag of ['main', 'latest']) world.registry.setTag(IMAGE, tag, old.digest);
  const commit = repo.commitOn('staging', { message: 'New login page' });
  const image = stage(world, { commit });
  const { registry } = world;
  const bare = {
    REGISTRY_HOST: registry.host,
    DOCKER_CONFIG: folder,
    DATABASE_URL: `sqlite:${join(folder, 'absent.db')}`,
  };
  return {
    world,
    registry,
    repo,
    commit,
    short: commit.slice(0, 7),
    image,
    old,
    databaseUrl,
    folder,
    close: async () => {
      await world.close();
      await rm(folder, { recursive: true, force: true });
    },
    ref: (target) => `${registry.host}/${IMAGE}${target.includes(':') ? '@' : ':'}${target}`,
    cli: (line, around = {}) =>
      say(line, { now, ...around, env: { ...bare, ...world.github.env, DATABASE_URL: databaseUrl, ...around.env } }),
    bare: (line, around = {}) => say(line, { now, ...around, env: bare }),
  };
}

function now(): number {
  return START;
}
