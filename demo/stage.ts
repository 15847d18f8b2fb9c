// Sets the stage: a GitHub, a registry that wants tokens, and the app between them; all on this machine, all thrown away.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GitHubRepo } from '../test/support/github/repo.ts';
import { startGitHub, type GitHubWorld } from '../test/support/github/world.ts';
import { startRegistryDouble, type RegistryDouble } from '../test/support/registry/double.ts';
import { startApp, type AppProcess, type Env } from './app-process.ts';
import { pushBuild, type Build } from './build.ts';
import type { RegistryAddress } from './registry-client.ts';
import type { Printer } from './terminal/printer.ts';

export type Stage = {
  readonly github: GitHubWorld;
  readonly registry: RegistryDouble;
  readonly app: AppProcess;
  /** What the app's process was given, and nothing else. */
  readonly env: Env;
  readonly repo: GitHubRepo;
  /** The people of the repository, with their roles on GitHub. */
  readonly people: Readonly<Record<string, Role>>;
  /** Who may log in to the registry. */
  readonly accounts: readonly Account[];
  /** How somebody who may only pull reads the registry. */
  readonly visitor: RegistryAddress;
  /**
   * Commits to `staging`, or to the branch that is named, and pushes the image of that commit with these tags,
   * `<prefix>-<sha>` if none. An image without `cmd` starts nothing.
   */
  readonly build: (what: {
    readonly message: string;
    /** One that was pushed already. */
    readonly commit?: string;
    readonly tags?: readonly string[];
    readonly branch?: string;
    readonly prefix?: string;
    readonly cmd?: readonly string[];
  }) => Promise<Build>;
  /** Oldest first. */
  readonly builds: readonly Build[];
  /** Waits until what the app does on GitHub has made it true; fails after a bounded time, or when the app dies. */
  readonly until: (what: string, isTrue: () => boolean) => Promise<void>;
};

/** Who may do what: `bob` can be made a mere reader to show that nothing is promoted then. */
export type Cast = { readonly bob: 'write' | 'read' };

type Role = 'read' | 'write' | 'maintain';
type Account = { readonly username: string; readonly password: string; readonly rights: 'pull' | 'pull,push' };

export const OWNER = 'acme';
export const NAME = 'dotca';
export const IMAGE = `${OWNER}/${NAME}`;

const RETRY_BUDGET_MS = 10_000;
const CI: Account = { username: 'build-server', password: 'for-the-demo-only-1', rights: 'pull,push' };
const MACHINE_USER: Account = { username: 'imprimatur', password: 'for-the-demo-only-2', rights: 'pull,push' };
const VISITOR: Account = { username: 'visitor', password: 'for-the-demo-only-3', rights: 'pull' };
const ACCOUNTS = [CI, MACHINE_USER, VISITOR];

/** Everything that was opened is handed to `defer`, to be closed in reverse order, also when a later step fails. */
export async function openStage(args: {
  readonly printer: Printer;
  readonly cast: Cast;
  readonly defer: (close: () => Promise<unknown>) => void;
}): Promise<Stage> {
  const { step } = args.printer;
  const folder = await mkdtemp(join(tmpdir(), 'imprimatur-demo-'));
  args.defer(() => rm(folder, { recursive: true, force: true }));

  const github = await step('GitHub starts, with an organization that has the App installed', async (note) => {
    const world = await startGitHub({ owners: [OWNER] });
    args.defer(world.close);
    note(`${world.url} · stateful; checks every request against GitHub's API description`);
    return world;
  });
  const people = { ada: 'write', bob: args.cast.bob, mia: 'maintain', ron: 'read' } as const;
  const repo = await github.repo({ owner: OWNER, name: NAME, private: true, users: people });
  repo.commitOn('main', { message: 'First commit', by: 'ada' });

  const registry = await step('An image registry starts; every request needs a token', async (note) => {
    const double = await startRegistryDouble({ quirks: { auth: 'token' } });
    args.defer(double.close);
    double.quirks.tokenRules.users = Object.fromEntries(
      ACCOUNTS.map(({ username, password, rights }) => [username, { password, rights: { [IMAGE]: rights } }]),
    );
    note(`${double.url} · speaks the OCI distribution protocol`);
    return double;
  });
  const builds: Build[] = [];
  const build: Stage['build'] = async ({ message, branch = 'staging', commit, ...what }) => {
    const made = await pushBuild({
      commit: commit ?? repo.commitOn(branch, { message, by: 'ada', files: { 'CHANGES.md': message } }),
      sourceUrl: `https://github.com/${IMAGE}`,
      target: { url: registry.url, repository: IMAGE, credentials: CI },
      ...what,
    });
    builds.push(made);
    return made;
  };

  const env: Env = {
    ...github.env,
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: `sqlite:${join(folder, 'imprimatur.db')}`,
    DOCKER_CONFIG: folder,
    REGISTRY_HOST: registry.host,
    LOG_FORMAT: 'json',
  };
  const app = await step('The App starts as a separate process', async (note) => {
    await writeFile(join(folder, 'config.json'), dockerConfig(registry.host), { mode: 0o600 });
    const process = await startApp(env);
    args.defer(process.stop);
    github.setAppUrl(process.url);
    note(`${process.url} · configured by ${Object.keys(env).length} environment variables only`);
    return process;
  });

  return {
    github,
    registry,
    app,
    env,
    repo,
    people,
    accounts: ACCOUNTS,
    build,
    builds,
    visitor: { url: registry.url, repository: IMAGE, credentials: VISITOR },
    until: async (what, isTrue) => {
      try {
        await Promise.race([github.until(isTrue, { what, timeoutMs: RETRY_BUDGET_MS }), app.died]);
      } catch (error) {
        const complaints = app.complaints();
        const log =
          complaints === ''
            ? ''
            : `
The app's log message:
${complaints}`;
        throw new Error(`${messageOf(error)}${log}`, { cause: error });
      }
    },
  };
}

/** The credentials of the machine user, as `docker login` writes them. */
function dockerConfig(host: string): string {
  const auth = Buffer.from(`${MACHINE_USER.username}:${MACHINE_USER.password}`).toString('base64');
  return JSON.stringify({ auths: { [host]: { auth } } });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
