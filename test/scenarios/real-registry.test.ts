// The main scenario on a real registry: Debian's docker-registry behind a token service.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  isDockerRegistryInstalled,
  startDockerRegistry,
  type DockerRegistry,
} from '../support/registry/docker-registry.ts';
import { buildImage, pushImage, type TestImage } from '../support/registry/images.ts';
import { ADA } from '../support/registry/token-service.ts';
import { hasGhcrImage, readGhcrImage } from '../support/registry/vectors.ts';
import { acme, Scenario } from './world.ts';

// In CI a registry that is not installed fails here instead of being skipped.
const missing = process.env['CI'] !== 'true' && !isDockerRegistryInstalled();

describe.skipIf(missing)("On Debian's docker-registry", () => {
  let registry: DockerRegistry;
  let credentials: string;
  let world: Scenario;

  beforeAll(async () => {
    registry = await startDockerRegistry({ auth: 'token' });
    credentials = await mkdtemp(join(tmpdir(), 'docker-config-'));
    const auth = Buffer.from(`${ADA.username}:${ADA.password}`).toString('base64');
    await writeFile(join(credentials, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }));
  });
  afterAll(async () => {
    await registry.close();
    await rm(credentials, { recursive: true });
  });
  beforeEach(async () => {
    const env = { REGISTRY_HOST: registry.host, DOCKER_CONFIG: credentials, ALLOWED_OWNERS: 'acme,slsa-framework' };
    world = await Scenario.start({ env, owners: ['acme', 'slsa-framework'] });
  });
  afterEach(async () => {
    await world.close();
  });

  test('a staging image goes to production by comment and click, its layers untouched', async () => {
    const repo = await acme(world);
    const old = imageOf(repo.commitOn('staging', { message: 'Old' }));
    for (const tag of ['main', 'latest']) await push({ repository: 'acme/dotca', tag, image: old });
    const commit = repo.commitOn('staging', { message: 'New' });
    const image = imageOf(commit);
    await push({ repository: 'acme/dotca', tag: `staging-${commit.slice(0, 7)}`, image });
    const issue = repo.openIssue({ title: 'Release', by: 'ada' });
    await repo.comment({ issue, by: 'ada', body: `/promote ${commit.slice(0, 7)}` });
    await world.drain();
    const [run] = repo.checkRuns(commit);
    expect(run).toMatchObject({ status: 'completed', conclusion: 'action_required' });
    await repo.click({ checkRun: run?.id ?? 0, action: 'approve', by: 'bob' });
    await world.drain();
    expect(repo.checkRuns(commit)).toMatchObject([{ conclusion: 'success' }]);
    const kept = `main-staging-${commit.slice(0, 7)}`;
    for (const tag of ['main', 'latest', kept]) {
      expect(await digestAt('acme/dotca', tag), tag).toBe(image.digest);
    }
    expect(await digestAt('acme/dotca', 'rollback-20261124-090000-release')).toBe(old.digest);
    await world.end();
  });

  test.skipIf(!hasGhcrImage())('a real image from GHCR is inspected and promoted, digest unchanged', async () => {
    const image = readGhcrImage();
    const repo = await world.github.repo({
      owner: 'slsa-framework',
      name: 'example-package',
      users: { ada: 'write', bob: 'write' },
    });
    const commit = repo.commitOn('staging', { id: '4d329c75e7ec1725f7c9ce917a8799d408d06be3' });
    await push({ repository: 'slsa-framework/example-package', tag: 'staging-4d329c7', image });
    const issue = repo.openIssue({ title: 'Release', by: 'ada' });
    await repo.comment({ issue, by: 'ada', body: '/promote staging-4d329c7' });
    await world.drain();
    await repo.comment({ issue, by: 'bob', body: '/approve P1' });
    await world.drain();
    expect(repo.checkRuns(commit)).toMatchObject([{ conclusion: 'success' }]);
    expect(await digestAt('slsa-framework/example-package', 'latest')).toBe(image.digest);
    const card = repo.comments(issue).find(({ body }) => body.startsWith('<!-- imprimatur P1 -->'))?.body;
    expect(card).toContain('1.45 MB');
    expect(card).toContain('12 layers');
    expect(card).toContain('https://github.com/slsa-framework/example-package');
    await world.end();
  });

  async function push(args: { repository: string; tag: string; image: TestImage }): Promise<void> {
    await pushImage({ ...args, baseUrl: registry.url, credentials: ADA });
  }

  /** As a deployer would see it: asked of the registry over HTTP. */
  async function digestAt(repository: string, tag: string): Promise<string | null> {
    const scope = `repository:${repository}:pull`;
    const path = `/v2/${repository}/manifests/${tag}`;
    const refused = await fetch(`${registry.url}${path}`);
    const realm = /realm="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '')?.[1] ?? '';
    const basic = Buffer.from(`${ADA.username}:${ADA.password}`).toString('base64');
    const asked = `${realm}?service=docker-registry&scope=${encodeURIComponent(scope)}`;
    const { token }: { token: string } = JSON.parse(
      await (await fetch(asked, { headers: { authorization: `Basic ${basic}` } })).text(),
    );
    const accept = 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json';
    const answer = await fetch(`${registry.url}${path}`, { headers: { authorization: `Bearer ${token}`, accept } });
    return answer.headers.get('docker-content-digest');
  }
});

function imageOf(commit: string): TestImage {
  const labels = {
    'org.opencontainers.image.source': 'https://github.com/acme/dotca',
    'org.opencontainers.image.revision': commit,
  };
  return buildImage({
    layers: [{ zeros: 101_000_000 }],
    cmd: ['/app'],
    labels,
    attestationChild: true,
    seed: commit,
  });
}
