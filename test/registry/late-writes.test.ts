// A write asks for leave over a connection that stands, right before its first byte, and is broken off when it takes long.
import { expect, onTestFinished, test } from 'vitest';
import { createRegistryClient } from '../../src/registry/client.ts';
import type { RegistryDouble } from '../support/registry/double.ts';
import { buildImage } from '../support/registry/images.ts';
import type { Quirks } from '../support/registry/quirks.ts';
import { ADA } from '../support/registry/token-service.ts';
import { failureOf, makeDouble, repositoryAt, tag, type Clock } from './harness.ts';

const IMAGE = buildImage({ seed: 'late' });
const MAIN = tag('main');
const START = Date.UTC(2026, 10, 24, 12);

type Put = { readonly permit: () => Promise<void> };

type World = {
  readonly double: RegistryDouble;
  readonly put: (put: Put) => Promise<void>;
  readonly puts: () => number;
  /** The registry's, not the client's. */
  readonly clock: Clock;
};

async function makeWorld(
  options: { readonly quirks?: Partial<Quirks>; readonly writeTimeoutMs?: number } = {},
): Promise<World> {
  const clock = { at: START };
  const double = await makeDouble(options.quirks, clock);
  double.addImage({ repository: 'acme/dotca', tag: 'staging', image: IMAGE });
  const { writeTimeoutMs } = options;
  const client = createRegistryClient({
    credentials: () => ADA,
    tokenHosts: [],
    now: () => START,
    wait: async () => {},
    random: () => 0.5,
    log: { debug: () => {} },
    ...(writeTimeoutMs === undefined ? {} : { writeTimeoutMs }),
  });
  onTestFinished(() => client.close());
  const repository = repositoryAt(double.host);
  const manifest = await client.fetchManifest(repository, tag('staging'));
  const put = ({ permit }: Put): Promise<void> => client.putManifest({ repository, tag: MAIN, manifest, permit });
  const puts = (): number => double.requests.filter(({ method }) => method === 'PUT').length;
  return { double, put, puts, clock };
}

test('without a permit, nothing is sent to the registry, and the reason is the error', async () => {
  const { double, put, puts } = await makeWorld();
  await expect(put({ permit: () => Promise.reject(new RangeError('not now')) })).rejects.toThrow(
    new RangeError('not now'),
  );
  expect(puts()).toBe(0);
  expect(double.tag('acme/dotca', 'main')).toBeNull();
  await put({ permit: async () => {} });
  expect(double.tag('acme/dotca', 'main')).toBe(IMAGE.digest);
});

test.each<[string, Partial<Quirks>, number]>([
  ['after a failure that may pass', { html502: { times: 2, on: /^PUT/ } }, 3],
  ['after a connection that broke', { reset: { times: 1, on: /^PUT/ } }, 2],
])('each try asks for leave anew: %s', async (_name, quirks, tries) => {
  const { double, put } = await makeWorld({ quirks });
  let asked = 0;
  await put({
    permit: async () => {
      asked += 1;
    },
  });
  expect(asked).toBe(tries);
  expect(double.tag('acme/dotca', 'main')).toBe(IMAGE.digest);
});

test('the same applies to the request with a new token, after the old one was refused', async () => {
  const { put, puts, clock } = await makeWorld({ quirks: { auth: 'token' } });
  clock.at += 10 * 60_000;
  let asked = 0;
  await put({
    permit: async () => {
      asked += 1;
    },
  });
  expect([asked, puts()]).toEqual([2, 2]);
});

test('a registry that does not answer is given up, and the failure is retryable', async () => {
  const { double, put } = await makeWorld({ writeTimeoutMs: 50 });
  const silence = Promise.withResolvers<void>();
  onTestFinished(() => silence.resolve());
  double.onRequest(({ method }) => (method === 'PUT' ? silence.promise : undefined));
  const error = await failureOf(put({ permit: async () => {} }));
  expect(error).toMatchObject({ code: 'registry-unavailable', retryable: true });
  expect(error.message).toContain('no answer (WRITE_TIMEOUT), tried 4 times');
});

test('the time of a slow permit counts too: nothing is sent afterwards', async () => {
  const { put, puts } = await makeWorld({ writeTimeoutMs: 50 });
  const leave = Promise.withResolvers<void>();
  const error = await failureOf(put({ permit: () => leave.promise }));
  leave.resolve();
  expect(error).toMatchObject({ code: 'registry-unavailable', retryable: true });
  expect(puts()).toBe(0);
});
