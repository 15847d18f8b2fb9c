// The one assembly of facts: what is asked for once, in parallel, and what stays unknown.
import { describe, expect, test } from 'vitest';
import type { FacetName } from '../../src/domain/image/image-facts.ts';
import type { History } from '../../src/domain/promotion/history.ts';
import { createCollection, type FactCollection } from '../../src/facts/collect.ts';
import type { FactSources } from '../../src/facts/facet.ts';
import { FACETS } from '../../src/facts/facets.ts';
import { createImageReader } from '../../src/facts/image-reader.ts';
import { NoAccess } from '../../src/facts/no-access.ts';
import { ALICE, digest as digestOf, repoName, tag } from '../domain/build.ts';
import { digest, makeClient, makeDouble, repositoryAt, type Bench } from '../registry/harness.ts';
import type { RegistryDouble } from '../support/registry/double.ts';
import { buildImage, type TestImage } from '../support/registry/images.ts';

const NAME = 'acme/dotca';
const EVERYTHING = [
  'contents',
  'missingParts',
  'lineage',
  'stagingDeployment',
  'pastRollback',
  'ownership',
  'pastRejection',
  'changes',
  'sameCode',
  'checkedTag',
  'alternative',
  'precedingVersion',
] as const;

type World = {
  readonly double: RegistryDouble;
  readonly bench: Bench;
  readonly image: TestImage;
  readonly start: (change?: Partial<FactSources>, environments?: readonly string[]) => FactCollection;
};

/** An image of two platforms with a layer each, GitHub without access, and environments that held nothing. */
async function makeWorld(): Promise<World> {
  const double = await makeDouble();
  const bench = makeClient({ credential: null });
  const image = buildImage({
    declaredLayerSizes: [1_000_000],
    labels: { 'org.opencontainers.image.revision': COMMIT },
  });
  double.addImage({ repository: NAME, tag: 'main', image });
  const start: World['start'] = (change = {}, environments = ['production']) =>
    createCollection(
      {
        repository: repositoryAt(double.host, NAME),
        digest: digest(image.digest),
        tag: null,
        repo: repoName(NAME),
        branches: ['staging'],
        versionTag: null,
        stagingReporters: [],
        environments: environments.map((name) => ({ name, branch: 'main', tags: [tag('main')] })),
        content: { match: 'off', ignore: [] },
      },
      {
        registry: bench.client,
        images: createImageReader({ registry: bench.client, now: () => bench.clock.at }),
        github: () => {
          throw new NoAccess('github', 'APP_ID is not set');
        },
        clock: { now: () => bench.clock.at, wait: async () => undefined },
        history: async () => [],
        rejectionOf: async () => ({ kind: 'none' }),
        stagingChecksOf: async () => [],
        ownership: async () => ({ claim: 'owned', repoId: 1, names: [NAME], proving: [NAME] }),
        ...change,
      },
    );
  return { double, bench, image, start };
}

const COMMIT = 'a'.repeat(40);

function rolledBack(of: TestImage, by: number): History {
  const nothing = {
    approvedBy: [],
    commit: null,
    summary: null,
    floating: [],
    deployedTo: null,
    report: null,
    tags: [],
  } as const;
  const about = { at: by, by: ALICE, forced: false, ...nothing } as const;
  return [
    { ...about, promotion: 1, kind: 'promotion', digest: digestOf('before') },
    { ...about, promotion: 2, kind: 'promotion', digest: digest(of.digest) },
    { ...about, promotion: by, kind: 'rollback', digest: digestOf('before') },
  ];
}

async function noDatabase(): Promise<never> {
  throw new NoAccess('database', 'there is none');
}

function reach(name: FacetName): readonly FacetName[] {
  return FACETS[name].needs.flatMap((need) => [need, ...reach(need)]);
}

test('a facet that is not requested is not read, and unknown', async () => {
  const { start, bench } = await makeWorld();
  const facts = await start().collect([]);
  expect(bench.sent).toEqual([]);
  expect(EVERYTHING.map((name) => facts[name])).toEqual(
    EVERYTHING.map(() => ({ kind: 'unknown', reason: { code: 'not-collected' } })),
  );
});

test('each facet is collected once, however often it is requested', async () => {
  const { start, bench } = await makeWorld();
  const collection = start();
  const [first] = await Promise.all([collection.collect(['lineage']), collection.collect(['lineage', 'contents'])]);
  expect(first.contents.kind).toBe('known');
  expect(first.missingParts.kind).toBe('unknown');
  const asked = bench.sent.length;
  const all = await collection.collect(EVERYTHING);
  expect(all.missingParts).toEqual({ kind: 'known', value: [] });
  expect(new Set(bench.sent).size).toBe(bench.sent.length);
  // The layer of each platform, and the tag of the environment.
  expect(bench.sent.length).toBe(asked + 3);
  expect((await collection.contents()).platforms).toHaveLength(2);
  expect(bench.sent.length).toBe(asked + 3);
});

describe('a facet without access is unknown with the reason', () => {
  test('without GitHub: the commit, and what depends on it', async () => {
    const { start } = await makeWorld();
    const facts = await start().collect(EVERYTHING);
    const reason = { code: 'no-access', source: 'github', detail: 'APP_ID is not set' };
    expect([facts.lineage, facts.stagingDeployment]).toEqual([
      { kind: 'unknown', reason },
      { kind: 'unknown', reason },
    ]);
    expect(facts.pastRollback).toEqual({ kind: 'known', value: { kind: 'none' } });
  });

  test('without a database: the rollbacks', async () => {
    const { start } = await makeWorld();
    const facts = await start({ history: noDatabase }).collect(['pastRollback']);
    expect(facts.pastRollback).toEqual({
      kind: 'unknown',
      reason: { code: 'no-access', source: 'database', detail: 'there is none' },
    });
  });
});

test('the newest rollback of all environments counts', async () => {
  const { start, image } = await makeWorld();
  const history = async (name: string): Promise<History> => rolledBack(image, name === 'blue' ? 7 : 4);
  const facts = await start({ history }, ['green', 'blue']).collect(['pastRollback']);
  expect(facts.pastRollback).toEqual({ kind: 'known', value: { kind: 'rolled-back', by: 7 } });
});

test('a complete image needs no alternative', async () => {
  const { start } = await makeWorld();
  expect((await start({ history: noDatabase }).collect(['alternative'])).alternative).toEqual({
    kind: 'known',
    value: null,
  });
});

test('a transient failure is thrown, so that the job is retried', async () => {
  const { start, double } = await makeWorld();
  double.quirks.html502 = { times: Infinity };
  await expect(start().collect(['lineage'])).rejects.toMatchObject({ code: 'registry-unavailable', retryable: true });
});

test('facets need each other in no circle', () => {
  for (const name of EVERYTHING) expect(reach(name)).not.toContain(name);
  expect(Object.keys(FACETS).toSorted()).toEqual(EVERYTHING.toSorted());
});
