// What the contents of an image are as facts: a layer that is listed several times is stored and pulled once.
import { expect, test } from 'vitest';
import { createImageReader } from '../../../src/facts/image-reader.ts';
import { createCollection } from '../../../src/facts/collect.ts';
import { NoAccess } from '../../../src/facts/no-access.ts';
import { repoName } from '../../github/offline-github.ts';
import { digest, makeClient, makeDouble, repositoryAt } from '../../registry/harness.ts';
import { buildImage } from '../../support/registry/images.ts';

const NAME = 'acme/dotca';
const LAYER_BYTES = 50_000;

const nobody = (): never => {
  throw new NoAccess('database', 'there is none');
};

test.each([1, 2, 12])('a layer that is listed %i times counts once', async (times) => {
  const double = await makeDouble();
  const { client: registry, clock } = makeClient({ credential: null });
  const layers = Array.from({ length: times }, () => ({ zeros: LAYER_BYTES }));
  const image = buildImage({ platforms: ['linux/amd64'], layers });
  double.addImage({ repository: NAME, image });
  const collection = createCollection(
    {
      repository: repositoryAt(double.host, NAME),
      digest: digest(image.digest),
      tag: null,
      repo: repoName(NAME),
      branches: ['staging'],
      versionTag: null,
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
  const { contents } = await collection.collect(['contents']);
  if (contents.kind === 'unknown') throw new Error('the contents are not known');
  const [platform] = contents.value.platforms;
  const config = image.blobs.find(({ content }) => content.kind === 'bytes');
  expect(platform?.sizeBytes).toEqual({ kind: 'known', value: LAYER_BYTES + (config?.sizeBytes ?? 0) });
  expect(platform?.layerCount).toEqual({ kind: 'known', value: times });
});
