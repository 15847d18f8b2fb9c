// The fault proxy before Debian's docker-registry: what passes by itself is survived by the client, the rest is told.
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createRegistryClient } from '../../../src/registry/client.ts';
import { isDockerRegistryInstalled, startDockerRegistry } from '../../support/registry/docker-registry.ts';
import type { DockerRegistry } from '../../support/registry/docker-registry.ts';
import { buildImage, pushImage } from '../../support/registry/images.ts';
import { failureOf, repositoryAt, tag } from '../../registry/harness.ts';
import { FAULTS, type Fault } from './faults.ts';
import { startFaultProxy } from './proxy.ts';

const IMAGE = buildImage({ seed: 'proxy' });
const SOURCE = 'source';

function sensible(at: { readonly method: string; readonly hasBody: boolean }): readonly Fault[] {
  const request = { side: 'registry', path: '/v2/acme/dotca/manifests/x', ...at } as const;
  // A 401 sends the client to a token service, which this registry has not.
  return FAULTS.filter(({ name, senseless }) => name !== '401' && senseless(request) === null);
}

describe.skipIf(!isDockerRegistryInstalled() && process.env['CI'] !== 'true')('the fault proxy', () => {
  let registry: DockerRegistry;

  beforeAll(async () => {
    registry = await startDockerRegistry({ auth: 'none' });
    await pushImage({ baseUrl: registry.url, repository: 'acme/dotca', tag: SOURCE, image: IMAGE });
  });
  afterAll(() => registry.close());

  async function behind(fault: Fault | null, spoilt: string): Promise<ReturnType<typeof open>> {
    let at = Date.UTC(2026, 10, 24, 9);
    const now = (): number => at;
    const choose = ({ key }: { readonly key: string }): Fault | null => (key === spoilt ? fault : null);
    const proxy = await startFaultProxy({ side: 'registry', upstream: registry.url, choose, now });
    onTestFinished(proxy.close);
    return open(proxy.host, { now, turn: (ms) => void (at += Math.ceil(ms)) });
  }

  test('passes on everything that it should not break, byte for byte', async () => {
    const { client, repository } = await behind(null, '');
    const manifest = await client.fetchManifest(repository, tag(SOURCE));
    expect(Buffer.from(manifest.raw).equals(IMAGE.raw)).toBe(true);
    await client.putManifest({ repository, tag: tag('untouched'), manifest });
    expect(await client.findDigest(repository, tag('untouched'))).toBe(IMAGE.digest);
  });

  test.each(sensible({ method: 'GET', hasBody: true }).map((fault) => [fault.name, fault] as const))(
    'spoils a read by %s',
    async (_name, fault) => {
      const { client, repository } = await behind(fault, `GET /v2/acme/dotca/manifests/${SOURCE} #1`);
      if (fault.isFinal) await failureOf(client.fetchManifest(repository, tag(SOURCE)));
      expect((await client.fetchManifest(repository, tag(SOURCE))).digest).toBe(IMAGE.digest);
    },
  );

  test.each(sensible({ method: 'PUT', hasBody: false }).map((fault) => [fault.name, fault] as const))(
    'spoils a write by %s',
    async (_name, fault) => {
      const { client, repository } = await behind(fault, `PUT /v2/acme/dotca/manifests/moved-${fault.name} #1`);
      const manifest = await client.fetchManifest(repository, tag(SOURCE));
      const target = tag(`moved-${fault.name}`);
      const write = client.putManifest({ repository, tag: target, manifest });
      if (fault.isFinal) await failureOf(write);
      else await write;
      const isWritten = fault.passesOn || !fault.isFinal;
      expect(await client.findDigest(repository, target)).toBe(isWritten ? IMAGE.digest : null);
    },
  );
});

/** A client whose waits turn the clock. */
function open(
  host: string,
  clock: { readonly now: () => number; readonly turn: (ms: number) => void },
): {
  readonly client: ReturnType<typeof createRegistryClient>;
  readonly repository: ReturnType<typeof repositoryAt>;
} {
  const client = createRegistryClient({
    credentials: () => null,
    tokenHosts: [],
    now: clock.now,
    wait: async (ms) => clock.turn(ms),
    random: () => 0.5,
    log: { debug: () => {} },
    headersTimeoutMs: 300,
    bodyTimeoutMs: 300,
    wholeBodyTimeoutMs: 300,
    writeTimeoutMs: 300,
  });
  onTestFinished(client.close);
  return { client, repository: repositoryAt(host) };
}
