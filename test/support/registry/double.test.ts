// That the registry double keeps the distribution spec's promises where no quirk is on, and its quirks' where one is.
import { expect, onTestFinished, test } from 'vitest';
import { startRegistryDouble, type RegistryDouble } from './double.ts';
import { buildImage, pushImage, sha256 } from './images.ts';
import type { Quirks } from './quirks.ts';
import { ADA } from './token-service.ts';

const IMAGE = buildImage({ attestationChild: true, seed: 'double' });
const ACCEPT = { accept: IMAGE.mediaType };

async function makeDouble(quirks: Partial<Quirks> = {}): Promise<RegistryDouble> {
  const double = await startRegistryDouble({ quirks });
  onTestFinished(() => double.close());
  return double;
}

test('a pushed image exists with its blobs, and is readable byte for byte', async () => {
  const double = await makeDouble({ auth: 'token' });
  await pushImage({ baseUrl: double.url, repository: 'acme/api', tag: 'main', image: IMAGE, credentials: ADA });
  expect(double.tags('acme/api')).toEqual({ main: IMAGE.digest });
  double.quirks.auth = 'none';
  const answer = await fetch(`${double.url}/v2/acme/api/manifests/main`, { headers: ACCEPT });
  const raw = Buffer.from(await answer.arrayBuffer());
  expect(sha256(raw)).toBe(answer.headers.get('docker-content-digest'));
  for (const blob of IMAGE.blobs) {
    const read = await fetch(`${double.url}/v2/acme/api/blobs/${blob.digest}`);
    expect(sha256(Buffer.from(await read.arrayBuffer()))).toBe(blob.digest);
  }
});

test.each([
  ['an index whose children are absent', IMAGE.raw, IMAGE.mediaType, 'MANIFEST_BLOB_UNKNOWN'],
  [
    'a manifest under another type than its own',
    IMAGE.raw,
    'application/vnd.oci.image.manifest.v1+json',
    'MANIFEST_INVALID',
  ],
  ['a manifest without a type', IMAGE.raw, 'text/plain', 'MANIFEST_INVALID'],
  ['bytes that are no JSON', Buffer.from('{'), IMAGE.mediaType, 'MANIFEST_INVALID'],
])('%s is refused', async (_name, raw, mediaType, code) => {
  const double = await makeDouble();
  const url = `${double.url}/v2/acme/api/manifests/main`;
  const answer = await fetch(url, { method: 'PUT', headers: { 'content-type': mediaType }, body: Buffer.from(raw) });
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain(code);
  expect(double.tag('acme/api', 'main')).toBeNull();
});

test('a manifest whose type is not accepted looks as if it were absent', async () => {
  const double = await makeDouble();
  double.addImage({ repository: 'acme/api', tag: 'main', image: IMAGE });
  const answer = await fetch(`${double.url}/v2/acme/api/manifests/main`, { headers: { accept: 'application/json' } });
  expect(answer.status).toBe(404);
});

test('nothing can be deleted', async () => {
  const double = await makeDouble();
  double.addImage({ repository: 'acme/api', tag: 'main', image: IMAGE });
  const answer = await fetch(`${double.url}/v2/acme/api/manifests/${IMAGE.digest}`, { method: 'DELETE' });
  expect(answer.status).toBe(405);
  expect(double.tag('acme/api', 'main')).toBe(IMAGE.digest);
});

test('a tag that lags shows its old digest for that many reads', async () => {
  const double = await makeDouble();
  const next = buildImage({ seed: 'next' });
  for (const image of [next, IMAGE]) double.addImage({ repository: 'acme/api', tag: 'main', image });
  double.quirks.lag = 2;
  const url = `${double.url}/v2/acme/api/manifests/main`;
  const put = { method: 'PUT', headers: { 'content-type': next.mediaType }, body: Buffer.from(next.raw) };
  expect((await fetch(url, put)).status).toBe(201);
  const seen: (string | null)[] = [];
  for (let read = 0; read < 3; read += 1) {
    seen.push((await fetch(url, { method: 'HEAD', headers: ACCEPT })).headers.get('docker-content-digest'));
  }
  expect(seen).toEqual([IMAGE.digest, IMAGE.digest, next.digest]);
  expect(double.tag('acme/api', 'main')).toBe(next.digest);
});

test('a hook may move a tag before a request is served', async () => {
  const double = await makeDouble();
  const foreign = buildImage({ seed: 'foreign' });
  double.addImage({ repository: 'acme/api', tag: 'main', image: IMAGE });
  double.addImage({ repository: 'acme/api', image: foreign });
  double.onRequest(({ method, reference }) => {
    if (method === 'HEAD' && reference === 'main') double.setTag('acme/api', 'main', foreign.digest);
  });
  const answer = await fetch(`${double.url}/v2/acme/api/manifests/main`, { method: 'HEAD', headers: ACCEPT });
  expect(answer.headers.get('docker-content-digest')).toBe(foreign.digest);
});

test('an image of declared size has layers of that size, without their bytes', async () => {
  const double = await makeDouble();
  const image = buildImage({ platforms: ['linux/amd64'], declaredLayerSizes: [150_000_000] });
  double.addImage({ repository: 'acme/api', tag: 'main', image });
  const [layer] = image.blobs;
  const answer = await fetch(`${double.url}/v2/acme/api/blobs/${layer?.digest ?? ''}`, { method: 'HEAD' });
  expect(answer.headers.get('content-length')).toBe('150000000');
});
