// Every secret of a server is planted, and repeated by everybody it is shown to: it must be in nothing that comes out again.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, type TestContext } from 'vitest';
import { say } from '../cli/harness.ts';
import { buildImage, type TestImage } from '../support/registry/images.ts';
import { startRegistryDouble, type RegistryDouble } from '../support/registry/double.ts';
import { defaultTokenRules } from '../support/registry/token-service.ts';
import type { GitHubRepo } from '../support/github/repo.ts';
import { startGitHub, type GitHubWorld } from '../support/github/world.ts';
import { startEchoProxy, type EchoProxy, type Said, type Shown } from './echo-proxy.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');
const IMAGE = 'acme/dotca';

/** Tests that run beside each other must each end their own. */
type AtEnd = TestContext['onTestFinished'];

type Story = {
  readonly github: GitHubWorld;
  readonly repo: GitHubRepo;
  readonly registry: RegistryDouble;
  readonly ofGitHub: EchoProxy;
  readonly ofRegistry: EchoProxy;
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  /** By a name that a failure shows in their place. */
  readonly planted: Readonly<Record<string, string>>;
};

describe.concurrent.each(['json', 'pretty'])('with a log in %s', (format) => {
  test('no secret of the server comes out of it', { timeout: 120_000 }, async ({ onTestFinished }) => {
    const story = await plant(format, onTestFinished);
    const server = await start(story, onTestFinished);
    const threads = await live(story);
    const pages = await Promise.all(
      ['/metrics', '/readyz', '/healthz', '/setup', '/'].map(async (path) => (await fetch(server.url + path)).text()),
    );
    const cli = await readByCommandLine(story);
    const log = await server.stop();
    const produced: Readonly<Record<string, string>> = {
      log,
      pages: pages.join('\n'),
      ...cli,
      ...threads,
      ...(await readFolder(story.folder)),
    };
    // All of it is there to be looked at.
    expect(Object.entries(produced).filter(([, text]) => text === '')).toEqual([]);
    expect(log).toContain('[secret]');
    expect(threads['comments']).toContain('[secret]');
    expect(cli['jobs']).toContain('[secret]');
    const credentials = [...story.ofGitHub.credentials(), ...story.ofRegistry.credentials()];
    expect(credentials.some((one) => one.startsWith('ghs_') && one.length > 480)).toBe(true);
    const secrets = [
      ...Object.entries(story.planted),
      ...credentials.map((value): readonly [string, string] => [`credential ${value.slice(0, 4)}…`, value]),
    ];
    expect(secrets.length).toBeGreaterThan(10);
    expect(secrets.flatMap(([name, secret]) => findIn(produced, name, secret))).toEqual([]);
  });
});

/** Servers whose every secret is made for this story alone. */
async function plant(format: string, onTestFinished: AtEnd): Promise<Story> {
  const folder = await mkdtemp(join(tmpdir(), 'imprimatur-secrets-'));
  const webhookSecret = `webhook/${random()}`;
  const pat = `ghp_${randomBytes(18).toString('hex')}`;
  const ghcrToken = `ghp_${randomBytes(18).toString('hex')}`;
  const previous = `previous+${random()}`;
  const password = `pass/word+=${random()}`;
  const github = await startGitHub({ webhookSecret });
  github.personalToken(ghcrToken, { login: 'machine-user', scopes: ['write:packages'], expiresAt: null });
  const tokenRules = defaultTokenRules();
  tokenRules.users = { 'machine-user': { password: pat, rights: { '*': 'pull,push' } } };
  const registry = await startRegistryDouble({ quirks: { auth: 'token', tokenRules } });
  const ofRegistry = await startEchoProxy(registry.url);
  registry.quirks.realm = `${ofRegistry.url}/token`;
  const ofGitHub = await startEchoProxy(github.url);
  const pair = Buffer.from(`machine-user:${pat}`).toString('base64');
  const auths = {
    [ofRegistry.host]: { auth: pair },
    'other.example': { auth: Buffer.from(`a:${password}`).toString('base64') },
  };
  const docker = await mkdtemp(join(tmpdir(), 'imprimatur-docker-'));
  await writeFile(join(docker, 'config.json'), JSON.stringify({ auths }));
  const repo = await github.repo({ owner: 'acme', name: 'dotca', users: { ada: 'write', bob: 'write' } });
  onTestFinished(async () => {
    await Promise.all([github.close(), registry.close(), ofGitHub.close(), ofRegistry.close()]);
    await Promise.all([folder, docker].map((one) => rm(one, { recursive: true, force: true })));
  });
  const env = {
    ...github.env,
    WEBHOOK_SECRET_PREVIOUS: previous,
    GITHUB_API_URL: ofGitHub.url,
    REGISTRY_HOST: ofRegistry.host,
    GHCR_USERNAME: 'machine-user',
    GHCR_TOKEN: ghcrToken,
    DOCKER_CONFIG: docker,
    DATABASE_URL: `sqlite:${join(folder, 'app.db')}`,
    LOG_LEVEL: 'trace',
    LOG_FORMAT: format,
    PORT: '0',
  };
  const keyLines = github.env.PRIVATE_KEY.split('\n').filter((line) => line.length > 60);
  const planted = {
    'webhook secret': webhookSecret,
    'previous webhook secret': previous,
    'token of the machine user for ghcr.io': ghcrToken,
    'token of the machine user': pat,
    'its login': pair,
    'password of another registry': password,
    ...Object.fromEntries(keyLines.map((line, at) => [`private key, line ${at + 1}`, line])),
  };
  return { github, repo, registry, ofGitHub, ofRegistry, env, folder, planted };
}

function random(): string {
  return randomBytes(30).toString('base64url');
}

/** The server as its operator runs it. */
async function start(
  { github, env }: Story,
  onTestFinished: AtEnd,
): Promise<{ readonly url: string; readonly stop: () => Promise<string> }> {
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let log = '';
  const { promise: port, resolve, reject } = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;

      const found = /"?port"?: *(\d+)/.exec(log)?.[1];
      if (found !== undefined && log.includes('listening')) resolve(found);
    });
  }
  const exit = once(child, 'close');
  void exit.then(() => reject(new Error(`it ended: ${log}`)));
  const url = `http://127.0.0.1:${await port}`;
  github.setAppUrl(url);
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM');
      await exit;
      return log;
    },
  };
}

/** Promotions that fail at each place where a credential is shown, and one that arrives; answers what people got to read. */
async function live(story: Story): Promise<Readonly<Record<string, string>>> {
  const { github, repo, ofGitHub, ofRegistry } = story;
  const threads: number[] = [];
  const commits: string[] = [];
  const ofApp = (issue: number): readonly string[] =>
    repo.comments(issue).flatMap(({ byApp, body }) => (byApp ? [body] : []));
  /** Somebody asks for a new image, and the answer in the end has these words; then everybody is honest again. */
  const ask = async (words: RegExp): Promise<number> => {
    const commit = repo.commitOn('staging', { message: 'Another' });
    commits.push(commit);
    stage(story, commit);
    const issue = repo.openIssue({ title: 'Release', by: 'ada' });
    threads.push(issue);
    await repo.comment({ issue, by: 'ada', body: `/promote ${commit.slice(0, 7)}` });
    await answered(issue, words);
    return issue;
  };
  const answered = async (issue: number, words: RegExp): Promise<void> => {
    const isThere = (): boolean => ofApp(issue).some((body) => words.test(body));
    await github.until(isThere, { what: words.source, timeoutMs: 30_000 }).catch((error: unknown) => {
      throw new Error(`there is only: ${ofApp(issue).join('\n')}`, { cause: error });
    });
    ofRegistry.hush();
  };

  ofRegistry.echo({ on: /^GET .token/, times: 1, answer: (shown) => ({ status: 500, body: registryError(shown) }) });
  ofRegistry.echo({ on: /^GET .token/, times: 9, answer: (shown) => ({ status: 403, body: registryError(shown) }) });
  await ask(/HTTP 403/);
  ofRegistry.echo({ on: /manifests/, times: 1, answer: (shown) => ({ status: 503, body: registryError(shown) }) });
  ofRegistry.echo({ on: /manifests/, times: 1, answer: unauthorized(ofRegistry) });
  ofRegistry.echo({ on: /blobs.sha/, times: 99, answer: ({ token }) => redirectTo(`https://10.0.0.1/b?sig=${token}`) });
  await ask(/redirected/);
  ofRegistry.echo({ on: /blobs.sha/, times: 99, answer: ({ token }) => redirectTo(`https://[b/?sig=${token}`) });
  await ask(/redirected/);
  const refused = await ask(/Waiting for approval/);
  ofRegistry.echo({ on: /^PUT /, times: 99, answer: (shown) => ({ status: 403, body: registryError(shown) }) });
  await repo.comment({ issue: refused, by: 'bob', body: '/approve' });
  await answered(refused, /Failed/);

  ofGitHub.echo({ on: /^POST .*reactions/, times: 1, answer: (shown) => ({ status: 422, body: gitHubError(shown) }) });
  ofGitHub.echo({ on: /^POST .*check-runs/, times: 1, answer: (shown) => ({ status: 401, body: gitHubError(shown) }) });
  ofGitHub.echo({ on: /^GET .*permission/, times: 1, answer: (shown) => ({ status: 502, body: gitHubError(shown) }) });
  ofGitHub.echo({ on: /^POST .*comments$/, times: 1, answer: ({ all }) => ({ status: 500, body: `<p>${all}</p>` }) });
  const last = await ask(/Waiting for approval/);
  await repo.comment({ issue: last, by: 'bob', body: '/approve' });
  await answered(last, /Promoted/);
  return {
    comments: threads.flatMap(ofApp).join('\n'),
    checks: JSON.stringify(commits.flatMap((commit) => repo.checkRuns(commit))),
  };
}

function stage({ registry }: Story, commit: string): void {
  const image: TestImage = buildImage({
    seed: commit,
    declaredLayerSizes: [120_000_000],
    labels: {
      'org.opencontainers.image.source': 'https://github.com/acme/dotca',
      'org.opencontainers.image.revision': commit,
    },
  });
  registry.addImage({ repository: IMAGE, tag: `staging-${commit.slice(0, 7)}`, image });
}

function registryError({ all }: Shown): string {
  return JSON.stringify({ errors: [{ code: 'DENIED', message: `no rights for ${all}`, detail: all }] });
}

function gitHubError({ all }: Shown): string {
  return JSON.stringify({ message: `Bad credentials: ${all}`, errors: [{ message: all, code: all, field: all }] });
}

function unauthorized({ url }: EchoProxy): (shown: Shown) => Said {
  return (shown) => {
    const challenge = `Bearer realm="${url}/token",error="invalid_token",error_description="${shown.all}"`;
    return { status: 401, headers: { 'www-authenticate': challenge }, body: registryError(shown) };
  };
}

function redirectTo(location: string): Said {
  return { status: 307, headers: { location } };
}

/** What the command line shows whoever asks it everything. */
async function readByCommandLine({ env, ofRegistry, repo }: Story): Promise<Readonly<Record<string, string>>> {
  const run = async (line: string): Promise<string> => {
    const { out, err } = await say(line, { env, now: Date.now });
    return `${out}\n${err}`;
  };
  const image = `${ofRegistry.host}/${IMAGE}`;
  const dead = await run('jobs list --json');
  const ids = [...dead.matchAll(/"id": *(\d+)/g)].map(([, id]) => id);
  const jobs = await Promise.all(ids.map((id) => run(`jobs show ${id}`)));
  ofRegistry.echo({ on: /./, times: 1, answer: (shown) => ({ status: 403, body: registryError(shown) }) });
  const refused = await run(`tags ${image}`);
  ofRegistry.hush();
  return {
    jobs: [dead, ...jobs].join('\n'),
    refused,
    audit: `${await run('audit show acme/dotca')}${await run(`audit export ${repo.id}`)}`,
    doctor: `${await run('doctor --json --repo acme/dotca')}${await run('doctor --repo acme/dotca')}`,
    images: `${await run(`tags ${image}`)}${await run(`inspect ${image}:main`)}${await run(`inspect --json ${image}:main`)}`,
  };
}

async function readFolder(folder: string): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(folder)).filter((name) => !name.endsWith('-shm'));
  const texts = names.map(async (name) => [name, await readFile(join(folder, name), 'latin1')] as const);
  return Object.fromEntries(await Promise.all(texts));
}

/** Where a secret stands in one of its forms, whole or as its beginning. */
function findIn(produced: Readonly<Record<string, string>>, name: string, secret: string): readonly string[] {
  const base64 = Buffer.from(secret).toString('base64');
  const forms = [
    secret.slice(0, 12),
    secret.slice(-12),
    encodeURIComponent(secret).slice(0, 16),
    base64.slice(0, 12),
    Buffer.from(secret).toString('base64url').slice(0, 12),
    Buffer.from(secret).toString('hex').slice(0, 24),
  ];
  return Object.entries(produced).flatMap(([where, text]) =>
    forms.flatMap((form) => {
      const at = text.indexOf(form);
      return at === -1 ? [] : [`${name} in ${where}: ${text.slice(Math.max(0, at - 60), at + 40)}`];
    }),
  );
}
