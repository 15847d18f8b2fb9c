// A registry that means harm: where it can send us, and what it gets to see of our credential.
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { publicOnlyLookup } from '../../src/net/addresses.ts';
import { planRoute } from '../../src/registry/auth/realm.ts';
import { createMetrics } from '../../src/net/metrics.ts';
import { digest, failureOf, makeClient, repositoryAt, tag } from '../registry/harness.ts';
import { blobOf, OCI_IMAGE, serving, startHostile, type Answering } from './hostile-registry.ts';

/** What names of this test resolve to, one list for each time they are asked for, the last one from then on. */
const ANSWERS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'mixed.test': [['8.8.8.8', '127.0.0.1']],
  'mixed-v6.test': [['2606:50c0:8000::153', '::1']],
  'metadata.test': [['169.254.169.254']],
  'nothing.test': [[]],
  'rebinds.test': [['8.8.8.8'], ['10.0.0.1']],
};
const asked = new Map<string, number>();

vi.mock(import('node:dns'), async (original) => {
  const dns = await original();
  const lookup = (name: string, options: object, callback: (...results: unknown[]) => void): void => {
    const answers = ANSWERS[name];
    if (answers === undefined) return Reflect.apply(dns.lookup, dns, [name, options, callback]);
    const time = asked.get(name) ?? 0;
    asked.set(name, time + 1);
    const addresses = answers[Math.min(time, answers.length - 1)] ?? [];
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { ...dns, lookup: Object.assign(lookup, dns.lookup) };
});

describe('An address inside, however it is written', () => {
  test.each([
    'https://127.0.0.1/token',
    'https://127.1/token',
    'https://0x7f.1/token',
    'https://0177.0.0.1/token',
    'https://2130706433/token',
    'https://0x7f000001/token',
    'https://017700000001/token',
    'https://127.0.0.1./token',
    'https://%31%32%37.0.0.1/token',
    'https://①②⑦.0.0.1/token',
    'https://127。0。0。1/token',
    'https://0/token',
    'https://169.254.169.254/latest/meta-data',
    'https://0xa9fea9fe/latest',
    'https://2852039166/latest',
    'https://169.254.43518/latest',
    'https://100.100.100.200/latest',
    'https://192.0.0.192/opc/v2',
    'https://10.0.0.1/token',
    'https://172.16.0.1/token',
    'https://192.168.0.1/token',
    'https://255.255.255.255/token',
    'https://[::1]/token',
    'https://[0:0:0:0:0:0:0:1]/token',
    'https://[::]/token',
    'https://[::127.0.0.1]/token',
    'https://[::ffff:127.0.0.1]/token',
    'https://[::ffff:a9fe:a9fe]/token',
    'https://[fe80::1]/token',
    'https://[fec0::1]/token',
    'https://[fd00:ec2::254]/latest',
    'https://[64:ff9b::169.254.169.254]/latest',
    'https://[64:ff9b:1::a9fe:a9fe]/latest',
    'https://[2002:a9fe:a9fe::]/latest',
    'https://[2001:0:a9fe:a9fe::]/latest',
    'https://evil.example@127.0.0.1/token',
    'https://registry.corp:443@10.0.0.1/token',
    'https://registry.corp:x@tokens.example/token',
    'https:127.0.0.1/token',
    'https:\\\\127.0.0.1\\token',
    'http://registry.corp/token',
    'http://tokens.example/token',
    'ftp://tokens.example/token',
    'gopher://127.0.0.1:6379/_FLUSHALL',
    'file:///etc/passwd',
    'data:application/json,{"token":"x"}',
    'javascript:1',
    '//tokens.example/token',
    '',
  ])('%s is not contacted', (target) => {
    const route = planRoute({ target, registryHost: 'registry.corp', trustedHosts: [] });
    expect(route).toMatchObject({ kind: 'refused' });
  });

  test.each(['mixed.test', 'mixed-v6.test', 'metadata.test', 'localhost'])(
    'the name %s, which leads there, ends before a connection',
    async (name) => {
      let connections = 0;
      const trap = createServer((socket) => {
        connections += 1;
        socket.destroy();
      });
      await new Promise<void>((resolve) => trap.listen(0, resolve));
      onTestFinished(() => void trap.close());
      const address = trap.address();
      const port = address !== null && typeof address !== 'string' ? address.port : 0;
      const location = `https://${name}:${port}/blob`;
      const registry = await startHostile((_seen, response) => void response.writeHead(307, { location }).end());
      const { client } = makeClient();
      const error = await failureOf(client.fetchManifest(repositoryAt(registry.host), tag('main')));
      expect(error).toMatchObject({ code: 'address-refused', retryable: false });
      expect(connections).toBe(0);
    },
  );

  test('a name that becomes private later is checked at connection time: only the checked address is used', async () => {
    expect(await resolveHost('rebinds.test')).toEqual([{ address: '8.8.8.8', family: 4 }]);
    expect(await resolveHost('rebinds.test')).toMatchObject({ name: 'PrivateAddressError' });
    expect(asked.get('rebinds.test')).toBe(2);
  });
});

describe('Our credential', () => {
  type Trick = readonly [name: string, trick: (trapUrl: string) => Answering];
  test.each<Trick>([
    ...[301, 302, 303, 307, 308].map((status): Trick => [`a redirect with ${status}`, redirect(status)]),
    ['a realm', (trap) => (_seen, response) => void response.writeHead(401, challenge(`${trap}/token`)).end()],
    [
      'a realm with user information',
      (trap) => (_seen, response) => void response.writeHead(401, challenge(trap.replace('//', '//ada:x@'))).end(),
    ],
    [
      'a next page',
      (trap) =>
        afterLogin(({ url }, response) => {
          const link = url.includes('?') ? {} : { link: `<${trap}/v2/acme/dotca/tags/list?last=x>; rel="next"` };
          response.writeHead(200, link).end('{"tags":["main"]}');
        }),
    ],
    [
      'an upload session',
      (trap) =>
        afterLogin((_seen, response) => {
          response.writeHead(202, { location: `${trap}/v2/acme/dotca/blobs/uploads/1` }).end();
        }),
    ],
  ])('goes to no other host by %s', async (_name, trick) => {
    const trap = await startHostile((_seen, response) => void response.writeHead(200).end('{"token":"x"}'));
    // Another name, and so another host, although it leads to the same machine.
    const registry = await startHostile(trick(trap.url.replace('127.0.0.1', 'localhost')));
    const { client } = makeClient();
    const repository = repositoryAt(registry.host);
    const raw = Buffer.from('{}');
    const manifest = { raw, digest: digest(blobOf(OCI_IMAGE, '{}').digest), mediaType: OCI_IMAGE };
    await Promise.allSettled([
      client.fetchManifest(repository, tag('main')),
      client.findDigest(repository, tag('main')),
      client.listTags(repository),
      client.proveWriteAccess(repository),
      client.putManifest({ repository, tag: tag('main'), manifest }),
      client.blobExists(repository, manifest.digest),
    ]);
    expect(registry.seen.length).toBeGreaterThan(5);
    expect(trap.seen).toEqual([]);
  });

  test('is not sent to a storage host after a redirect', async () => {
    const content = blobOf('application/octet-stream', 'content');
    const storage = await startHostile(serving([content]));
    const location = `${storage.url}/b/${content.digest}`;
    const registry = await startHostile(
      afterLogin((_seen, response) => void response.writeHead(307, { location }).end()),
    );
    const { client } = makeClient();
    const repository = repositoryAt(registry.host);
    await client.fetchBlob({ repository, digest: digest(content.digest), maxBytes: 100 });
    expect(registry.seen.at(-1)?.headers.authorization).toMatch(/^Basic /);
    expect(storage.seen.map(({ headers }) => [headers.authorization, headers.cookie, headers['referer']])).toEqual([
      [undefined, undefined, undefined],
    ]);
  });
});

test('Hosts that a registry invents do not fill the metrics', async () => {
  const metrics = createMetrics();
  metrics.countRegistryRequest({ host: 'ghcr.io', status: 200 });
  for (let number = 0; number < 2000; number += 1) {
    const host = `r${number}.storage.example`;
    metrics.countRegistryRequest({ host, status: 200 });
    metrics.showBreaker({ host, open: true });
  }
  metrics.countRegistryRequest({ host: 'ghcr.io', status: 200 });
  const body = await metrics.render({
    jobs: { queued: 0, running: 0, done: 0, dead: 0 },
    oldestDueJobSeconds: 0,
    recoveryAgeSeconds: 0,
    promotions: {},
    mixed: 0,
    drifts: [],
    patDaysLeft: null,
  });
  expect(body).toContain('imprimatur_registry_requests_total{host="ghcr.io",status="200"} 2');
  expect(body.match(/host="/g)?.length).toBeLessThan(110);
});

/** As a socket asks for it. */
function resolveHost(name: string): Promise<unknown> {
  return new Promise((done) => {
    publicOnlyLookup(name, { all: true }, (error, addresses) => done(error ?? addresses));
  });
}

function challenge(realm: string): Record<string, string> {
  return { 'www-authenticate': `Bearer realm="${realm}"` };
}

function redirect(status: number): (trap: string) => Answering {
  return (trap) =>
    afterLogin((_seen, response) => void response.writeHead(status, { location: `${trap}/elsewhere?token=x` }).end());
}

/** Answers so to whoever has shown a password, and asks for one before. */
function afterLogin(answer: Answering): Answering {
  return (seen, response) => {
    if (seen.headers.authorization !== undefined) answer(seen, response);
    else response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  };
}
