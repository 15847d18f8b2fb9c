// Which tag and digest `/promote <source>` means, on a registry, with the prefixes that are legal with and without force.
import { describe, expect, test } from 'vitest';
import { builtInPolicy } from '../../../src/domain/policy/policy.ts';
import type { PlainSource } from '../../../src/domain/image/image-source.ts';
import { parseRepoName } from '../../../src/domain/image/reference.ts';
import {
  findCommitTag,
  isSourceTag,
  resolveSource,
  sourcePrefixes,
  type ResolvedSource,
} from '../../../src/engine/examine/resolve-source.ts';
import { digest, known, makeClient, makeDouble, repositoryAt, tag } from '../../registry/harness.ts';
import { buildImage, pushImage, type TestImage } from '../../support/registry/images.ts';

const STAGED = buildImage({ platforms: ['linux/amd64'], seed: 'staged' });
const FIXED = buildImage({ platforms: ['linux/amd64'], seed: 'fixed' });
const UNFORCED = ['staging'];
const FORCED = ['staging', 'hotfix'];

/** Pushes the images under their tags and asks the registry for one source. */
async function resolve(args: {
  readonly tags: Readonly<Record<string, TestImage>>;
  readonly source: PlainSource;
  readonly prefixes: readonly string[];
}): Promise<ResolvedSource> {
  const { tags, source, prefixes } = args;
  const double = await makeDouble();
  for (const [name, image] of Object.entries(tags)) {
    await pushImage({ baseUrl: double.url, repository: 'acme/dotca', tag: name, image });
  }
  return resolveSource(
    { registry: makeClient({ credential: null }).client, image: repositoryAt(double.host), prefixes },
    source,
  );
}

const hex = (typed: string): PlainSource => ({ kind: 'hex', typed });
const named = (name: string): PlainSource => ({ kind: 'tag', tag: tag(name) });
const pinned = ({ digest: text }: TestImage): PlainSource => ({ kind: 'digest', digest: digest(text) });

describe('a source is found', () => {
  test.each<[string, Readonly<Record<string, TestImage>>, PlainSource, readonly string[], string, TestImage]>([
    ['a staging tag', { 'staging-abc1234': STAGED }, named('staging-abc1234'), UNFORCED, 'staging-abc1234', STAGED],
    ['a hotfix tag with force', { 'hotfix-abc1234': FIXED }, named('hotfix-abc1234'), FORCED, 'hotfix-abc1234', FIXED],
    ['a hotfix commit with force', { 'hotfix-abc1234': FIXED }, hex('abc1234'), FORCED, 'hotfix-abc1234', FIXED],
    ['the beginning of one', { 'hotfix-abc1234': FIXED }, hex('abc123'), FORCED, 'hotfix-abc1234', FIXED],
    [
      'the staging tag of a commit that has both, even with force',
      { 'hotfix-abc1234': FIXED, 'staging-abc1234': STAGED },
      hex('abc1234'),
      FORCED,
      'staging-abc1234',
      STAGED,
    ],
    [
      'a staging tag that only begins alike before a hotfix tag of that name',
      { 'hotfix-abc123': FIXED, 'staging-abc1234': STAGED },
      hex('abc123'),
      FORCED,
      'staging-abc1234',
      STAGED,
    ],
    ['a digest under a hotfix tag', { 'hotfix-abc1234': FIXED }, pinned(FIXED), FORCED, 'hotfix-abc1234', FIXED],
    [
      'a digest under both, by its staging tag',
      { 'hotfix-abc1234': STAGED, 'staging-abc1234': STAGED },
      pinned(STAGED),
      FORCED,
      'staging-abc1234',
      STAGED,
    ],
    [
      'a digest by the tag that names its commit',
      { staging: STAGED, 'staging-abc1234': STAGED },
      pinned(STAGED),
      UNFORCED,
      'staging-abc1234',
      STAGED,
    ],
    ['a tag of another prefix', { 'rc-abc1234': STAGED }, hex('abc1234'), ['rc'], 'rc-abc1234', STAGED],
  ])('%s', async (_, tags, source, prefixes, foundTag, image) => {
    const found = await resolve({ tags, source, prefixes });
    expect(found).toEqual({ kind: 'resolved', tag: foundTag, digest: image.digest });
  });
});

describe('a source is refused', () => {
  test.each<[string, Readonly<Record<string, TestImage>>, PlainSource, readonly string[], object]>([
    [
      'a hotfix tag without force',
      { 'hotfix-abc1234': FIXED },
      named('hotfix-abc1234'),
      UNFORCED,
      { code: 'not-a-source', typed: 'hotfix-abc1234', prefixes: UNFORCED },
    ],
    [
      'a production tag, also with force',
      { latest: FIXED },
      named('latest'),
      FORCED,
      { code: 'not-a-source', typed: 'latest', prefixes: FORCED },
    ],
    [
      'a hotfix commit without force',
      { 'hotfix-abc1234': FIXED },
      hex('abc1234'),
      UNFORCED,
      { code: 'source-not-found', tried: ['staging-abc1234'] },
    ],
    [
      'a commit under neither prefix, and both are named',
      { 'main-abc1234': FIXED },
      hex('ABC12345'),
      FORCED,
      {
        code: 'source-not-found',
        typed: 'ABC12345',
        tried: [
          'staging-ABC12345',
          'staging-abc12345',
          'staging-abc1234',
          'hotfix-ABC12345',
          'hotfix-abc12345',
          'hotfix-abc1234',
        ],
      },
    ],
    [
      'a digest under a hotfix tag without force',
      { 'hotfix-abc1234': FIXED },
      pinned(FIXED),
      UNFORCED,
      { code: 'digest-not-staged', prefixes: UNFORCED },
    ],
    [
      'two hotfix images that begin alike',
      { 'hotfix-abc1234': FIXED, 'hotfix-abc1235': STAGED },
      hex('abc123'),
      FORCED,
      { code: 'source-ambiguous', typed: 'abc123' },
    ],
  ])('%s', async (_, tags, source, prefixes, refusal) => {
    expect(await resolve({ tags, source, prefixes })).toMatchObject({ kind: 'refused', refusal });
  });
});

describe('a digest among a thousand staging tags', () => {
  const COMMIT = 'abc1234'.padEnd(40, '0');
  const labelled = buildImage({
    platforms: ['linux/amd64'],
    seed: 'labelled',
    labels: { 'org.opencontainers.image.revision': COMMIT },
  });

  test.each([
    ['the tag that builds give its commit', 'staging-abc1234'],
    ['the same in full', `staging-${COMMIT}`],
    ['the tag of a hotfix', 'hotfix-abc1234'],
  ])('is found by its revision label in a few requests: %s', async (_, name) => {
    const { found, requests } = await askAmongMany(labelled, [name, 'staging']);
    expect(found).toEqual({ kind: 'resolved', tag: name, digest: labelled.digest });
    expect(requests).toBeLessThan(15);
  });

  test('is searched under every name if the label does not lead to it', async () => {
    const { found } = await askAmongMany(labelled, ['staging-fff0000']);
    expect(found).toEqual({ kind: 'resolved', tag: 'staging-fff0000', digest: labelled.digest });
  });

  test.each(['linux/amd64', 'linux/arm64'])('of one platform (%s) leads to the whole image', async (wanted) => {
    const whole = buildImage({ seed: 'whole', labels: { 'org.opencontainers.image.revision': COMMIT } });
    const child = whole.children.find(({ platform }) => platform === wanted)?.digest ?? '';
    const source = { kind: 'digest', digest: digest(child) } as const;
    const found = await resolve({ tags: { 'staging-abc1234': whole }, source, prefixes: UNFORCED });
    const refusal = { code: 'digest-of-platform', named: child, tag: 'staging-abc1234', digest: whole.digest };
    expect(found).toEqual({ kind: 'refused', refusal });
  });

  test('that the image does not have is refused immediately', async () => {
    const { found, requests } = await askAmongMany(labelled, []);
    expect(found).toMatchObject({ kind: 'refused', refusal: { code: 'digest-not-staged' } });
    expect(requests).toBeLessThan(5);
  });
});

test.each([
  ['the prefix itself', 'staging', true],
  ['a commit tag', 'staging-abc1234', true],
  ['any other rest', 'staging-2026.11', true],
  ['no rest', 'staging-', false],
  ['a longer word', 'staging2', false],
  ['another dash', 'staging_abc1234', false],
  ['in capitals', 'Staging-abc1234', false],
  ['a kept tag', 'main-staging-abc1234', false],
  ['a rollback tag', 'rollback-20261124-063300-release', false],
  ['a version', 'v1.2.3', false],
  ['main', 'main', false],
  ['latest', 'latest', false],
])('%s: %s is a source: %s', (_, name, expected) => {
  expect(isSourceTag(tag(name), FORCED)).toBe(expected);
});

describe('the prefixes of a policy', () => {
  const policy = builtInPolicy({ repo: known(parseRepoName('acme/dotca')), registryHost: 'ghcr.io' });

  test.each([
    ['staging without force', policy, false, ['staging']],
    ['hotfix after it with force', policy, true, ['staging', 'hotfix']],
    ['each once', { ...policy, hotfix: { ...policy.hotfix, tagPrefix: 'staging' } }, true, ['staging']],
  ])('are %s', (_, given, force, prefixes) => {
    expect(sourcePrefixes(given, { force })).toEqual(prefixes);
  });
});

describe('the tag that stands for a digest in kept tags', () => {
  const COMMIT = 'abc1234'.padEnd(40, '0');

  test.each<[string, readonly string[], string | null, string | null, readonly string[], string | null]>([
    ['the named one', [], 'staging-abc123', COMMIT, UNFORCED, 'staging-abc123'],
    ['the named one, a hotfix', [], 'hotfix-abc1234', COMMIT, FORCED, 'hotfix-abc1234'],
    ['the commit tag that holds the digest', ['staging-abc1234'], 'staging', COMMIT, UNFORCED, 'staging-abc1234'],
    ['the full one where only that does', [`staging-${COMMIT}`], 'staging', COMMIT, UNFORCED, `staging-${COMMIT}`],
    ['the prefix and seven digits where none does', [], 'staging', COMMIT, UNFORCED, 'staging-abc1234'],
    ['the same of a hotfix that was named without a commit', [], 'hotfix', COMMIT, FORCED, 'hotfix-abc1234'],
    ['a staging tag of a hotfix that has one alone', ['staging-abc1234'], 'hotfix', COMMIT, FORCED, 'staging-abc1234'],
    ['none where no commit is known', ['staging-abc1234'], 'staging', null, UNFORCED, null],
    ['none where only the name of the tag tells of one', ['staging-abc1234'], 'staging-abc1234', null, UNFORCED, null],
  ])('is %s', async (_, tags, name, commit, prefixes, expected) => {
    const double = await makeDouble();
    for (const held of ['other', ...tags]) {
      await pushImage({ baseUrl: double.url, repository: 'acme/dotca', tag: held, image: STAGED });
    }
    const { client: registry } = makeClient({ credential: null });
    const question = { registry, image: repositoryAt(double.host), prefixes };
    const about = { tag: name === null ? null : tag(name), digest: digest(STAGED.digest), commit };
    expect(await findCommitTag(question, about)).toBe(expected);
  });
});

/** Among a thousand tags of another image, this one under these names. */
async function askAmongMany(
  image: TestImage,
  held: readonly string[],
): Promise<{ found: ResolvedSource; requests: number }> {
  const double = await makeDouble();
  await pushImage({ baseUrl: double.url, repository: 'acme/dotca', tag: 'other', image: STAGED });
  for (let count = 0; count < 1000; count += 1) {
    double.setTag('acme/dotca', `staging-${String(count).padStart(7, '0')}`, STAGED.digest);
  }
  for (const name of held) await pushImage({ baseUrl: double.url, repository: 'acme/dotca', tag: name, image });
  const before = double.requests.length;
  const { client: registry } = makeClient({ credential: null });
  const question = { registry, image: repositoryAt(double.host), prefixes: FORCED };
  const found = await resolveSource(question, pinned(image));
  return { found, requests: double.requests.length - before };
}
