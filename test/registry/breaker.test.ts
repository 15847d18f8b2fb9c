// A registry that fails again and again is asked only now and then, and what was held back says so.
import { createServer } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createHostGuard, type BreakerChange } from '../../src/net/host-guard.ts';
import { buildImage } from '../support/registry/images.ts';
import type { Quirks } from '../support/registry/quirks.ts';
import type { RegistryDouble } from '../support/registry/double.ts';
import { failureOf, makeClient, makeDouble, repositoryAt, tag, type Bench, type Clock } from './harness.ts';

const IMAGE = buildImage({ seed: 'breaker' });

type World = Bench & {
  readonly double: RegistryDouble;
  readonly repository: ReturnType<typeof repositoryAt>;
  readonly turns: readonly BreakerChange[];
};

async function makeWorld(quirks: Partial<Quirks> = {}): Promise<World> {
  const clock: Clock = { at: Date.UTC(2026, 10, 24, 12) };
  const double = await makeDouble(quirks, clock);
  double.addImage({ repository: 'acme/dotca', tag: 'staging', image: IMAGE });
  const turns: BreakerChange[] = [];
  const guard = createHostGuard({ now: () => clock.at, random: () => 0, onBreakerChange: (turn) => turns.push(turn) });
  return { ...makeClient({ clock, guard }), double, repository: repositoryAt(double.host), turns };
}

/** Fails until nothing is sent any more. */
async function exhaust({ client, repository }: World): Promise<void> {
  await failureOf(client.findDigest(repository, tag('staging')));
  await failureOf(client.findDigest(repository, tag('staging')));
}

describe('A registry that fails five times in a row', () => {
  test.each<[string, Partial<Quirks>, string]>([
    ['by 502s', { html502: { times: Infinity } }, 'HTTP 502'],
    ['by connections that break', { reset: { times: Infinity } }, 'no answer (UND_ERR_SOCKET)'],
  ])('%s is not asked again at once', async (_how, quirks, problem) => {
    const world = await makeWorld(quirks);
    const { client, double, repository, clock, turns } = world;
    await exhaust(world);
    expect(double.requests).toHaveLength(5);
    expect(turns).toEqual([{ host: double.host, open: true, problem }]);

    const error = await failureOf(client.findDigest(repository, tag('staging')));
    expect(double.requests).toHaveLength(5);
    expect(error).toMatchObject({ code: 'registry-unavailable', retryable: true, status: null });
    expect(error.retryAt).toBeGreaterThan(clock.at);
    expect(error.message).toMatch(/^HEAD manifest \S+: not sent\. \S+ has failed since 12:00:\d\d UTC \(/);
    expect(error.message).toContain(problem);
  });

  test('gets one request after the pause, and all after the first answer', async () => {
    const world = await makeWorld({ html502: { times: 5 } });
    const { client, double, repository, clock, turns } = world;
    await exhaust(world);
    clock.at += 2000;
    expect(await client.findDigest(repository, tag('staging'))).toBe(IMAGE.digest);
    expect(await client.findDigest(repository, tag('staging'))).toBe(IMAGE.digest);
    expect(double.requests).toHaveLength(7);
    expect(turns.map(({ open }) => open)).toEqual([true, false]);
  });

  test('does not block requests to another one', async () => {
    const world = await makeWorld({ html502: { times: Infinity } });
    await exhaust(world);
    const other = await makeDouble();
    other.addImage({ repository: 'acme/dotca', tag: 'staging', image: IMAGE });
    expect(await world.client.findDigest(repositoryAt(other.host), tag('staging'))).toBe(IMAGE.digest);
  });
});

test.each<[string, Partial<Quirks>]>([
  ['a limit', { retryAfterHeader: { times: 20, value: '1' } }],
  ['a denial', { deny403: [{ times: 20 }] }],
  ['an absence', { missingTag: { times: 20 } }],
])('%s, however often, is an answer, and nothing is held back', async (_what, quirks) => {
  const world = await makeWorld(quirks);
  const { client, double, repository, turns } = world;
  for (let round = 0; round < 10; round += 1) {
    await client.fetchManifest(repository, tag('staging')).catch(() => null);
  }
  expect(double.requests.length).toBeGreaterThanOrEqual(10);
  expect(turns).toEqual([]);
});

test('a slow endless body is aborted', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/vnd.oci.image.manifest.v1+json' });
    const drip = setInterval(() => response.write(' '), 5);
    response.on('close', () => clearInterval(drip));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it does not listen');
  const { client } = makeClient({ credential: null, wholeBodyTimeoutMs: 60 });
  const repository = repositoryAt(`127.0.0.1:${address.port}`);
  const error = await failureOf(client.fetchManifest(repository, tag('staging')));
  expect(error).toMatchObject({ code: 'registry-unavailable', retryable: true });
  expect(error.message).toContain('no answer (WHOLE_BODY_TIMEOUT), tried 4 times');
});
