// The rules, from an image in the registry to the line on the card.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildImage, type ImageOptions, type TestImage } from '../support/registry/images.ts';
import { begin, converse, type Conversation } from './conversation.ts';
import { IMAGE } from './world.ts';

let talk: Conversation;
beforeAll(async () => {
  talk = await begin();
});
afterAll(async () => {
  await talk.world.end();
  await talk.world.close();
});

type Examined = {
  readonly state: string | null;
  readonly card: string;
  readonly commit: string;
  readonly image: TestImage;
};

/** The card of a promotion of such an image, whose promotion is withdrawn again. */
async function examine(
  options: ImageOptions,
  more: { readonly commit?: string; readonly spoil?: (image: TestImage) => void } = {},
): Promise<Examined> {
  const { world, repo, old } = talk;
  const commit = more.commit ?? repo.commitOn('staging', { message: 'Examined' });
  const image = buildImage({
    declaredLayerSizes: [90_000_000, 30_000_000],
    seed: commit,
    labels: labels(commit),
    ...options,
  });
  world.registry.addImage({ repository: IMAGE, tag: `staging-${commit.slice(0, 7)}`, image });
  more.spoil?.(image);
  const asking = converse(world, { repo, old, commit, image });
  await asking.request();
  const card = repo.comments(asking.issue).find(({ body }) => body.includes('### '))?.body ?? '';
  const number = Number(/ P(\d+) /.exec(card)?.[1] ?? '0');
  const state = await asking.state(number);
  await asking.say('ada', '/cancel');
  return { state, card, commit, image };
}

function labels(commit: string, source = 'https://github.com/acme/dotca'): Readonly<Record<string, string>> {
  return { 'org.opencontainers.image.source': source, 'org.opencontainers.image.revision': commit };
}

describe('let through', () => {
  type Row = readonly [name: string, options: ImageOptions, card: RegExp];
  test.each<Row>([
    [
      'two platforms with attestations, which are not examined',
      { attestationChild: true },
      /✓ pass \| completeness \| whole image \| complete for linux\/amd64, linux\/arm64 \|/,
    ],
    [
      'a single manifest',
      { platforms: ['linux/amd64'] },
      /✓ pass \| completeness \| whole image \| complete for linux\/amd64 \|/,
    ],
    ['a variant', { platforms: ['linux/arm/v7'], forceIndex: true }, /complete for linux\/arm\/v7 \|/],
    ["Docker's media types", { format: 'docker' }, /✓ pass \| completeness/],
    ['manifests without media types', { format: 'old' }, /✓ pass \| completeness/],
    ['an Entrypoint without Cmd', { cmd: null, entrypoint: ['/app'] }, /✓ pass \| command \|.*\| Entrypoint is set/],
    [
      'an image under the least size, with a warning',
      { declaredLayerSizes: [5_000_000] },
      /! warn \| size \|.*5 MB|! warn \| size \|.*5\.\d+ MB/,
    ],
    ['an image just under the most', { declaredLayerSizes: [1_999_900_000] }, /✓ pass \| size \|/],
    [
      'a hundred layers',
      { declaredLayerSizes: Array.from({ length: 100 }, () => 1_500_000) },
      /✓ pass \| layers \|.*100 layers/,
    ],
    [
      'a source label with .git and in capitals',
      { labels: null, perPlatform: {} },
      /! warn \| source \|.*no such label/,
    ],
  ])('%s', async (_name, options, row) => {
    const { state, card } = await examine(options);
    expect(state).toBe('awaiting-approval');
    expect(card).toMatch(row);
  });

  test.each([
    'https://github.com/ACME/DotCA.git',
    'git@github.com:acme/dotca.git',
    'https://github.com/acme/dotca#main',
  ])('the source label %s names this repository', async (source) => {
    const commit = talk.repo.commitOn('staging', { message: source });
    const { state, card } = await examine({ labels: labels(commit, source) }, { commit });
    expect(state).toBe('awaiting-approval');
    expect(card).toMatch(/✓ pass \| source \|/);
  });

  test('a commit that has reached the production branch and left staging', async () => {
    const commit = talk.repo.commitOn('main', { message: 'A hot fix' });
    const { state, card } = await examine({}, { commit });
    expect(state).toBe('awaiting-approval');
    expect(card).toMatch(/✓ pass \| revision \|.*on main/);
  });
});

describe('kept out', () => {
  type Row = readonly [name: string, options: ImageOptions, spoil: (image: TestImage) => void, card: RegExp];
  test.each<Row>([
    [
      "a platform's manifest is gone",
      {},
      (image) => talk.world.registry.deleteManifest(IMAGE, child(image)),
      /✗ fail \| completeness \| whole image \| linux\/arm64: manifest .*is missing/,
    ],
    [
      'a layer is gone',
      {},
      (image) => talk.world.registry.deleteBlob(IMAGE, blob(image, 1)),
      /✗ fail \| completeness \| whole image \|.*layer .*is missing/,
    ],
    [
      'a config is gone',
      {},
      (image) => talk.world.registry.deleteBlob(IMAGE, config(image)),
      /✗ fail \| completeness \| whole image \|.*config .*is missing/,
    ],
    ['it is larger than the most', { declaredLayerSizes: [2_000_000_000] }, whole, /✗ fail \| size \|.*2 GB/],
    [
      'it has a layer too many',
      { declaredLayerSizes: Array.from({ length: 101 }, () => 1_500_000) },
      whole,
      /✗ fail \| layers \|.*101 layers/,
    ],
    [
      'its history tells of other layers',
      { configPatch: { history: [{ created_by: 'COPY' }] } },
      whole,
      /✗ fail \| layers \|.*the history tells of 1/,
    ],
    ['it starts nothing', { cmd: null }, whole, /✗ fail \| command \|.*neither is set/],
    [
      'one platform starts nothing',
      { perPlatform: { 'linux/arm64': { cmd: null } } },
      whole,
      /✗ fail \| command \| linux\/arm64 \|/,
    ],
    ['its config is no JSON object', { configPatch: { config: 'nothing' } }, whole, /\? unknown \| command \|/],
  ])('%s', async (_name, options, spoil, row) => {
    const { state, card } = await examine(options, { spoil });
    expect(state).toBe('checks-failed');
    expect(card).toMatch(row);
  });

  type Labelled = readonly [name: string, commit: () => string, revision: (commit: string) => string, card: RegExp];
  test.each<Labelled>([
    [
      'the revision is of a fork, which GitHub serves as well',
      () => talk.repo.commitOff('staging', { message: 'From a fork' }),
      (c) => c,
      /✗ fail \| revision \|.*which is not on staging or main/,
    ],
    ['the revision is no commit that GitHub knows', () => 'f'.repeat(40), (c) => c, /✗ fail \| revision \|/],
    ['the revision is shortened', onStaging, (c) => c.slice(0, 12), /✗ fail \| revision \|/],
    ['the revision is the name of a branch', onStaging, () => 'staging', /✗ fail \| revision \|/],
  ])('%s', async (_name, commitOf, revision, row) => {
    const commit = commitOf();
    const { state, card } = await examine({ labels: labels(revision(commit)) }, { commit });
    expect(state).toBe('checks-failed');
    expect(card).toMatch(row);
    expect(card).toContain('| Commit | the image proves none');
  });

  test('the source is another repository', async () => {
    const commit = onStaging();
    const { state, card } = await examine({ labels: labels(commit, 'https://github.com/evil/dotca') }, { commit });
    expect(state).toBe('checks-failed');
    expect(card).toMatch(/✗ fail \| source \|/);
  });

  test('the platforms are of different commits', async () => {
    const commit = onStaging();
    const perPlatform = { 'linux/arm64': { labels: labels(talk.repo.commitOn('staging', { message: 'Later' })) } };
    const { state, card } = await examine({ perPlatform }, { commit });
    expect(state).toBe('checks-failed');
    expect(card).toMatch(/✗ fail \| revision \|.*the platforms name different commits/);
  });

  test('a rejected image that is mended under the same digest gets through by Re-run', async () => {
    const { world, repo, old } = talk;
    const commit = onStaging();
    const image = buildImage({ declaredLayerSizes: [150_000_000], seed: commit, labels: labels(commit) });
    world.registry.addImage({ repository: IMAGE, tag: `staging-${commit.slice(0, 7)}`, image });
    const lost = image.blobs.find(({ content }) => content.kind === 'declared');
    world.registry.deleteBlob(IMAGE, lost?.digest ?? '');
    const asking = converse(world, { repo, old, commit, image });
    await asking.request();
    const run = repo.checkRuns(commit).at(-1);
    expect(run).toMatchObject({ status: 'completed', conclusion: 'failure', actions: [] });
    world.registry.addSparseBlob(IMAGE, lost?.digest ?? '', lost?.sizeBytes ?? 0);
    await repo.rerun({ checkRun: run?.id ?? 0, by: 'ron' });
    await world.drain();
    expect(repo.checkRuns(commit).at(-1)?.conclusion).toBe('failure');
    await repo.rerun({ checkRun: run?.id ?? 0, by: 'bob' });
    await world.drain();
    expect(repo.checkRuns(commit).at(-1)).toMatchObject({ conclusion: 'action_required' });
    await asking.say('bob', '/approve');
    expect(asking.production().main).toBe(image.digest);
  });
});

describe('without a commit that is proven', () => {
  test('the promotion lives on its card alone, moves the floating tags and writes no kept tag', async () => {
    const { world, repo } = talk;
    const commit = repo.commitOn('staging', { message: 'Unlabelled' });
    const image = buildImage({ declaredLayerSizes: [150_000_000], seed: commit, labels: null });
    world.registry.addImage({ repository: IMAGE, tag: 'staging-nightly', image });
    const before = repo.checkRuns(commit).length;
    const issue = repo.openIssue({ title: 'Nightly', by: 'ada' });
    await talk.say('ada', '/promote staging-nightly', issue);
    const card = repo.comments(issue).find(({ body }) => body.includes('### '))?.body ?? '';
    expect(card).toMatch(/! warn \| revision \|.*no such label/);
    expect(card).not.toContain('check run');
    await talk.say('bob', '/approve', issue);
    expect(repo.checkRuns(commit)).toHaveLength(before);
    expect(world.registry.tag(IMAGE, 'latest')).toBe(image.digest);
    expect(
      Object.entries(world.registry.tags(IMAGE))
        .filter(([, digest]) => digest === image.digest)
        .map(([tag]) => tag),
    ).toEqual(expect.arrayContaining(['staging-nightly', 'main', 'latest']));
    expect(world.registry.tag(IMAGE, 'main-staging-nightly')).toBeNull();
  });
});

function onStaging(): string {
  return talk.repo.commitOn('staging', { message: 'Labelled' });
}

function whole(): void {
  // Nothing is missing.
}

function child(image: TestImage): string {
  return image.children.find(({ platform }) => platform === 'linux/arm64')?.digest ?? '';
}

function blob(image: TestImage, at: number): string {
  return image.blobs.filter(({ content }) => content.kind === 'declared')[at]?.digest ?? '';
}

function config(image: TestImage): string {
  return image.blobs.find(({ content }) => content.kind === 'bytes')?.digest ?? '';
}
