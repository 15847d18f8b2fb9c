// What is remembered of images that were whole, for how long, and what is asked all the same.
import { expect, test } from 'vitest';
import { createImageReader, type ImageReader } from '../../src/facts/image-reader.ts';
import { digest, failureOf, makeClient, makeDouble, repositoryAt, type Bench } from '../registry/harness.ts';
import type { RegistryDouble } from '../support/registry/double.ts';
import { buildImage, type TestImage } from '../support/registry/images.ts';

const NAME = 'acme/dotca';
const MINUTE_MS = 60_000;

type World = {
  readonly double: RegistryDouble;
  readonly bench: Bench;
  readonly image: TestImage;
  readonly reader: ImageReader;
  /** Reads everything; answers the requests that it took and how many parts are missing. */
  readonly examine: () => Promise<{ readonly sent: readonly string[]; readonly missing: number }>;
  readonly pinned: Parameters<ImageReader['forget']>[0];
};

/** Two platforms of 15 layers each. */
async function makeWorld(): Promise<World> {
  const double = await makeDouble();
  const bench = makeClient({ credential: null });
  const image = buildImage({ declaredLayerSizes: Array.from({ length: 15 }, (_unused, at) => 1_000_000 + at) });
  double.addImage({ repository: NAME, image });
  const pinned = { repository: repositoryAt(double.host, NAME), digest: digest(image.digest) };
  const reader = createImageReader({ registry: bench.client, now: () => bench.clock.at });
  const examine: World['examine'] = async () => {
    bench.sent.length = 0;
    const missing = await reader.missing(pinned, await reader.contents(pinned));
    return { sent: [...bench.sent], missing: missing.length };
  };
  return { double, bench, image, reader, examine, pinned };
}

test('an image that was complete takes one request, and its manifest none', async () => {
  const { examine, reader, pinned, bench, image } = await makeWorld();
  expect((await examine()).sent).toHaveLength(1 + 2 + 2 + 30);
  expect(await examine()).toEqual({ sent: [`HEAD /v2/${NAME}/manifests/${image.digest}`], missing: 0 });
  bench.sent.length = 0;
  expect((await reader.manifest(pinned)).digest).toBe(image.digest);
  expect(bench.sent).toEqual([]);
});

test('ten minutes later it is read again, and parts that are gone are found', async () => {
  const { double, examine, bench, image } = await makeWorld();
  await examine();
  double.deleteBlob(NAME, image.blobs[0]?.digest ?? '');
  bench.clock.at += 10 * MINUTE_MS - 1;
  expect((await examine()).missing).toBe(0);
  bench.clock.at += 1;
  expect((await examine()).missing).toBe(1);
});

test('a caller that skips the cache gets a new read', async () => {
  const { double, examine, reader, pinned, image } = await makeWorld();
  await examine();
  double.deleteBlob(NAME, image.blobs[0]?.digest ?? '');
  reader.forget(pinned);
  expect((await examine()).missing).toBe(1);
});

test('an incomplete image is read each time', async () => {
  const { double, examine, image } = await makeWorld();
  double.quirks.missing.add(image.blobs[0]?.digest ?? '');
  expect((await examine()).missing).toBe(1);
  double.quirks.missing.clear();
  expect(await examine()).toMatchObject({ sent: { length: 35 }, missing: 0 });
});

test('a deleted image is absent, and a denied access is an error', async () => {
  const { double, examine, image } = await makeWorld();
  await examine();
  double.quirks.deny403 = [{ times: Infinity }];
  expect(await failureOf(examine())).toMatchObject({ code: 'registry-denied' });
  double.quirks.deny403 = [];
  double.deleteManifest(NAME, image.digest);
  expect(await failureOf(examine())).toMatchObject({ code: 'manifest-unknown' });
});

test('a clock that is set back makes no read younger', async () => {
  const { examine, bench } = await makeWorld();
  await examine();
  bench.clock.at -= MINUTE_MS;
  expect((await examine()).sent).toHaveLength(35);
});
