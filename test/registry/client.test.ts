// The client's whole contract, on the double and on a real registry, both behind a token service.
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseImageConfig } from '../../src/registry/image-config.ts';
import { isDockerRegistryInstalled, startDockerRegistry } from '../support/registry/docker-registry.ts';
import { startRegistryDouble } from '../support/registry/double.ts';
import { buildImage, pushImage, sha256, type TestImage } from '../support/registry/images.ts';
import { hasGhcrImage, readGhcrImage } from '../support/registry/vectors.ts';
import { ADA, type TokenRules } from '../support/registry/token-service.ts';
import { digest, failureOf, known, makeClient, repositoryAt, tag } from './harness.ts';

type Registry = {
  readonly host: string;
  readonly url: string;
  readonly tokenRules: TokenRules;
  close(): Promise<void>;
};

const REGISTRIES: readonly {
  readonly name: string;
  readonly missing: boolean;
  readonly start: () => Promise<Registry>;
}[] = [
  {
    name: 'the double',
    missing: false,
    start: async () => {
      const double = await startRegistryDouble({ quirks: { auth: 'token' } });
      return { host: double.host, url: double.url, tokenRules: double.quirks.tokenRules, close: double.close };
    },
  },
  {
    name: "Debian's docker-registry",
    // In CI a registry that is not installed fails here instead of being skipped.
    missing: process.env['CI'] !== 'true' && !isDockerRegistryInstalled(),
    start: () => startDockerRegistry({ auth: 'token' }),
  },
];

/** One platform, one layer; the manifest itself is named by sha256, as tags make registries do. */
function buildSha512Image(): TestImage {
  const config = Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', config: { Cmd: ['/app'] } }));
  const blobs = [config, Buffer.from('a layer')].map((bytes) => ({
    digest: `sha512:${createHash('sha512').update(bytes).digest('hex')}`,
    sizeBytes: bytes.length,
    content: { kind: 'bytes', bytes } as const,
  }));
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const types = ['application/vnd.oci.image.config.v1+json', 'application/vnd.oci.image.layer.v1.tar'];
  const [described, layer] = blobs.map((blob, at) => ({
    mediaType: types[at],
    digest: blob.digest,
    size: blob.sizeBytes,
  }));
  const raw = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config: described, layers: [layer] }));
  return { digest: sha256(raw), mediaType, raw, children: [], blobs };
}

describe.each(REGISTRIES)('On $name', ({ missing, start }) => {
  describe.skipIf(missing)('the client', () => {
    let registry: Registry;
    beforeAll(async () => {
      registry = await start();
      return () => registry.close();
    });

    async function push(args: {
      image: TestImage;
      name?: string;
      as?: string;
    }): Promise<ReturnType<typeof repositoryAt>> {
      const name = args.name ?? 'acme/dotca';
      const target = { baseUrl: registry.url, repository: name, tag: args.as ?? 'staging', credentials: ADA };
      await pushImage({ ...target, image: args.image });
      return repositoryAt(registry.host, name);
    }

    test('reads an index by tag with its bytes, digest and runnable platforms', async () => {
      const image = buildImage({ platforms: ['linux/amd64', 'linux/arm/v7'], attestationChild: true, seed: 'index' });
      const repository = await push({ image });
      const manifest = await makeClient().client.fetchManifest(repository, tag('staging'));
      expect(manifest).toMatchObject({ digest: image.digest, mediaType: image.mediaType });
      expect(Buffer.from(manifest.raw).equals(image.raw)).toBe(true);
      const children = manifest.body.kind === 'index' ? manifest.body.children : [];
      expect(children.filter((child) => !child.isAttached).map((child) => child.platform)).toEqual([
        { os: 'linux', architecture: 'amd64', variant: null, version: '' },
        { os: 'linux', architecture: 'arm', variant: 'v7', version: '' },
      ]);
      expect(children.filter((child) => child.isAttached)).toHaveLength(2);
    });

    test('reads a platform by digest, its config, and whether its layers are there', async () => {
      const image = buildImage({ labels: { 'org.opencontainers.image.revision': 'abc' }, seed: 'platform' });
      const repository = await push({ image });
      const { client } = makeClient();
      const child = await client.fetchManifest(repository, digest(known(image.children[0]).digest));
      if (child.body.kind !== 'image') throw new Error('A platform manifest is an image');
      const { config, layers } = child.body;
      const bytes = await client.fetchBlob({ repository, digest: config.digest, maxBytes: 8_388_608 });
      expect(parseImageConfig(bytes)).toMatchObject({
        architecture: 'amd64',
        labels: { 'org.opencontainers.image.revision': 'abc' },
        diffIds: layers.map((layer) => layer.digest),
      });
      expect(await client.blobExists(repository, known(layers[0]).digest)).toBe(true);
      expect(await client.blobExists(repository, digest(`sha256:${'1'.repeat(64)}`))).toBe(false);
      const tooLarge = client.fetchBlob({ repository, digest: config.digest, maxBytes: config.sizeBytes - 1 });
      expect(await failureOf(tooLarge)).toMatchObject({ code: 'blob-too-large', retryable: false });
    });

    test('tags any kind of image without changing its digest', async () => {
      const images = fc.record({
        format: fc.constantFrom('oci', 'docker', 'old'),
        platforms: fc.subarray(['linux/amd64', 'linux/arm64', 'linux/arm/v7'], { minLength: 1 }),
        attestationChild: fc.boolean(),
        seed: fc.string(),
      });
      const { client } = makeClient();
      await fc.assert(
        fc.asyncProperty(images, async (options) => {
          const image = buildImage(options);
          const repository = await push({ image, name: 'acme/property' });
          const manifest = await client.fetchManifest(repository, tag('staging'));
          await client.putManifest({ repository, tag: tag('main'), manifest });
          const promoted = await client.fetchManifest(repository, tag('main'));
          expect(promoted).toEqual(manifest);
          expect(promoted).toMatchObject({ digest: image.digest, mediaType: image.mediaType });
        }),
        { numRuns: 25 },
      );
    });

    test('reads and tags an image whose config and layers are named by sha512', async () => {
      const image = buildSha512Image();
      const repository = await push({ image, name: 'acme/sha512' });
      const { client } = makeClient();
      const manifest = await client.fetchManifest(repository, tag('staging'));
      if (manifest.body.kind !== 'image') throw new Error('A single manifest was expected');
      const { config, layers } = manifest.body;
      expect([config, ...layers].map((part) => part.digest)).toEqual(image.blobs.map((blob) => blob.digest));
      const bytes = await client.fetchBlob({ repository, digest: config.digest, maxBytes: 8_388_608 });
      expect(parseImageConfig(bytes)).toMatchObject({ architecture: 'amd64' });
      expect(await client.blobExists(repository, known(layers[0]).digest)).toBe(true);
      await client.putManifest({ repository, tag: tag('main'), manifest });
      expect(await client.findDigest(repository, tag('main'))).toBe(image.digest);
    });

    test('promotes cold with one token: one refusal, one token, one GET, one PUT for each tag', async () => {
      const repository = await push({ image: buildImage({ seed: 'cold' }), name: 'acme/cold' });
      const { client, sent } = makeClient();
      const manifest = await client.fetchManifest(repository, tag('staging'));
      for (const name of ['kept', 'main', 'latest']) await client.putManifest({ repository, tag: tag(name), manifest });
      expect(sent).toEqual([
        'GET /v2/acme/cold/manifests/staging',
        'GET /token',
        'GET /v2/acme/cold/manifests/staging',
        'PUT /v2/acme/cold/manifests/kept',
        'PUT /v2/acme/cold/manifests/main',
        'PUT /v2/acme/cold/manifests/latest',
      ]);
    });

    test('finds what a tag or digest points at, and null if it is absent', async () => {
      const image = buildImage({ seed: 'find' });
      const repository = await push({ image });
      const { client } = makeClient();
      expect(await client.findDigest(repository, tag('staging'))).toBe(image.digest);
      expect(await client.findDigest(repository, digest(image.digest))).toBe(image.digest);
      expect(await client.findDigest(repository, tag('never-pushed'))).toBeNull();
      expect(await client.findDigest(repositoryAt(registry.host, 'acme/absent'), tag('main'))).toBeNull();
    });

    test('reports that a manifest is unknown, and what was tried', async () => {
      const repository = await push({ image: buildImage() });
      const error = await failureOf(makeClient().client.fetchManifest(repository, tag('never-pushed')));
      expect(error).toMatchObject({ code: 'manifest-unknown', status: 404, retryable: false });
      expect(error.message).toContain(`GET manifest ${repository}:never-pushed: HTTP 404 MANIFEST_UNKNOWN`);
    });

    test('lists tags, and reports that a repository is unknown', async () => {
      for (const as of ['staging-1', 'staging-2']) await push({ image: buildImage(), name: 'acme/listed', as });
      const { client } = makeClient();
      const tags = await client.listTags(repositoryAt(registry.host, 'acme/listed'));
      expect(tags.toSorted()).toEqual(['staging-1', 'staging-2']);
      const absent = client.listTags(repositoryAt(registry.host, 'acme/absent'));
      expect(await failureOf(absent)).toMatchObject({ code: 'repository-unknown', status: 404 });
    });

    test('proves the right to push without leaving anything behind', async () => {
      const repository = await push({ image: buildImage(), name: 'acme/proved' });
      const { client, sent } = makeClient();
      await client.proveWriteAccess(repository);
      expect(await client.listTags(repository)).toEqual(['staging']);
      expect(sent.filter((line) => line.startsWith('DELETE'))).toHaveLength(1);
    });

    test('is refused finally, with what to do, if it may only read: for a tag and for the proof', async () => {
      const repository = await push({ image: buildImage({ seed: 'read only' }), name: 'acme/readonly' });
      registry.tokenRules.users['eve'] = { password: 'eves', rights: { 'acme/readonly': 'pull' } };
      const { client, sent, waits } = makeClient({ credential: { username: 'eve', password: 'eves' } });
      const manifest = await client.fetchManifest(repository, tag('staging'));
      sent.length = 0;
      const error = await failureOf(client.putManifest({ repository, tag: tag('main'), manifest }));
      expect(error).toMatchObject({ code: 'registry-denied', status: 401, retryable: false });
      expect(error.message).toContain(`PUT manifest ${repository}:main: HTTP 401`);
      expect(error.message).toContain(`The account configured for ${registry.host} lacks the right to push`);
      expect(sent).toEqual([
        'PUT /v2/acme/readonly/manifests/main',
        'GET /token',
        'PUT /v2/acme/readonly/manifests/main',
      ]);
      expect(waits).toEqual([]);
      expect(await failureOf(client.proveWriteAccess(repository))).toMatchObject({ code: 'registry-denied' });
      expect(await client.findDigest(repository, tag('main'))).toBeNull();
    });

    test('renews the token once when a right was granted meanwhile', async () => {
      const repository = await push({ image: buildImage(), name: 'acme/granted' });
      registry.tokenRules.users['kim'] = { password: 'kims', rights: { 'acme/granted': 'pull' } };
      const { client } = makeClient({ credential: { username: 'kim', password: 'kims' } });
      const manifest = await client.fetchManifest(repository, tag('staging'));
      registry.tokenRules.users['kim'] = { password: 'kims', rights: { 'acme/granted': 'pull,push' } };
      await client.putManifest({ repository, tag: tag('main'), manifest });
      expect(await client.findDigest(repository, tag('main'))).toBe(manifest.digest);
    });

    test('reads a public image without a credential, and with a stale one', async () => {
      const image = buildImage({ seed: 'public' });
      const repository = await push({ image, name: 'acme/public' });
      registry.tokenRules.anonymous['acme/public'] = 'pull';
      for (const credential of [null, { username: 'ada', password: 'revoked' }]) {
        const { client } = makeClient({ credential });
        expect(await client.findDigest(repository, tag('staging'))).toBe(image.digest);
      }
    });

    test('does not take a denied access for an absent tag', async () => {
      const repository = await push({ image: buildImage(), name: 'acme/private' });
      for (const credential of [null, { username: 'ada', password: 'revoked' }]) {
        const { client } = makeClient({ credential });
        expect(await failureOf(client.findDigest(repository, tag('main')))).toMatchObject({ code: 'registry-denied' });
      }
    });

    test('is refused an index whose children are elsewhere, with the registry’s reason', async () => {
      const repository = await push({ image: buildImage({ seed: 'children' }) });
      const { client } = makeClient();
      const manifest = await client.fetchManifest(repository, tag('staging'));
      const elsewhere = repositoryAt(registry.host, 'acme/elsewhere');
      const error = await failureOf(client.putManifest({ repository: elsewhere, tag: tag('main'), manifest }));
      expect(error).toMatchObject({ code: 'registry-refused', status: 400, retryable: false });
      expect(error.message).toContain('MANIFEST_BLOB_UNKNOWN');
    });

    test('reads the size of an image of real size from its manifest', async () => {
      const image = buildImage({ platforms: ['linux/amd64'], layers: [{ zeros: 101_000_000 }], seed: 'large' });
      const repository = await push({ image, name: 'acme/large' });
      const { body } = await makeClient().client.fetchManifest(repository, tag('staging'));
      expect(body.kind === 'image' ? body.layers.map((layer) => layer.sizeBytes) : []).toEqual([101_000_000]);
    });

    test.skipIf(!hasGhcrImage())('promotes a real image from GHCR, digest unchanged', async () => {
      const image = readGhcrImage();
      const repository = await push({ image, name: 'acme/real' });
      const { client } = makeClient();
      const manifest = await client.fetchManifest(repository, tag('staging'));
      await client.putManifest({ repository, tag: tag('main'), manifest });
      expect(await client.findDigest(repository, tag('main'))).toBe(image.digest);
      const runnable = manifest.body.kind === 'index' ? manifest.body.children.filter((one) => !one.isAttached) : [];
      const child = await client.fetchManifest(repository, known(runnable[0]).digest);
      if (runnable.length !== 1 || child.body.kind !== 'image') throw new Error('One platform was expected');
      expect(child.body.layers).toHaveLength(12);
      for (const layer of child.body.layers) expect(await client.blobExists(repository, layer.digest)).toBe(true);
      const bytes = await client.fetchBlob({ repository, digest: child.body.config.digest, maxBytes: 8_388_608 });
      expect(parseImageConfig(bytes).labels['org.opencontainers.image.source']).toMatch(/^https:\/\/github\.com\//);
    });
  });
});
