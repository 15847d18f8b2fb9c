// What is read of an image: its platforms, their parts and configs, and what of them is not there.
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { collectMissing } from '../../src/facts/completeness.ts';
import { collectContents, type ImageContents } from '../../src/facts/contents.ts';
import { digest, failureOf, makeClient, makeDouble, repositoryAt, type Bench } from '../registry/harness.ts';
import type { RegistryDouble } from '../support/registry/double.ts';
import { buildImage, sha256, type ImageOptions, type TestImage } from '../support/registry/images.ts';

const NAME = 'acme/dotca';

type Held = {
  readonly double: RegistryDouble;
  readonly bench: Bench;
  readonly image: TestImage;
  readonly collect: (of?: string) => Promise<ImageContents>;
  readonly missing: () => Promise<readonly string[]>;
};

async function held(options: ImageOptions = {}): Promise<Held> {
  const double = await makeDouble();
  const bench = makeClient({ credential: null });
  const image = buildImage({ declaredLayerSizes: [70_000_000, 50_000_000], ...options });
  double.addImage({ repository: NAME, image });
  const source = { registry: bench.client, repository: repositoryAt(double.host, NAME) };
  const collect = (of = image.digest): Promise<ImageContents> => collectContents(source, digest(of));
  const missing = async (): Promise<readonly string[]> => {
    const parts = await collectMissing(source, await collect());
    return parts.map(({ part, platform }) => `${part} of ${platform}`);
  };
  return { double, bench, image, collect, missing };
}

function childOf({ children }: TestImage, wanted: string): string {
  return children.find(({ platform }) => platform === wanted)?.digest ?? '';
}

describe('platforms', () => {
  type Row = readonly [name: string, options: ImageOptions, platforms: readonly string[]];
  test.each<Row>([
    ['of an index', {}, ['linux/amd64', 'linux/arm64']],
    [
      'of an index with attestations, which are no platforms',
      { attestationChild: true },
      ['linux/amd64', 'linux/arm64'],
    ],
    ['of an index in Docker’s types', { format: 'docker' }, ['linux/amd64', 'linux/arm64']],
    ['of an index without types', { format: 'old' }, ['linux/amd64', 'linux/arm64']],
    ['of an index with one child', { platforms: ['linux/arm/v7'], forceIndex: true }, ['linux/arm/v7']],
    ['of a single manifest, as its config message', { platforms: ['linux/amd64'] }, ['linux/amd64']],
    ['of a single manifest in Docker’s types', { platforms: ['linux/s390x'], format: 'docker' }, ['linux/s390x']],
  ])('%s', async (_name, options, platforms) => {
    const { collect } = await held(options);
    expect((await collect()).platforms.map(({ platform }) => platform)).toEqual(platforms);
  });

  test('are read without a repeated request', async () => {
    const { collect, bench } = await held({ attestationChild: true });
    await collect();
    expect(new Set(bench.sent).size).toBe(bench.sent.length);
    expect(bench.sent).toHaveLength(1 + 2 + 2);
  });

  test('of an index in an index are found too', async () => {
    const { double, image, collect } = await held();
    const inner = { mediaType: image.mediaType, digest: image.digest, size: image.raw.length };
    const outer = indexOf([inner]);
    double.addImage({ repository: NAME, image: { ...outer, children: [], blobs: [] } });
    expect((await collect(outer.digest)).platforms.map(({ platform }) => platform)).toEqual([
      'linux/amd64',
      'linux/arm64',
    ]);
    const third = indexOf([{ mediaType: outer.mediaType, digest: outer.digest, size: outer.raw.length }]);
    double.addImage({ repository: NAME, image: { ...third, children: [], blobs: [] } });
    const failure = await failureOf(collect(third.digest));
    expect(failure).toMatchObject({ code: 'manifest-invalid', retryable: false });
    expect(failure.message).toContain('nested three indexes deep');
  });

  test('of an index are only what runs: artifacts beside it are left out', async () => {
    const { double, image, collect } = await held({ platforms: ['linux/amd64'] });
    const artifact = manifestOf({ config: { mediaType: 'application/vnd.oci.empty.v1+json' } });
    const blobs = [{ digest: EMPTY.digest, sizeBytes: 2, content: { kind: 'bytes' as const, bytes: EMPTY.bytes } }];
    double.addImage({ repository: NAME, image: { ...artifact, children: [], blobs } });
    const index = indexOf([
      entryOf(image, { platform: { os: 'linux', architecture: 'amd64' } }),
      // What it is stands in its manifest only.
      entryOf(artifact),
      entryOf(artifact, { artifactType: 'application/vnd.amazon.soci.index.v1+json' }),
      { mediaType: 'application/vnd.in-toto+json', digest: EMPTY.digest, size: 2 },
    ]);
    double.addImage({ repository: NAME, image: { ...index, children: [], blobs: [] } });
    const { platforms } = await collect(index.digest);
    expect(platforms.map(({ platform, missing }) => [platform, missing])).toEqual([['linux/amd64', []]]);
  });

  test('of the same name are told apart by version, features or digest', async () => {
    const windows = { os: 'windows', architecture: 'amd64' };
    const images = ['one', 'two', 'three'].map((seed) => buildImage({ platforms: ['windows/amd64'], seed }));
    const { double, collect } = await held();
    for (const image of images) double.addImage({ repository: NAME, image });
    const [one, two, three] = images;
    if (one === undefined || two === undefined || three === undefined) throw new Error('three images are needed');
    const versions = indexOf([
      entryOf(one, { platform: { ...windows, 'os.version': '10.0.17763.1' } }),
      entryOf(two, { platform: { ...windows, 'os.version': '10.0.20348.2' } }),
      entryOf(three, { platform: { ...windows, 'os.features': ['win32k'] } }),
    ]);
    const digests = indexOf([entryOf(one, { platform: windows }), entryOf(two, { platform: windows })]);
    for (const index of [versions, digests]) {
      double.addImage({ repository: NAME, image: { ...index, children: [], blobs: [] } });
    }
    const namesOf = async (of: string): Promise<readonly string[]> =>
      (await collect(of)).platforms.map(({ platform }) => platform);
    expect(await namesOf(versions.digest)).toEqual([
      'windows/amd64 (10.0.17763.1)',
      'windows/amd64 (10.0.20348.2)',
      'windows/amd64 (win32k)',
    ]);
    expect(await namesOf(digests.digest)).toEqual([
      `windows/amd64 (${one.digest.slice(0, 19)})`,
      `windows/amd64 (${two.digest.slice(0, 19)})`,
    ]);
  });

  test('that nothing names are called so', async () => {
    const { collect } = await held({ platforms: ['linux/amd64'], configPatch: { os: '', architecture: '' } });
    expect((await collect()).platforms.map(({ platform }) => platform)).toEqual(['no platform named']);
  });

  test('of an index without children are none', async () => {
    const { double, collect } = await held();
    const empty = indexOf([]);
    double.addImage({ repository: NAME, image: { ...empty, children: [], blobs: [] } });
    expect((await collect(empty.digest)).platforms).toEqual([]);
  });
});

describe('a config', () => {
  test('has what the rules need', async () => {
    const { collect } = await held({
      platforms: ['linux/amd64'],
      cmd: ['serve'],
      entrypoint: ['/bin/app'],
      healthcheck: ['CMD', '/ready'],
      labels: { a: 'b' },
    });
    const [only] = (await collect()).platforms;
    expect(only?.config).toEqual({
      kind: 'known',
      value: {
        entrypoint: ['/bin/app'],
        cmd: ['serve'],
        labels: { a: 'b' },
        healthcheck: ['CMD', '/ready'],
        historyLayers: 2,
        diffIds: 2,
      },
    });
  });

  test.each<readonly [string, Readonly<Record<string, unknown>>]>([
    ['of another shape', { config: 'nothing' }],
    ['whose labels are numbers', { config: { Labels: { a: 1 } } }],
  ])('%s is unknown with a reason, and not missing', async (_name, configPatch) => {
    const { collect } = await held({ platforms: ['linux/amd64'], configPatch });
    const [only] = (await collect()).platforms;
    expect(only?.config).toMatchObject({
      kind: 'unknown',
      reason: { code: 'outside-error', error: { code: 'image-config-invalid' } },
    });
    expect(only?.missing).toEqual([]);
  });

  test('without history is different from one without layers', async () => {
    const { collect } = await held({ platforms: ['linux/amd64'], configPatch: { history: [] } });
    const [only] = (await collect()).platforms;
    expect(only?.config).toMatchObject({ value: { historyLayers: null, diffIds: 2 } });
  });
});

describe('missing', () => {
  test('nothing of a complete image', async () => {
    expect(await (await held({ attestationChild: true })).missing()).toEqual([]);
  });

  test("a platform's manifest", async () => {
    const { double, image, missing } = await held();
    double.deleteManifest(NAME, childOf(image, 'linux/arm64'));
    expect(await missing()).toEqual(['manifest of linux/arm64']);
  });

  test.each([
    ['Docker’s type', 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', []],
    ['OCI’s type', 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', []],
    ['a plain layer with a URL', 'application/vnd.oci.image.layer.v1.tar+gzip', ['layer of linux/amd64']],
  ])('a foreign layer is not: %s', async (_, mediaType, expected) => {
    const { double, image, bench } = await held({ platforms: ['linux/amd64'], declaredLayerSizes: [] });
    const body = z.looseObject({ layers: z.array(z.unknown()) }).parse(JSON.parse(Buffer.from(image.raw).toString()));
    const foreign = { mediaType, digest: `sha256:${'f'.repeat(64)}`, size: 9, urls: ['https://mcr.example.com/f'] };
    const raw = new TextEncoder().encode(JSON.stringify({ ...body, layers: [...body.layers, foreign] }));
    const whole = { digest: sha256(raw), mediaType: image.mediaType, raw };
    double.addImage({ repository: NAME, image: { ...whole, children: [], blobs: [] } });
    const source = { registry: bench.client, repository: repositoryAt(double.host, NAME) };
    const missing = await collectMissing(source, await collectContents(source, digest(whole.digest)));
    expect(missing.map(({ part, platform }) => `${part} of ${platform}`)).toEqual(expected);
  });

  test('an attestation’s manifest does not count', async () => {
    const { double, image, missing } = await held({ attestationChild: true });
    for (const { digest: gone } of image.children.filter(({ platform }) => platform === 'unknown/unknown')) {
      double.deleteManifest(NAME, gone);
    }
    expect(await missing()).toEqual([]);
  });

  test('a config', async () => {
    const { double, image, missing } = await held({ platforms: ['linux/amd64'] });
    const config = image.blobs.find(({ content }) => content.kind === 'bytes');
    double.deleteBlob(NAME, config?.digest ?? '');
    expect(await missing()).toEqual(['config of no platform named']);
  });

  test('a layer that both platforms share is requested once and reported twice', async () => {
    const { double, bench, image, missing } = await held({ declaredLayerSizes: [], layers: [{ zeros: 1024 }] });
    const shared = image.blobs.find(({ content }) => content.kind === 'zeros');
    double.deleteBlob(NAME, shared?.digest ?? '');
    expect(await missing()).toEqual(['layer of linux/amd64', 'layer of linux/arm64']);
    expect(bench.sent.filter((request) => request.includes(shared?.digest ?? '-'))).toHaveLength(1);
  });

  test.each([
    ['the image itself', (image: TestImage) => image.digest],
    ['a registry that fails', () => null],
  ])('is not the result of %s: that is an error', async (_name, gone) => {
    const { double, image, collect } = await held();
    const lost = gone(image);
    if (lost === null) double.quirks.html502 = { times: Infinity };
    else double.deleteManifest(NAME, lost);
    const code = lost === null ? 'registry-unavailable' : 'manifest-unknown';
    expect((await failureOf(collect())).code).toBe(code);
  });
});

type Entry = { readonly mediaType: string; readonly digest: string; readonly size: number };

function entryOf({ mediaType, digest: of, raw }: Made, more: object = {}): Entry {
  return { mediaType, digest: of, size: raw.length, ...more };
}

const EMPTY = { bytes: new TextEncoder().encode('{}'), digest: sha256(new TextEncoder().encode('{}')) };

function manifestOf({ config }: { readonly config: { readonly mediaType: string } }): Made {
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const descriptor = { ...config, digest: EMPTY.digest, size: 2 };
  const body = { schemaVersion: 2, mediaType, config: descriptor, layers: [descriptor] };
  const raw = new TextEncoder().encode(JSON.stringify(body));
  return { digest: sha256(raw), mediaType, raw };
}

type Made = Pick<TestImage, 'digest' | 'mediaType' | 'raw'>;

function indexOf(manifests: readonly Entry[]): Made {
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const raw = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
  return { digest: sha256(raw), mediaType, raw };
}
