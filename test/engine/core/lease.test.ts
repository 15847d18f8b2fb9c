// A job writes outside only while it is surely its own: taken over, paused or about to lose it, it asks first.
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { OUTSIDE_WRITE_MS } from '../../../src/net/outside-write.ts';
import { LEASE_MS, LeaseLost, LONGEST_LEASE_MS, renew, withinLease } from '../../../src/engine/core/lease.ts';
import type { Services } from '../../../src/engine/core/services.ts';
import { createComment, updateComment } from '../../../src/github/comments/comments.ts';
import { createIssue } from '../../../src/github/comments/issues.ts';
import { parseRepoName } from '../../../src/domain/image/reference.ts';
import { claimJob, type JobRow } from '../../../src/store/queue/jobs.ts';
import { startRegistryDouble, type RegistryDouble } from '../../support/registry/double.ts';
import { buildImage } from '../../support/registry/images.ts';
import { digest, known, repositoryAt, tag } from '../../registry/harness.ts';
import { startEngine, type Engine } from '../harness.ts';

let engine: Engine;
let registry: RegistryDouble;
beforeEach(async () => {
  engine = await startEngine();
  registry = await startRegistryDouble();
});
afterEach(async () => {
  await engine.close();
  await registry.close();
});

async function claim(lease: string): Promise<JobRow> {
  const { store, now } = engine.services;
  const row = await claimJob(store.db, { now: now(), lease, leaseMs: LEASE_MS });
  if (row === null) throw new Error('nothing to claim');
  return row;
}

async function claimed(): Promise<JobRow> {
  await engine.add({ kind: 'delete-expired-rows' });
  return claim('first');
}

async function leftMs(): Promise<number> {
  const { store, now } = engine.services;
  const { leased_until } = await store.db.selectFrom('jobs').select('leased_until').executeTakeFirstOrThrow();
  return (leased_until ?? 0) - now();
}

async function write(services: Services, job: JobRow): Promise<void> {
  const image = buildImage({ declaredLayerSizes: [1], cmd: ['true'], seed: 'lease' });
  registry.addImage({ repository: 'acme/dotca', image });
  const repository = repositoryAt(registry.host);
  const manifest = await services.registry.fetchManifest(repository, digest(image.digest));
  await withinLease(services, job).registry.putManifest({ repository, tag: tag('main'), manifest });
}

const puts = (): number => registry.requests.filter(({ method }) => method === 'PUT').length;

describe('a write to a registry', () => {
  test('has or gets enough of the lease to be over before anybody else can take the job', async () => {
    const job = await claimed();
    await write(engine.services, job);
    expect(puts()).toBe(1);
    expect(await leftMs()).toBe(LONGEST_LEASE_MS);

    engine.turn(LONGEST_LEASE_MS - 2 * OUTSIDE_WRITE_MS);
    await write(engine.services, job);
    expect(await leftMs()).toBe(2 * OUTSIDE_WRITE_MS);

    engine.turn(1);
    await write(engine.services, job);
    expect(await leftMs()).toBe(LONGEST_LEASE_MS);
  });

  test('of a job that another one took over sends nothing', async () => {
    const job = await claimed();
    engine.turn(LEASE_MS);
    await claim('second');
    await expect(write(engine.services, job)).rejects.toThrow(LeaseLost);
    expect(puts()).toBe(0);
  });

  test('of a job with an expired lease that nobody took over is sent: it is ours again', async () => {
    const job = await claimed();
    engine.turn(LEASE_MS + 1);
    await write(engine.services, job);
    expect(puts()).toBe(1);
    expect(await leftMs()).toBe(LONGEST_LEASE_MS);
  });

  test('does not trust an outdated answer of the database: after a pause it queries again', async () => {
    const job = await claimed();
    const { store } = engine.services;
    let paused = false;
    const late: Services['store'] = {
      ...store,
      transaction: async (work) => {
        const answer = await store.transaction(work);
        if (!paused) {
          paused = true;
          engine.turn(LONGEST_LEASE_MS);
          await claim('second');
        }
        return answer;
      },
    };
    await expect(write({ ...engine.services, store: late }, job)).rejects.toThrow(LeaseLost);
    expect(puts()).toBe(0);
  });

  test('is permitted before each try, as minutes may pass between two', async () => {
    const job = await claimed();
    registry.quirks.html502 = { times: 1, on: /^PUT / };
    const remove = registry.onRequest(async ({ method }) => {
      if (method !== 'PUT') return;
      engine.turn(LONGEST_LEASE_MS);
      await claim('second');
    });
    onTestFinished(remove);
    await expect(write(engine.services, job)).rejects.toThrow(LeaseLost);
    expect(puts()).toBe(1);
  });
});

test('renewing never shortens a lease, and takes none from another holder', async () => {
  const job = await claimed();
  await write(engine.services, job);
  expect(await renew(engine.services, job)).toBe(true);
  expect(await leftMs()).toBe(LONGEST_LEASE_MS);
  engine.turn(LONGEST_LEASE_MS);
  await claim('second');
  expect(await renew(engine.services, job)).toBe(false);
  expect(await leftMs()).toBe(LEASE_MS);
});

test('writes that GitHub would double need a permit too, edits do not', async () => {
  const job = await claimed();
  const asked: string[] = [];
  const github: Services['github'] = {
    ...engine.services.github,
    forInstallation: (installationId) => ({
      ...engine.services.github.forInstallation(installationId),
      ask: async ({ tried }) => {
        asked.push(tried);
        throw new Error('nobody is there');
      },
    }),
  };
  const client = withinLease({ ...engine.services, github }, job).github.forInstallation(7);
  const place = { client, repo: known(parseRepoName('acme/dotca')) };
  engine.turn(LEASE_MS);
  await claim('second');
  await expect(createComment({ ...place, issue: 3, body: 'Hello' })).rejects.toThrow(LeaseLost);
  await expect(createIssue({ ...place, title: 'Hello', body: 'World' })).rejects.toThrow(LeaseLost);
  await expect(updateComment({ ...place, commentId: 3, body: 'Hello' })).rejects.toThrow('nobody is there');
  expect(asked).toEqual(['editing comment 3 in acme/dotca']);
});
