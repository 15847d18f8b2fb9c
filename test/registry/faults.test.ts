// What the client does on a registry's bad days; each test names the handling that it would miss.
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildImage } from '../support/registry/images.ts';
import type { Quirks } from '../support/registry/quirks.ts';
import type { RegistryDouble } from '../support/registry/double.ts';
import { digest, failureOf, known, makeClient, makeDouble, repositoryAt, tag } from './harness.ts';

const IMAGE = buildImage({ seed: 'faults' });
const CONFIG = known(IMAGE.blobs.at(-1));

async function makeWorld(quirks: Partial<Quirks> = {}): Promise<{
  double: RegistryDouble;
  repository: ReturnType<typeof repositoryAt>;
}> {
  const double = await makeDouble(quirks);
  double.addImage({ repository: 'acme/dotca', tag: 'staging', image: IMAGE });
  return { double, repository: repositoryAt(double.host) };
}

describe('Rate limits', () => {
  test('waits for the seconds of Retry-After, and a little longer', async () => {
    const { repository } = await makeWorld({ retryAfterHeader: { times: 2, value: '7' } });
    const { client, waits } = makeClient();
    expect((await client.fetchManifest(repository, tag('staging'))).digest).toBe(IMAGE.digest);
    expect(waits).toEqual([7875, 7875]);
  });

  test('waits until the HTTP date of Retry-After', async () => {
    const { double, repository } = await makeWorld();
    const { client, waits, clock } = makeClient();
    double.quirks.retryAfterHeader = { times: 1, value: new Date(clock.at + 4000).toUTCString(), status: 503 };
    await client.fetchManifest(repository, tag('staging'));
    expect(waits).toEqual([4500]);
  });

  test('reads GHCR’s wait in milliseconds from the body, and waits at least a quarter of a second', async () => {
    const { repository } = await makeWorld({ ghcr429InBody: { times: 1, wait: '10.305464ms' } });
    const { client, waits } = makeClient();
    await client.fetchManifest(repository, tag('staging'));
    expect(waits).toEqual([281.25]);
  });

  test('returns a wait of more than thirty seconds as retryAt instead of waiting', async () => {
    const { double, repository } = await makeWorld({ ghcr429InBody: { times: 1, wait: '1m30s' } });
    const { client, waits, clock } = makeClient();
    const error = await failureOf(client.fetchManifest(repository, tag('staging')));
    expect(error).toMatchObject({ code: 'registry-rate-limited', status: 429, retryable: true });
    expect(error.retryAt).toBe(clock.at + 101_250);
    expect(waits).toEqual([]);
    expect(double.requests).toHaveLength(1);
  });

  test('adds up its waits: three times twelve seconds are too many', async () => {
    const { double, repository } = await makeWorld({ retryAfterHeader: { times: Infinity, value: '12' } });
    const { client, waits } = makeClient();
    const error = await failureOf(client.fetchManifest(repository, tag('staging')));
    expect(error).toMatchObject({ code: 'registry-rate-limited', retryable: true });
    expect(waits).toEqual([13_500, 13_500]);
    expect(double.requests).toHaveLength(3);
  });

  test('treats GitHub’s secondary limit as a limit of a minute, not as a denial', async () => {
    const { repository } = await makeWorld({ secondaryLimit: { times: 1 } });
    const { client, clock } = makeClient();
    const error = await failureOf(client.fetchManifest(repository, tag('staging')));
    expect(error).toMatchObject({ code: 'registry-rate-limited', status: 403, retryable: true });
    expect(error.retryAt).toBeGreaterThanOrEqual(clock.at + 60_000);
  });
});

describe('Transient failures', () => {
  test.each([408, 429, 499, 500, 502, 503, 504, 522])('tries again after HTTP %i', async (status) => {
    const on = /^PUT/;
    const { double, repository } = await makeWorld({ retryAfterHeader: { times: 1, value: 'soon', status, on } });
    const { client, waits } = makeClient();
    const manifest = await client.fetchManifest(repository, tag('staging'));
    await client.putManifest({ repository, tag: tag('main'), manifest });
    expect(double.tag('acme/dotca', 'main')).toBe(IMAGE.digest);
    expect(waits).toEqual([250]);
  });

  test('gives up after four tries with growing waits, and reports that a web page answered', async () => {
    const { double, repository } = await makeWorld({ html502: { times: Infinity } });
    const { client, waits } = makeClient();
    const error = await failureOf(client.fetchManifest(repository, tag('staging')));
    expect(error).toMatchObject({ code: 'registry-unavailable', status: 502, retryable: true, retryAt: null });
    expect(error.message).toContain('HTTP 502 with a web page instead of an answer, tried 4 times');
    expect(waits).toEqual([250, 500, 1000]);
    expect(double.requests).toHaveLength(4);
  });

  test('tries again after a connection broke before the answer', async () => {
    const { double, repository } = await makeWorld({ reset: { times: 2 } });
    const { client } = makeClient();
    expect(await client.findDigest(repository, tag('staging'))).toBe(IMAGE.digest);
    expect(double.requests).toHaveLength(3);
  });

  test.each(['manifest', 'blob'] as const)('tries again if a %s broke off in the middle', async (what) => {
    const { double, repository } = await makeWorld({ truncateBody: { times: 1 } });
    const { client } = makeClient();
    const read =
      what === 'manifest'
        ? (await client.fetchManifest(repository, tag('staging'))).raw
        : await client.fetchBlob({ repository, digest: digest(CONFIG.digest), maxBytes: 4096 });
    expect(read.length).toBe(what === 'manifest' ? IMAGE.raw.length : CONFIG.sizeBytes);
    expect(double.requests).toHaveLength(2);
  });

  test('reports an address without an answer', async () => {
    const { double, repository } = await makeWorld();
    await double.close();
    const error = await failureOf(makeClient().client.fetchManifest(repository, tag('staging')));
    expect(error).toMatchObject({ code: 'registry-unavailable', status: null, retryable: true });
    expect(error.message).toContain('no answer (ECONNREFUSED), tried 4 times');
  });

  test('does not wait forever for an answer', async () => {
    const { double, repository } = await makeWorld();
    const off = double.onRequest(() => {
      off();
      return new Promise(() => {});
    });
    const { client, waits } = makeClient({ headersTimeoutMs: 100 });
    expect(await client.findDigest(repository, tag('staging'))).toBe(IMAGE.digest);
    expect(waits).toHaveLength(1);
  });
});

describe('Final failures', () => {
  test.each([
    [400, 'registry-refused'],
    [404, 'repository-unknown'],
    [405, 'registry-refused'],
    [413, 'registry-refused'],
    [301, 'registry-protocol'],
  ])('does not repeat a PUT that was answered with HTTP %i', async (status, code) => {
    const on = /^PUT/;
    const { double, repository } = await makeWorld({ retryAfterHeader: { times: Infinity, value: '1', status, on } });
    const { client, waits } = makeClient();
    const manifest = await client.fetchManifest(repository, tag('staging'));
    const error = await failureOf(client.putManifest({ repository, tag: tag('main'), manifest }));
    expect(error).toMatchObject({ code, status, retryable: false });
    expect(waits).toEqual([]);
    expect(double.requests.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });

  test('does not repeat a PUT that GHCR denies, and shows GHCR’s words', async () => {
    const { double, repository } = await makeWorld({ deny403: [{ times: Infinity, on: /^PUT .*\/main$/ }] });
    const { client } = makeClient();
    const manifest = await client.fetchManifest(repository, tag('staging'));
    const error = await failureOf(client.putManifest({ repository, tag: tag('main'), manifest }));
    expect(error).toMatchObject({ code: 'registry-denied', status: 403, retryable: false });
    expect(error.message).toContain(
      `PUT manifest ${repository}:main: HTTP 403 DENIED (permission_denied: write_package)`,
    );
    expect(double.requests.filter(({ method }) => method === 'PUT')).toHaveLength(1);
    await client.putManifest({ repository, tag: tag('latest'), manifest });
    expect(double.tags('acme/dotca')).toEqual({ staging: IMAGE.digest, latest: IMAGE.digest });
  });

  test('does not take a web page with status 404 for an absent tag', async () => {
    const { double, repository } = await makeWorld();
    double.quirks.html404 = { times: Infinity };
    const { client } = makeClient();
    for (const asked of [client.findDigest, client.fetchManifest]) {
      const error = await failureOf(asked(repository, tag('main')));
      expect(error).toMatchObject({ code: 'registry-protocol', status: 404 });
    }
  });

  test('does not take a denial with status 404 for an absent tag', async () => {
    const { double, repository } = await makeWorld();
    double.quirks.deny403 = [{ times: Infinity, status: 404, message: 'requested access to the resource is denied' }];
    const error = await failureOf(makeClient().client.findDigest(repository, tag('main')));
    expect(error).toMatchObject({ code: 'registry-denied', status: 404 });
  });
});

describe('Digests', () => {
  test('are computed if the registry names none', async () => {
    const { repository } = await makeWorld({ noDigestHeader: true });
    const { client } = makeClient();
    const manifest = await client.fetchManifest(repository, tag('staging'));
    expect(manifest.digest).toBe(IMAGE.digest);
    await client.putManifest({ repository, tag: tag('main'), manifest });
    expect(await client.findDigest(repository, tag('main'))).toBe(IMAGE.digest);
    expect(await client.findDigest(repository, tag('absent'))).toBeNull();
  });

  test('that the registry names wrongly are refused: in a read, by digest, and after a PUT', async () => {
    const { double, repository } = await makeWorld();
    const { client } = makeClient();
    const manifest = await client.fetchManifest(repository, tag('staging'));
    double.quirks.wrongDigest = true;
    const failures = [
      () => client.fetchManifest(repository, tag('staging')),
      () => client.findDigest(repository, digest(IMAGE.digest)),
      () => client.putManifest({ repository, tag: tag('main'), manifest }),
    ];
    for (const fail of failures) {
      expect(await failureOf(fail())).toMatchObject({ code: 'digest-mismatch', retryable: false });
    }
  });

  test('that are unexpected are computed from the bytes: a single wrong header is not trusted', async () => {
    const { double, repository } = await makeWorld();
    const { client } = makeClient();
    double.onRequest(({ method }) => {
      double.quirks.wrongDigest = method === 'HEAD';
    });
    const expected = [digest(IMAGE.digest)];
    expect(await client.findDigest(repository, tag('staging'), expected)).toBe(IMAGE.digest);
    double.onRequest(() => {
      double.quirks.wrongDigest = false;
    });
    const sent = double.requests.length;
    expect(await client.findDigest(repository, tag('staging'), expected)).toBe(IMAGE.digest);
    expect(double.requests).toHaveLength(sent + 1);
  });

  test('of blobs are compared with their bytes', async () => {
    const { double, repository } = await makeWorld();
    const claimed = digest(`sha256:${'2'.repeat(64)}`);
    double.addSparseBlob('acme/dotca', claimed, 10);
    const error = await failureOf(makeClient().client.fetchBlob({ repository, digest: claimed, maxBytes: 100 }));
    expect(error).toMatchObject({ code: 'digest-mismatch' });
  });

  test('that were requested are compared with the bytes, even if the registry names none', async () => {
    const { double, repository } = await makeWorld({ noDigestHeader: true });
    const claimed = digest(`sha256:${'2'.repeat(64)}`);
    double.addImage({ repository: 'acme/dotca', image: { ...IMAGE, digest: claimed } });
    const error = await failureOf(makeClient().client.fetchManifest(repository, claimed));
    expect(error).toMatchObject({ code: 'digest-mismatch' });
  });

  test('must belong to the bytes before anything is sent', async () => {
    const { double, repository } = await makeWorld();
    const { client } = makeClient();
    const manifest = { ...(await client.fetchManifest(repository, tag('staging'))), raw: new Uint8Array([1]) };
    await expect(client.putManifest({ repository, tag: tag('main'), manifest })).rejects.toThrow(TypeError);
    expect(double.tag('acme/dotca', 'main')).toBeNull();
  });
});

describe('Unusual but valid registries', () => {
  test('without HEAD are asked with GET', async () => {
    const { repository } = await makeWorld({ hideHead: true });
    const { client } = makeClient();
    expect(await client.findDigest(repository, tag('staging'))).toBe(IMAGE.digest);
    expect(await client.findDigest(repository, tag('absent'))).toBeNull();
    expect(await client.blobExists(repository, digest(CONFIG.digest))).toBe(true);
    expect(await client.blobExists(repository, digest(`sha256:${'3'.repeat(64)}`))).toBe(false);
  });

  test('list tags in pages, with invalid names, or as null', async () => {
    const { double, repository } = await makeWorld({ tagsPerPage: 2, extraTagNames: ['-bad', 'not a tag'] });
    for (const name of ['a', 'b', 'c', 'd']) double.setTag('acme/dotca', name, IMAGE.digest);
    const { client } = makeClient();
    expect(await client.listTags(repository)).toEqual(['a', 'b', 'c', 'd', 'staging']);
    double.addSparseBlob('acme/empty', CONFIG.digest, 1);
    double.quirks.extraTagNames = [];
    expect(await client.listTags(repositoryAt(double.host, 'acme/empty'))).toEqual([]);
  });

  test('whose tag list has no end are given up', async () => {
    const { double, repository } = await makeWorld({ tagsPerPage: 1 });
    double.quirks.extraTagNames = Array.from({ length: 1000 }, (_unused, at) => `v${at}`);
    const error = await failureOf(makeClient().client.listTags(repository));
    expect(error).toMatchObject({ code: 'tag-list-too-long', retryable: false });
    expect(double.requests).toHaveLength(1000);
  });

  test('that lost a child are reported', async () => {
    const { double, repository } = await makeWorld();
    const { client } = makeClient();
    const manifest = await client.fetchManifest(repository, tag('staging'));
    const child = known(IMAGE.children[0]).digest;
    double.quirks.missing.add(child);
    expect(await failureOf(client.fetchManifest(repository, digest(child)))).toMatchObject({
      code: 'manifest-unknown',
    });
    const error = await failureOf(client.putManifest({ repository, tag: tag('main'), manifest }));
    expect(error).toMatchObject({ code: 'registry-refused', status: 400 });
    double.quirks.missing.add(CONFIG.digest);
    expect(await client.blobExists(repository, digest(CONFIG.digest))).toBe(false);
  });

  test('with a manifest larger than four megabytes are not read to the end', async () => {
    const { double, repository } = await makeWorld();
    const raw = Buffer.alloc(5 * 1024 * 1024, ' ');
    double.addImage({ repository: 'acme/dotca', tag: 'huge', image: { ...IMAGE, raw } });
    const error = await failureOf(makeClient().client.fetchManifest(repository, tag('huge')));
    expect(error).toMatchObject({ code: 'manifest-too-large', retryable: false });
  });
});

describe('Redirects', () => {
  test('of blobs are followed to another host, without a credential', async () => {
    const { double: storage } = await makeWorld();
    const { double, repository } = await makeWorld({ auth: 'token', redirectBlobsTo: storage.url });
    const { client } = makeClient();
    const bytes = await client.fetchBlob({ repository, digest: digest(CONFIG.digest), maxBytes: 4096 });
    expect(bytes.length).toBe(CONFIG.sizeBytes);
    expect(await client.blobExists(repository, digest(CONFIG.digest))).toBe(true);
    expect(double.requests.at(-1)?.authorization).toMatch(/^Bearer /);
    expect(storage.requests.length).toBeGreaterThan(0);
    expect(storage.requests.map(({ authorization }) => authorization)).toEqual(storage.requests.map(() => null));
  });

  test('to a host that asks for a login get none, nor does the registry after its challenge', async () => {
    const { double: storage } = await makeWorld({ auth: 'basic' });
    const { double, repository } = await makeWorld({ auth: 'token', redirectBlobsTo: storage.url });
    const { client } = makeClient();
    await client.fetchManifest(repository, tag('staging'));
    const error = await failureOf(client.fetchBlob({ repository, digest: digest(CONFIG.digest), maxBytes: 4096 }));
    expect(error).toMatchObject({ code: 'registry-denied', status: 401 });
    expect(storage.requests.map(({ authorization }) => authorization)).toEqual([null]);
    await client.fetchManifest(repository, tag('staging'));
    const basic = double.requests.filter(({ authorization }) => authorization?.startsWith('Basic ') === true);
    expect(basic.map(({ path }) => path)).toEqual(['/token']);
  });

  test('without end are given up', async () => {
    const { double, repository } = await makeWorld();
    double.quirks.redirectBlobsTo = double.url;
    const { client } = makeClient();
    const error = await failureOf(client.fetchBlob({ repository, digest: digest(CONFIG.digest), maxBytes: 4096 }));
    expect(error).toMatchObject({ code: 'redirect-refused', retryable: false });
    expect(double.requests).toHaveLength(6);
  });

  test.each([
    ['plain http elsewhere', 'http://192.0.2.1', 'it is not https'],
    ['a private address', 'https://10.0.0.1', 'its address is not public'],
    ['a metadata service', 'https://169.254.169.254', 'its address is not public'],
    ['another loopback address over https', 'https://127.0.0.2', 'its address is not public'],
  ])('to %s are refused', async (_name, target, reason) => {
    const { repository } = await makeWorld({ redirectBlobsTo: target });
    const { client } = makeClient();
    const error = await failureOf(client.fetchBlob({ repository, digest: digest(CONFIG.digest), maxBytes: 4096 }));
    expect(error).toMatchObject({ code: 'redirect-refused', retryable: false });
    expect(error.message).toContain(reason);
  });

  test('to a name with a private address end before a connection', async () => {
    let connections = 0;
    const trap = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => trap.listen(0, resolve));
    onTestFinished(() => void trap.close());
    const address = trap.address();
    const port = address !== null && typeof address !== 'string' ? address.port : 0;
    const { repository } = await makeWorld({ redirectBlobsTo: `https://localhost:${port}` });
    const { client } = makeClient();
    const error = await failureOf(client.fetchBlob({ repository, digest: digest(CONFIG.digest), maxBytes: 4096 }));
    expect(error).toMatchObject({ code: 'address-refused', retryable: false });
    expect(connections).toBe(0);
  });
});

describe('Connections', () => {
  test('are at most eight to a host, however many requests come at once', async () => {
    const { double, repository } = await makeWorld();
    const { client } = makeClient();
    const asked = Array.from({ length: 40 }, () => client.findDigest(repository, tag('staging')));
    expect(new Set(await Promise.all(asked))).toEqual(new Set([IMAGE.digest]));
    expect(double.requests).toHaveLength(40);
    expect(double.connections()).toBe(8);
  });

  test('are kept after HEADs, reads and writes', async () => {
    const { double, repository } = await makeWorld();
    const { client } = makeClient();
    const manifest = await client.fetchManifest(repository, tag('staging'));
    for (const name of ['main', 'latest']) {
      await client.findDigest(repository, tag(name));
      await client.putManifest({ repository, tag: tag(name), manifest });
      expect(await client.findDigest(repository, tag(name))).toBe(IMAGE.digest);
    }
    expect(double.requests).toHaveLength(9);
    // A second one is opened when a request starts while the pool still tidies up after the last.
    expect(double.connections()).toBeLessThanOrEqual(2);
  });
});
