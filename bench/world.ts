// The world that promotions are measured in: a GitHub, Debian's docker-registry with tokens, a proxy before it, and the App as a process.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GitHubRepo } from '../test/support/github/repo.ts';
import { startGitHub, type GitHubWorld } from '../test/support/github/world.ts';
import { startDockerRegistry } from '../test/support/registry/docker-registry.ts';
import { buildImage, pushImage, type TestImage } from '../test/support/registry/images.ts';
import { ADA } from '../test/support/registry/token-service.ts';
import { ourServer, startChild, type Child } from './child.ts';
import { startDelayProxy, type DelayProxy } from './delay-proxy.ts';

export type World = {
  readonly github: GitHubWorld;
  readonly proxy: DelayProxy;
  /** The registry itself, past the proxy. */
  readonly registryUrl: string;
  readonly app: () => Child;
  /** A new process on the same database: it remembers nothing else. */
  readonly restart: () => Promise<void>;
  /** The image of a new commit on `staging`, pushed past the proxy. */
  readonly build: () => Promise<Build>;
  readonly push: (args: {
    readonly repository: string;
    readonly tags: readonly string[];
    readonly image: TestImage;
  }) => Promise<void>;
  /** Its card waits for approval. */
  readonly request: (build: Build, options?: { readonly version?: string }) => Promise<void>;
  /** By a click, until the check run is green; answers when the click was sent, by `performance.now()`. */
  readonly approve: (build: Build) => Promise<number>;
  /** Until GitHub was told everything. */
  readonly settle: (build: Build) => Promise<void>;
  readonly close: () => Promise<void>;
};

export type Build = {
  readonly commit: string;
  readonly tag: string;
  readonly image: TestImage;
  readonly issue: number;
};

export const REPOSITORY = 'acme/dotca';

/** Two platforms, of this many layers each; all layers are small, as nobody reads them. */
const LAYERS = 3;
const RETRY_BUDGET_MS = 20_000;

/** `floating`: the tags that a promotion moves. */
export async function openWorld(options: {
  readonly floating: readonly string[];
  readonly delayMs: number;
}): Promise<World> {
  const closings: (() => Promise<unknown>)[] = [];
  const opened = <T extends { readonly close: () => Promise<unknown> }>(part: T): T => {
    closings.unshift(part.close);
    return part;
  };
  const close = async (): Promise<void> => {
    for (const closing of closings) await closing();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'imprimatur-bench-'));
    closings.unshift(() => rm(folder, { recursive: true, force: true }));
    const github = opened(await startGitHub());
    const registry = opened(await startDockerRegistry({ auth: 'token' }));
    const proxy = opened(await startDelayProxy({ upstream: registry.url, delayMs: options.delayMs }));
    const auth = Buffer.from(`${ADA.username}:${ADA.password}`).toString('base64');
    await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: { [proxy.host]: { auth } } }));
    const repo = await github.repo({ owner: 'acme', name: 'dotca', users: { ada: 'write', bob: 'write' } });
    repo.commitOn('main', { files: { '.github/promotion.yml': policyOf(options.floating) }, message: 'Policy' });
    const startApp = async (): Promise<Child> => {
      const child = await startChild({
        ...ourServer(),
        readyPath: '/readyz',
        env: {
          ...github.env,
          DATABASE_URL: `sqlite:${join(folder, 'imprimatur.db')}`,
          DOCKER_CONFIG: folder,
          REGISTRY_HOST: proxy.host,
          LOG_FORMAT: 'json',
          LOG_LEVEL: 'warn',
        },
      });
      github.setAppUrl(child.url);
      return child;
    };
    let app = await startApp();
    closings.unshift(() => app.kill('SIGTERM'));
    const registryUrl = registry.url;
    return {
      github,
      proxy,
      registryUrl,
      app: () => app,
      restart: async () => {
        await app.kill('SIGTERM');
        app = await startApp();
      },
      close,
      ...actionsOf({ github, repo, said: () => app.said(), registryUrl }),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Layers of a real size would tell nothing more: no promotion reads one. */
function policyOf(floating: readonly string[]): string {
  return [
    'validation: { size: { min: 1 } }',
    `environments: { production: { tags: [${floating.join(', ')}], rollback_tags: true, keep_as: 'main-{source}' } }`,
    '',
  ].join('\n');
}

function actionsOf(parts: {
  readonly github: GitHubWorld;
  readonly repo: GitHubRepo;
  readonly said: () => string;
  readonly registryUrl: string;
}): Pick<World, 'build' | 'push' | 'request' | 'approve' | 'settle'> {
  const { github, repo, said, registryUrl: baseUrl } = parts;
  const until = async (what: string, isTrue: () => boolean): Promise<void> => {
    try {
      await github.until(isTrue, { what, timeoutMs: RETRY_BUDGET_MS });
    } catch (error) {
      throw new Error(`${what} did not happen; the App message:\n${said()}`, { cause: error });
    }
  };
  const runOf = ({ commit }: Build): ReturnType<GitHubRepo['checkRuns']>[number] | undefined =>
    repo.checkRuns(commit).at(-1);
  const push: World['push'] = async ({ repository, tags, image }) => {
    for (const tag of tags) await pushImage({ baseUrl, repository, tag, image, credentials: ADA });
  };
  return {
    push,
    build: async () => {
      const commit = repo.commitOn('staging', { message: 'Change' });
      const image = buildTwoPlatforms(commit);
      const tag = `staging-${commit.slice(0, 7)}`;
      await push({ repository: REPOSITORY, tags: [tag], image });
      return { commit, tag, image, issue: repo.openIssue({ title: 'Release', by: 'ada' }) };
    },
    request: async (build, { version } = {}) => {
      const line = `/promote ${build.tag}${version === undefined ? '' : ` as ${version}`}`;
      await repo.comment({ issue: build.issue, by: 'ada', body: line });
      await until('a check run that waits for approval', () => {
        const run = runOf(build);
        if (run?.conclusion === 'failure') throw new Error(`${run.title}\n${run.text}`);
        return run?.conclusion === 'action_required' && run.actions.length > 0;
      });
    },
    approve: async (build) => {
      const at = performance.now();
      await repo.click({ checkRun: runOf(build)?.id ?? 0, action: 'approve', by: 'bob' });
      await until('a green check run', () => {
        const run = runOf(build);
        if (run?.conclusion === 'failure') throw new Error(`${run.title}\n${run.text}`);
        return run?.conclusion === 'success';
      });
      return at;
    },
    settle: async ({ issue }) => {
      await until('a card that says so', () =>
        repo.comments(issue).some(({ byApp, body }) => byApp && /^### .*Promoted/m.test(body)),
      );
      await github.settle();
    },
  };
}

/** As a build of that commit makes it; each platform's layers are its own. */
export function buildTwoPlatforms(commit: string, layers: number = LAYERS): TestImage {
  const platforms = ['linux/amd64', 'linux/arm64'];
  const contentOf = (platform: string): Uint8Array[] =>
    Array.from({ length: layers }, (_unused, at) => Buffer.from(`layer ${at} of ${platform} at ${commit}`));
  return buildImage({
    platforms,
    perPlatform: Object.fromEntries(platforms.map((platform) => [platform, { layers: contentOf(platform) }])),
    cmd: ['/app'],
    seed: commit,
    labels: {
      'org.opencontainers.image.source': 'https://github.com/acme/dotca',
      'org.opencontainers.image.revision': commit,
    },
  });
}
