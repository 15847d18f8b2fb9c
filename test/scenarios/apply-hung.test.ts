// A process that hangs in the middle of applying until another one took its job over: what it does late changes nothing.
import { afterEach, describe, expect, test } from 'vitest';
import {
  approved,
  type Call,
  isPut,
  isRead,
  nth,
  outcomeOf,
  prepare,
  putsOf,
  runOf,
  tagsOf,
  undisturbed,
} from './release.ts';
import { Scenario } from './world.ts';

let world: Scenario;

afterEach(async () => {
  await world.close();
});

/** Half a minute, and what a write may take. */
const LEASE_MS = 50_000;

/** It hangs at that request until it is released; meanwhile another process takes its job over. */
async function hangAt(fits: (call: Call) => boolean): Promise<{ release: () => Promise<void> }> {
  const reached = Promise.withResolvers<void>();
  const hung = Promise.withResolvers<void>();
  const remove = world.registry.onRequest(async (call) => {
    if (!fits(call)) return;
    remove();
    reached.resolve();
    await hung.promise;
  });
  const ended = world.drain();
  await reached.promise;
  await world.abandon();
  await world.pass(LEASE_MS + 1);
  return {
    release: async () => {
      hung.resolve();
      await ended;
    },
  };
}

describe('a process that only hung', () => {
  test.each([
    ['a kept tag', nth(1, isPut)],
    ['a floating tag', putsOf('main')],
  ])('during the write of %s: the other one finishes, and the late write changes nothing', async (_name, fits) => {
    world = await Scenario.start();
    const release = await prepare(world);
    await approved(release);
    const hung = await hangAt(fits);
    expect(await outcomeOf(release)).toEqual(undisturbed(release));
    const before = world.registry.requests.length;
    await hung.release();

    expect(await outcomeOf(release)).toEqual(undisturbed(release));
    expect(world.registry.requests.length).toBe(before);
    await world.end();
  });

  test('before a floating tag that the other one decided not to write: it does not write it either', async () => {
    world = await Scenario.start();
    const release = await prepare(world);
    const { old } = release;
    world.registry.quirks.deny403 = [{ times: Infinity, on: /^PUT .*\/latest$/ }];
    await approved(release);
    // The sixth read is the check of `main`.
    const hung = await hangAt(nth(6, isRead));
    expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'restored' });
    world.registry.quirks.deny403 = [];
    const before = world.registry.requests.filter(isPut).length;
    await hung.release();

    expect(world.registry.requests.filter(isPut).length).toBe(before);
    expect(tagsOf(world)).toMatchObject({ main: old.digest, latest: old.digest });
    await world.end();
  });
});
