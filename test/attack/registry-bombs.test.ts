// A registry that means harm: what it can make us read, and what it can make us believe.
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parseDigest, parseTag } from '../../src/domain/image/reference.ts';
import { collectMissing } from '../../src/facts/completeness.ts';
import { collectContents } from '../../src/facts/contents.ts';
import { digest, failureOf, makeClient, repositoryAt, tag } from '../registry/harness.ts';
import {
  blobOf,
  described,
  OCI_CONFIG,
  OCI_IMAGE,
  OCI_INDEX,
  serving,
  startHostile,
  type Blob,
} from './hostile-registry.ts';

const config = blobOf(OCI_CONFIG, '{}');

describe('A bomb', () => {
  const packed = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20));

  test.each(['gzip', 'deflate', 'br', 'zstd', 'gzip, gzip'])('packed as %s is not unpacked', async (encoding) => {
    const registry = await startHostile((_seen, response) => {
      response.writeHead(200, { 'content-encoding': encoding, 'content-type': OCI_IMAGE }).end(packed);
    });
    const { client } = makeClient({ credential: null });
    const repository = repositoryAt(registry.host);
    const blob = { repository, digest: digest(blobOf('', 'x').digest), maxBytes: packed.length };
    expect(await failureOf(client.fetchManifest(repository, tag('main')))).toMatchObject({ code: 'manifest-invalid' });
    expect(await failureOf(client.listTags(repository))).toMatchObject({ code: 'registry-protocol' });
    expect(await failureOf(client.fetchBlob(blob))).toMatchObject({ code: 'digest-mismatch' });
    expect(registry.seen.map(({ headers }) => headers['accept-encoding'])).toEqual([undefined, undefined, undefined]);
  });

  test.each([200, 404, 401])('of a body without end, with status %i, is not read to the end', async (status) => {
    let sent = 0;
    const registry = await startHostile((_seen, response) => {
      response.writeHead(status, { 'content-type': OCI_IMAGE });
      const chunk = Buffer.alloc(64 * 1024, 0x20);
      const more = (): void => {
        while (!response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) break;
        }
      };
      response.on('drain', more);
      more();
    });
    const { client } = makeClient({ credential: null });
    await failureOf(client.fetchManifest(repositoryAt(registry.host), tag('main')));
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  type Bomb = readonly [name: string, blobs: readonly Blob[], message: string, requests: number];
  const children = many(1001, (at) => single(`child ${at}`));
  const nest = many(150, (at) => indexOf(children.slice(at, at + 150)));
  const deepest = many(3, () => 0).reduce<readonly Blob[]>(
    ([inner = single('inner'), ...rest]) => [indexOf([inner]), inner, ...rest],
    [],
  );
  test.each<Bomb>([
    [
      'an index of ten thousand children',
      [blobOf(OCI_INDEX, { schemaVersion: 2, manifests: many(10_000, () => described(config)) })],
      'is not a valid',
      1,
    ],
    ['an index of a thousand platforms', [indexOf(children.slice(0, 1000)), ...children], 'more than 200 platforms', 1],
    ['an index of indexes', [indexOf(nest), ...nest, ...children], 'more than 200 platforms', 301],
    ['an index in an index in an index', deepest, 'indexes deep, which is not supported', 3],
    ['a thousand and one layers', [imageOf(many(1001, (at) => layer(`layer ${at}`)))], 'is not a valid', 1],
  ])('of %s is not taken apart', async (_name, blobs, message, requests) => {
    const registry = await startHostile(serving([...blobs, config]));
    const { client } = makeClient({ credential: null });
    const repository = repositoryAt(registry.host);
    const outermost = digest(blobs[0]?.digest ?? '');
    const error = await failureOf(collectContents({ registry: client, repository }, outermost));
    expect(error).toMatchObject({ code: 'manifest-invalid', retryable: false });
    expect(error.message).toContain(message);
    expect(error.message.length).toBeLessThan(500);
    expect(registry.seen.length).toBeLessThanOrEqual(requests);
  });

  test('of layers is not requested one by one', async () => {
    const platforms = many(20, (at) => imageOf(many(200, (number) => layer(`${at} ${number}`))));
    const index = indexOf(platforms);
    const registry = await startHostile(serving([index, ...platforms, config]));
    const { client } = makeClient({ credential: null });
    const source = { registry: client, repository: repositoryAt(registry.host) };
    const contents = await collectContents(source, digest(index.digest));
    const before = registry.seen.length;
    expect(await failureOf(collectMissing(source, contents))).toMatchObject({ code: 'manifest-invalid' });
    expect(registry.seen.length).toBe(before);
  });

  test.each([
    ['one that says so', { ...described(config), size: 9_000_000 }, { code: 'configs-too-large' }, 1],
    [
      'one that hides it',
      { ...described(config), size: 1 },
      { code: 'outside-error', error: { code: 'blob-too-large' } },
      2,
    ],
  ])('of a config is not read: %s', async (_name, descriptor, reason, requests) => {
    const image = imageOf([layer('a')], descriptor);
    const registry = await startHostile(serving([image, config]));
    const { client } = makeClient({ credential: null });
    const source = { registry: client, repository: repositoryAt(registry.host) };
    const { platforms } = await collectContents(source, digest(image.digest));
    expect(platforms).toMatchObject([{ config: { kind: 'unknown', reason } }]);
    expect(registry.seen).toHaveLength(requests);
  });

  test('of many configs is read up to a limit that all of them share', async () => {
    const configs = many(6, (at) => blobOf(OCI_CONFIG, { pad: 'x'.repeat(2_000_000), at }));
    const platforms = configs.map((one) => imageOf([layer('a')], described(one)));
    const index = indexOf(platforms);
    const registry = await startHostile(serving([index, ...platforms, ...configs]));
    const { client } = makeClient({ credential: null });
    const source = { registry: client, repository: repositoryAt(registry.host) };
    const read = (await collectContents(source, digest(index.digest))).platforms.map((one) => one.config.kind);
    expect(read.filter((kind) => kind === 'known')).toHaveLength(4);
  });

  test.each([
    ['negative', '-1'],
    ['negative by a float', '-0.5'],
    ['beyond what is exact', '9007199254740993'],
    ['beyond all numbers', '1e400'],
    ['broken', '1.5'],
    ['a text', '"7"'],
    ['nothing', 'null'],
  ])('of a size that is %s is not a manifest', async (_name, size) => {
    const text = `{"schemaVersion":2,"config":${JSON.stringify(described(config))},"layers":[{"mediaType":"l","digest":"${config.digest}","size":${size}}]}`;
    const image = blobOf(OCI_IMAGE, text);
    const registry = await startHostile(serving([image]));
    const { client } = makeClient({ credential: null });
    const error = await failureOf(client.fetchManifest(repositoryAt(registry.host), digest(image.digest)));
    expect(error).toMatchObject({ code: 'manifest-invalid' });
    expect(error.message).toContain('layers.0.size');
  });

  test.each([
    ['lists', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['a prototype', '{"polluted":"yes"}'],
  ])('of %s in each other harms nothing', async (_name, value) => {
    const inner = `"deep":${value},"__proto__":${value},"constructor":{"prototype":${value}}`;
    const labels = '"Labels":{"a":"b","__proto__":"c"}';
    const hurting = blobOf(OCI_CONFIG, `{${inner},"config":{${labels},"ExposedPorts":{${inner}},${inner}}}`);
    const image = blobOf(
      OCI_IMAGE,
      `{"schemaVersion":2,${inner},"config":${JSON.stringify(described(hurting))},"layers":[],"annotations":{"x":${value}}}`,
    );
    const registry = await startHostile(serving([image, hurting]));
    const { client } = makeClient({ credential: null });
    const source = { registry: client, repository: repositoryAt(registry.host) };
    const [platform] = (await collectContents(source, digest(image.digest))).platforms;
    expect(platform?.details?.labels['a']).toBe('b');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  test('of a key that comes twice is read as docker reads it: the last one counts', async () => {
    const text = `{"schemaVersion":2,"config":${JSON.stringify(described(config))},"layers":[${JSON.stringify(layer('first'))}],"layers":[]}`;
    const image = blobOf(OCI_IMAGE, text);
    const registry = await startHostile(serving([image]));
    const { client } = makeClient({ credential: null });
    const manifest = await client.fetchManifest(repositoryAt(registry.host), digest(image.digest));
    expect(manifest.body).toMatchObject({ kind: 'image', layers: [] });
  });
});

describe('A digest', () => {
  const image = blobOf(OCI_IMAGE, { schemaVersion: 2, config: described(blobOf(OCI_CONFIG, '{}')), layers: [] });
  const other = blobOf(OCI_IMAGE, 'other bytes').digest;
  test.each([
    ['of other bytes', other],
    ['in capitals', image.digest.toUpperCase()],
    ['with capitals in its number', `sha256:${image.digest.slice(7).toUpperCase()}`],
    ['by an algorithm of old', `md5:${'a'.repeat(32)}`],
    ['by an algorithm that is none', `none:${image.digest.slice(7)}`],
    ['by an algorithm with the length of another', `sha512:${image.digest.slice(7)}`],
    ['by another algorithm, of other bytes', `sha512:${'a'.repeat(128)}`],
    ['that is cut off', image.digest.slice(0, -1)],
    ['that is longer', `${image.digest}0`],
    ['that is empty', ''],
  ])('%s in the answer to a tag is not trusted', async (_name, named) => {
    const registry = await startHostile(({ method }, response) => {
      // Only the GET has bytes; a HEAD without a legal digest asks for one.
      const headers = method === 'HEAD' ? {} : { 'docker-content-digest': named };
      response.writeHead(200, { 'content-type': OCI_IMAGE, ...headers }).end(image.raw);
    });
    const { client } = makeClient({ credential: null });
    const repository = repositoryAt(registry.host);
    for (const reading of [client.fetchManifest(repository, tag('main')), client.findDigest(repository, tag('main'))]) {
      expect(await failureOf(reading)).toMatchObject({ code: 'digest-mismatch', retryable: false });
    }
  });

  test('that was requested must be that of the bytes, whatever the answer says', async () => {
    const wanted = digest(image.digest);
    const registry = await startHostile((_seen, response) => {
      response.writeHead(200, { 'content-type': OCI_IMAGE, 'docker-content-digest': wanted }).end('{"other":"bytes"}');
    });
    const { client } = makeClient({ credential: null });
    const reading = client.fetchManifest(repositoryAt(registry.host), wanted);
    expect(await failureOf(reading)).toMatchObject({ code: 'digest-mismatch' });
  });

  test.each([
    `md5:${'a'.repeat(32)}`,
    `sha1:${'a'.repeat(40)}`,
    `sha256:${'A'.repeat(64)}`,
    `SHA256:${'a'.repeat(64)}`,
    `sha256:${'a'.repeat(63)}`,
    `sha256:${'a'.repeat(64)}\n`,
    ` sha256:${'a'.repeat(64)}`,
    `sha256:sha256:${'a'.repeat(57)}`,
    `sha512:${'a'.repeat(64)}`,
    `sha256:${'a'.repeat(128)}`,
    `sha256+b64u:${'a'.repeat(43)}`,
    `sha256:${'ａ'.repeat(64)}`,
    `__proto__:${'a'.repeat(64)}`,
    `constructor:${'a'.repeat(64)}`,
  ])('%j is not a digest', (text) => {
    expect(parseDigest(text)).toBeNull();
  });
});

describe('A tag list', () => {
  const INJECTING = [
    'main\r\nx-evil: 1',
    'main\n',
    'main HTTP/1.1\r\nHost: evil',
    '../../other/manifests/main',
    'main?x=1',
    'main#x',
    'main%0d%0a',
    '@sha256',
    '-main',
    '.main',
    'x'.repeat(129),
    'ｍain',
    'main\u{0}',
    '',
  ];

  test('gives no tag that could say more than a tag in a request', async () => {
    expect(INJECTING.filter((name) => parseTag(name) !== null)).toEqual([]);
    const registry = await startHostile((_seen, response) => {
      response.end(JSON.stringify({ tags: [...INJECTING, 'main', 'constructor', '__proto__'] }));
    });
    const { client } = makeClient({ credential: null });
    expect(await client.listTags(repositoryAt(registry.host))).toEqual(['main', 'constructor', '__proto__']);
  });

  test('with an endless same next page is aborted', async () => {
    const registry = await startHostile((_seen, response) => {
      response.writeHead(200, { link: '</v2/acme/dotca/tags/list?last=a>; rel="next"' }).end('{"tags":["a"]}');
    });
    const { client } = makeClient({ credential: null });
    const error = await failureOf(client.listTags(repositoryAt(registry.host)));
    expect(error).toMatchObject({ code: 'tag-list-too-long', retryable: false });
    expect(registry.seen.length).toBeLessThanOrEqual(1000);
  });

  test('of endless tags is aborted before it fills the memory', async () => {
    let page = 0;
    const registry = await startHostile((_seen, response) => {
      page += 1;
      const tags = Array.from({ length: 30_000 }, (_unused, at) => `${page}-${at}-${'x'.repeat(100)}`);
      response.writeHead(200, { link: `<?last=${page}>; rel="next"` }).end(JSON.stringify({ tags }));
    });
    const { client } = makeClient({ credential: null });
    const error = await failureOf(client.listTags(repositoryAt(registry.host)));
    expect(error).toMatchObject({ code: 'tag-list-too-long', retryable: false });
    expect(page).toBeLessThan(10);
  });
});

function imageOf(layers: readonly object[], of: object = described(config)): Blob {
  return blobOf(OCI_IMAGE, { schemaVersion: 2, config: of, layers });
}

function indexOf(children: readonly Blob[]): Blob {
  return blobOf(OCI_INDEX, { schemaVersion: 2, manifests: children.map(described) });
}

function layer(name: string): object {
  return { ...described(blobOf('application/layer', name)), mediaType: 'layer' };
}

function single(name: string): Blob {
  return imageOf([layer(name)]);
}

function many<T>(count: number, make: (at: number) => T): readonly T[] {
  return Array.from({ length: count }, (_unused, at) => make(at));
}
