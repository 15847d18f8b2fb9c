// How long a proof of the push right is remembered, and what is not.
import { expect, test } from 'vitest';
import { createPushRight, type PushRight } from '../../src/registry/push-right.ts';
import type { ImageRepository } from '../../src/domain/image/reference.ts';
import { failureOf, makeClient, makeDouble, repositoryAt, type Clock } from './harness.ts';
import type { RegistryDouble } from '../support/registry/double.ts';

const HOUR_MS = 3_600_000;
const PROBE = /^POST .*\/blobs\/uploads\/$/;

type Bench = {
  readonly right: PushRight;
  readonly clock: Clock;
  readonly double: RegistryDouble;
  readonly image: ImageRepository;
  /** How often the registry was asked. */
  readonly probes: () => number;
};

async function bench(): Promise<Bench> {
  const { client, clock, sent } = makeClient();
  const double = await makeDouble();
  const right = createPushRight({ registry: client, now: () => clock.at });
  const probes = (): number => sent.filter((request) => PROBE.test(request)).length;
  return { right, clock, double, probes, image: repositoryAt(double.host) };
}

test('a proof is valid for an hour, for its image only', async () => {
  const { right, clock, double, probes, image } = await bench();
  await right.prove(image);
  clock.at += HOUR_MS - 1;
  await right.prove(image);
  expect(probes()).toBe(1);
  await right.prove(repositoryAt(double.host, 'acme/other'));
  expect(probes()).toBe(2);
  clock.at += 1;
  await right.prove(image);
  expect(probes()).toBe(3);
});

test.each([
  ['good', 0, 'fulfilled'],
  ['bad', Infinity, 'rejected'],
])('a second caller during the proof waits for the same answer: %s', async (_answer, times, status) => {
  const { right, double, probes, image } = await bench();
  double.quirks.deny403 = [{ times, on: PROBE }];
  const both = await Promise.allSettled([right.prove(image), right.prove(image)]);
  expect(both.map((one) => one.status)).toEqual([status, status]);
  expect(probes()).toBe(1);
});

test('a refusal is not cached', async () => {
  const { right, double, image } = await bench();
  double.quirks.deny403 = [{ times: 1, on: PROBE }];
  expect(await failureOf(right.prove(image))).toMatchObject({ code: 'registry-denied', retryable: false });
  await expect(right.prove(image)).resolves.toBeUndefined();
});

test('a proof from the future does not count: the clock was set back', async () => {
  const { right, clock, probes, image } = await bench();
  await right.prove(image);
  clock.at -= 1;
  await right.prove(image);
  expect(probes()).toBe(2);
});
