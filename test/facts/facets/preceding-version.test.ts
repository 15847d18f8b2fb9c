// The version before the requested one comes from the tags of the image, and only if a version is requested.
import { expect, test } from 'vitest';
import { createCollection } from '../../../src/facts/collect.ts';
import { createImageReader } from '../../../src/facts/image-reader.ts';
import { NoAccess } from '../../../src/facts/no-access.ts';
import { repoName } from '../../github/offline-github.ts';
import { tag } from '../../domain/build.ts';
import { digest, makeClient, makeDouble, repositoryAt } from '../../registry/harness.ts';
import { buildImage } from '../../support/registry/images.ts';

const NAME = 'acme/dotca';

const nobody = (): never => {
  throw new NoAccess('database', 'there is none');
};

async function collect(version: string | null, tags: readonly string[]) {
  const double = await makeDouble();
  const { client: registry, clock, sent } = makeClient({ credential: null });
  const image = buildImage({ platforms: ['linux/amd64'] });
  for (const name of tags) double.addImage({ repository: NAME, tag: name, image });
  const collection = createCollection(
    {
      repository: repositoryAt(double.host, NAME),
      digest: digest(image.digest),
      tag: null,
      versionTag: version === null ? null : tag(version),
      repo: repoName(NAME),
      branches: ['staging'],
      stagingReporters: [],
      environments: [],
      content: { match: 'off', ignore: [] },
    },
    {
      registry,
      images: createImageReader({ registry, now: () => clock.at }),
      github: nobody,
      clock: { now: () => clock.at, wait: nobody },
      history: nobody,
      ownership: nobody,
      rejectionOf: nobody,
      stagingChecksOf: nobody,
    },
  );
  const { precedingVersion } = await collection.collect(['precedingVersion']);
  return { precedingVersion, requests: sent.length };
}

test('the highest lower version of the image', async () => {
  expect((await collect('v3.0.0', ['v1.4.2', '1.3.0', 'main', 'v4.0.0'])).precedingVersion).toEqual({
    kind: 'known',
    value: { version: 'v3.0.0', preceding: 'v1.4.2' },
  });
});

test('the first version follows none', async () => {
  expect((await collect('v42.0.0', ['main'])).precedingVersion).toEqual({ kind: 'known', value: null });
});

test('without a requested version, nothing is read', async () => {
  expect(await collect(null, ['v1.4.2'])).toEqual({ precedingVersion: { kind: 'known', value: null }, requests: 0 });
});

test('tags that can’t be listed leave it unknown', async () => {
  expect((await collect('v3.0.0', [])).precedingVersion).toMatchObject({
    kind: 'unknown',
    reason: { code: 'outside-error', error: { code: 'repository-unknown' } },
  });
});
