// The world of the scenarios: the real app on a real database, a stateful GitHub, a registry, and a clock turned by hand.
import type { Floors } from '../../src/domain/policy/floors.ts';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect } from 'vitest';
import { readConfig } from '../../src/config/env.ts';
import { findChainProblem, type AuditRow } from '../../src/domain/audit/audit.ts';
import { listAudit, listAuditedRepoIds } from '../../src/store/audit.ts';
import type { Promotion } from '../../src/domain/promotion/promotion.ts';
import type { PromotionView } from '../../src/messages/promotion-view.ts';
import { countJobs, listDeadJobs } from '../../src/store/queue/job-upkeep.ts';
import { createApplication, type Application } from '../../src/app/compose.ts';
import type { World } from '../../src/app/world.ts';
import type { GitHubRepo } from '../support/github/repo.ts';
import { startGitHub, type GitHubWorld } from '../support/github/world.ts';
import { startRegistryDouble, type Hook, type RegistryDouble } from '../support/registry/double.ts';
import { buildImage, type ImageOptions, type TestImage } from '../support/registry/images.ts';
import { listOutdated, viewIn } from './shown.ts';

export type ScenarioOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly owners?: readonly string[];
  /** `sqlite:<temporary file>` where nothing is said. */
  readonly databaseUrl?: string;
  /** What docker's config.json holds for the registry. */
  readonly credentials?: { readonly username: string; readonly password: string };
  /** Puts something between the App and its counterparties; answers the variables that lead there. */
  readonly via?: (real: {
    readonly github: GitHubWorld;
    readonly registry: RegistryDouble;
    readonly clock: Clock;
  }) => Promise<Readonly<Record<'GITHUB_API_URL' | 'REGISTRY_HOST', string>>>;
  /** By the real clock; as long as each client thinks right where nothing is said. */
  readonly answerWithinMs?: number;
};

export const START = Date.UTC(2026, 10, 24, 9, 0, 0);
export const IMAGE = 'acme/dotca';

/** One scenario: people act, the jobs run dry, and the world is looked at. */
export class Scenario {
  readonly github: GitHubWorld;
  readonly registry: RegistryDouble;
  readonly clock: Clock;
  readonly log: readonly string[];
  /** Those of its GitHub, oldest first. */
  readonly repos: readonly GitHubRepo[];
  app: Application;
  readonly #restart: (env?: ScenarioOptions['env']) => Promise<Process>;
  readonly #folder: string;
  readonly #abandoned: Application[] = [];
  #life: Life;
  #floors: Floors;

  private constructor(parts: {
    readonly github: GitHubWorld;
    readonly registry: RegistryDouble;
    readonly clock: Clock;
    readonly log: readonly string[];
    readonly repos: readonly GitHubRepo[];
    readonly process: Process;
    readonly restart: (env?: ScenarioOptions['env']) => Promise<Process>;
    readonly folder: string;
  }) {
    this.github = parts.github;
    this.registry = parts.registry;
    this.clock = parts.clock;
    this.log = parts.log;
    this.repos = parts.repos;
    this.app = parts.process.app;
    this.#life = parts.process.life;
    this.#floors = parts.process.floors;
    this.#restart = parts.restart;
    this.#folder = parts.folder;
  }

  static async start(options: ScenarioOptions = {}): Promise<Scenario> {
    const clock = new Clock();
    const folder = await mkdtemp(join(tmpdir(), 'imprimatur-'));
    const repos: GitHubRepo[] = [];
    const started = await startGitHub({
      now: clock.now,
      ...(options.owners === undefined ? {} : { owners: options.owners }),
    });
    const github: GitHubWorld = {
      ...started,
      repo: async (about) => {
        const repo = await started.repo(about);
        repos.push(repo);
        return repo;
      },
    };
    const registry = await startRegistryDouble({ clock: clock.now });
    const log: string[] = [];
    const env = {
      ...github.env,
      DATABASE_URL: options.databaseUrl ?? `sqlite:${join(folder, 'imprimatur.db')}`,
      DOCKER_CONFIG: folder,
      REGISTRY_HOST: registry.host,
      ...(await options.via?.({ github, registry, clock })),
      ...options.env,
    };
    if (options.credentials !== undefined) {
      const { username, password } = options.credentials;
      const auth = Buffer.from(`${username}:${password}`).toString('base64');
      await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: { [env.REGISTRY_HOST]: { auth } } }));
    }
    const within = options.answerWithinMs === undefined ? {} : { answerWithinMs: options.answerWithinMs };
    const start = async (changes: ScenarioOptions['env'] = {}): Promise<Process> => {
      const life: Life = { killed: false };
      const logger = pino({ level: 'debug' }, { write: (line: string) => void log.push(line) });
      const config = readConfig({ ...env, ...changes }, { isTty: false });
      const app = await createApplication(config, logger, mortal({ ...clock.world, ...within }, life));
      const { promise: listening, resolve } = Promise.withResolvers<void>();
      app.server.listen(0, '127.0.0.1', resolve);
      await listening;
      const address = app.server.address();
      if (typeof address !== 'object' || address === null) throw new Error('the app does not listen');
      github.setAppUrl(`http://127.0.0.1:${address.port}`);
      return { app, life, floors: config.floors };
    };
    return new Scenario({ github, registry, clock, log, repos, folder, restart: start, process: await start() });
  }

  /** Runs all jobs that are due, and the webhooks that they lead to, until nothing happens any more. */
  async drain(): Promise<void> {
    const { worker, store } = this.app;
    if (worker === null) throw new Error('the app is not configured');
    for (let due = true; due;) {
      await worker.drain();
      await this.github.settle();
      due = (await countJobs(store.db, this.clock.now())).oldestDueAgeMs !== null;
    }
  }

  /** Turns the clock and runs what falls due, step by step. */
  async pass(ms: number, stepMs = ms): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.clock.turn(stepMs);
      await this.drain();
    }
  }

  /** The process ends without a word, and a new one starts on the same database, with these variables changed. */
  async restart(env: ScenarioOptions['env'] = {}): Promise<void> {
    await this.app.stop(0);
    await this.#begin(env);
  }

  /** The process hangs, but lives; another one starts on the same database. */
  async abandon(): Promise<void> {
    this.#abandoned.push(this.app);
    await this.#begin();
  }

  /**
   * Runs the jobs until the process is killed by the first such request, before or after the registry carried it out: its
   * connection breaks, its database is closed, and it never waits for anything again.
   */
  async drainUntilKilled(kill: {
    readonly by: (call: Parameters<Hook>[0]) => boolean;
    readonly when: 'before' | 'after';
  }): Promise<void> {
    const { app } = this;
    const life = this.#life;
    const { quirks } = this.registry;
    const remove = this.registry.onRequest(async (call) => {
      if (life.killed || !kill.by(call)) return;
      life.killed = true;
      await app.store.close();
      const fault = { times: 1, on: new RegExp(`^${call.method} ${call.path}$`) };
      if (kill.when === 'before') quirks.reset = fault;
      else quirks.applyThenCut = fault;
    });
    const end = await this.drain().then(
      () => 'ran dry' as const,
      () => 'died' as const,
    );
    remove();
    expect({ end, ...life }).toEqual({ end: 'died', killed: true });
  }

  async #begin(env: ScenarioOptions['env'] = {}): Promise<void> {
    const { app, life, floors } = await this.#restart(env);
    this.#floors = floors;
    this.app = app;
    this.#life = life;
  }

  async dead(): Promise<readonly string[]> {
    const jobs = await listDeadJobs(this.app.store.db, 100);
    return jobs.map(({ kind, error }) => `${kind}: ${error}`);
  }

  /** The cards and check runs that do not show what is stored. */
  async outdated(): Promise<readonly string[]> {
    return (await Promise.all(this.repos.map((repo) => listOutdated(this.#shown(), repo)))).flat();
  }

  /** What is stored of a promotion, and around it, as cards and check runs show it. */
  view(promotion: Promotion): Promise<PromotionView> {
    return viewIn(this.#shown(), promotion);
  }

  #shown(): Parameters<typeof viewIn>[0] {
    return { store: this.app.store, registryHost: this.registry.host, floors: this.#floors, sha256 };
  }

  /**
   * What every scenario ends with: nothing that GitHub would not accept, no dead job, a whole chain, and today's truth
   * shown, but for what is named: GitHub took no word there, or its addresses are old ones.
   */
  async end({ outdated = [] }: { readonly outdated?: readonly string[] } = {}): Promise<void> {
    await this.drain();
    expect(this.github.violations).toEqual([]);
    expect(await this.dead()).toEqual([]);
    expect(await this.outdated()).toEqual(outdated);
    for (const [repoId, chain] of await this.audit()) {
      expect(findChainProblem(chain, { repoId, sha256 })).toBeNull();
    }
  }

  /** The audit trail of each repository, by its id. */
  async audit(): Promise<ReadonlyMap<number, readonly AuditRow[]>> {
    const { db } = this.app.store;
    const chains = (await listAuditedRepoIds(db)).map(async (repoId) => {
      const rows = await listAudit(db, { repoId, afterSeq: 0, limit: 10_000 });
      return [repoId, rows] as const;
    });
    return new Map(await Promise.all(chains));
  }

  async close(): Promise<void> {
    for (const app of [...this.#abandoned, this.app]) await app.stop(0);
    await this.github.close();
    await this.registry.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

type Life = { killed: boolean };
type Process = { readonly app: Application; readonly life: Life; readonly floors: Floors };

function mortal(world: World, life: Life): World {
  return {
    ...world,
    wait: async (ms) => {
      if (life.killed) throw new Error('the process was killed');
      await world.wait(ms);
    },
  };
}

/** Stands still until it is turned; whoever waits turns it. */
export class Clock {
  #now = START;
  #ids = 0;

  readonly now = (): number => this.#now;

  readonly world: World = {
    now: this.now,
    wait: async (ms) => {
      // As a real clock, it shows whole milliseconds.
      this.turn(Math.ceil(ms));
    },
    random: () => 0.5,
    newId: () => {
      this.#ids += 1;
      return `id-${this.#ids}-${crypto.randomUUID()}`;
    },
  };

  turn(ms: number): void {
    this.#now += ms;
  }
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The repository `acme/dotca` with people of every role, a `main` and a `staging` branch. */
export async function acme(scenario: Scenario): Promise<GitHubRepo> {
  const repo = await scenario.github.repo({
    owner: 'acme',
    name: 'dotca',
    private: true,
    users: { ada: 'write', bob: 'write', mia: 'maintain', ron: 'read' },
  });
  repo.commitOn('main', { message: 'First' });
  return repo;
}

/** An image of that commit, as the build of the staging branch pushes it: `staging-<7 hex>`, and `staging` on top. */
export function stage(
  scenario: Scenario,
  args: { readonly commit: string; readonly image?: ImageOptions; readonly tag?: string; readonly repository?: string },
): TestImage {
  const { commit, tag = `staging-${commit.slice(0, 7)}`, repository = IMAGE } = args;
  const image = buildImage({
    declaredLayerSizes: [90_000_000, 30_000_000],
    cmd: ['node', 'server.js'],
    attestationChild: true,
    seed: commit,
    ...args.image,
    labels: args.image?.labels ?? {
      'org.opencontainers.image.source': 'https://github.com/acme/dotca',
      'org.opencontainers.image.revision': commit,
    },
  });
  scenario.registry.addImage({ repository, tag, image });
  scenario.registry.setTag(repository, 'staging', image.digest);
  return image;
}
