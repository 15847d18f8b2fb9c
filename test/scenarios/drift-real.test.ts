// A cleanup job on a real registry: Debian's docker-registry, which lets manifests be deleted.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  isDockerRegistryInstalled,
  startDockerRegistry,
  type DockerRegistry,
} from '../support/registry/docker-registry.ts';
import { buildImage, pushImage, type TestImage } from '../support/registry/images.ts';
import type { GitHubRepo } from '../support/github/repo.ts';
import { alarmTexts, driftsOf, MINUTE_MS } from './drift-world.ts';
import { acme, Scenario } from './world.ts';

// In CI a registry that is not installed fails here instead of being skipped.
const missing = process.env['CI'] !== 'true' && !isDockerRegistryInstalled();
const CREDENTIALS = { username: 'ada', password: 's3cret' };

describe.skipIf(missing)("On Debian's docker-registry", () => {
  let registry: DockerRegistry;
  let world: Scenario;

  beforeAll(async () => {
    registry = await startDockerRegistry({ auth: 'none' });
  });
  afterAll(async () => {
    await registry.close();
  });
  afterEach(async () => {
    await world.close();
  });

  test('a deleted platform of production is detected, and a rollback works although the image can’t be kept', async () => {
    world = await Scenario.start({ env: { REGISTRY_HOST: registry.host } });
    const repo = await acme(world);
    const issue = repo.openIssue({ title: 'Release', by: 'ada' });
    const first = await release(repo, { issue, message: 'First', number: 1 });
    const second = await release(repo, { issue, message: 'Second', number: 2 });
    const child = second.children.find(({ platform }) => platform === 'linux/arm64')?.digest ?? '';
    expect(await remove(child)).toBe(202);
    await world.pass(2 * MINUTE_MS, MINUTE_MS / 4);
    expect(await driftsOf({ world, repo, issue })).toMatchObject([
      { alternative: 'P1', differences: [{ kind: 'missing', manifest: child, platform: 'linux/arm64' }] },
    ]);
    expect(alarmTexts({ repo, issue })[0]).toContain('`/rollback to P1 --reason "…"`');

    await repo.comment({ issue, by: 'ada', body: '/rollback to P1 --reason "platform lost"' });
    await world.drain();
    for (const tag of ['main', 'latest']) expect(await digestAt(tag)).toBe(first.digest);
    const card = repo.comments(issue).find(({ body }) => body.startsWith('<!-- imprimatur P3 -->'))?.body;
    expect(card).toMatch(/✓ P3 · .*`P1` → `production`/);
    expect(await tagsNow()).not.toContainEqual(expect.stringMatching(/^rollback-.*-platform-lost/));
    await world.pass(MINUTE_MS);
    expect(await driftsOf({ world, repo, issue })).toMatchObject([
      { over: { because: { kind: 'promotion', number: 3 } } },
    ]);
    await world.end();
  });

  async function release(
    repo: GitHubRepo,
    { issue, message, number }: { readonly issue: number; readonly message: string; readonly number: number },
  ): Promise<TestImage> {
    world.clock.turn(MINUTE_MS);
    const commit = repo.commitOn('staging', { message });
    const image = buildImage({
      cmd: ['/app'],
      labels: {
        'org.opencontainers.image.source': 'https://github.com/acme/dotca',
        'org.opencontainers.image.revision': commit,
      },
      attestationChild: true,
      seed: commit,
    });
    const tag = `staging-${commit.slice(0, 7)}`;
    await pushImage({ repository: 'acme/dotca', tag, image, baseUrl: registry.url, credentials: CREDENTIALS });
    await repo.comment({ issue, by: 'ada', body: `/promote ${tag}` });
    await world.drain();
    await repo.comment({ issue, by: 'bob', body: `/approve P${number}` });
    await world.drain();
    for (const floating of ['main', 'latest']) expect(await digestAt(floating)).toBe(image.digest);
    return image;
  }

  async function remove(digest: string): Promise<number> {
    const { status } = await fetch(`${registry.url}/v2/acme/dotca/manifests/${digest}`, { method: 'DELETE' });
    return status;
  }

  async function tagsNow(): Promise<readonly string[]> {
    const answer = await fetch(`${registry.url}/v2/acme/dotca/tags/list`);
    const { tags }: { readonly tags: readonly string[] } = JSON.parse(await answer.text());
    expect(tags).toContain('main');
    return tags;
  }

  async function digestAt(tag: string): Promise<string | null> {
    const accept = 'application/vnd.oci.image.index.v1+json';
    const answer = await fetch(`${registry.url}/v2/acme/dotca/manifests/${tag}`, { headers: { accept } });
    return answer.headers.get('docker-content-digest');
  }
});
