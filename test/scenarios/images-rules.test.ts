// The rules, from an image in the registry to the line on the card.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Promotion } from '../../src/domain/promotion/promotion.ts';
import { buildImage, type ImageOptions, type TestImage } from '../support/registry/images.ts';
import { begin, converse, type Conversation } from './conversation.ts';
import { write } from './policy-world.ts';
import { IMAGE } from './world.ts';

let talk: Conversation;
beforeAll(async () => {
  talk = await begin();
  // Production has two platforms, which not all of these images have.
  write(talk, 'validation: { platforms: { level: off } }\n');
});
afterAll(async () => {
  await talk.world.end();
  await talk.world.close();
});

type Examined = {
  readonly state: string | null;
  readonly findings: readonly string[];
  readonly pinned: Promotion['images'];
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
  const findings = await asking.findings(number);
  const { images: pinned } = await asking.promotion(number);
  await asking.say('ada', '/cancel');
  return { state, findings, pinned, card, commit, image };
}

const SOURCE = 'org.opencontainers.image.source';
const REVISION = 'org.opencontainers.image.revision';
const HOME = 'https://github.com/acme/dotca';

function labels(commit: string, source = HOME): Readonly<Record<string, string>> {
  return { [SOURCE]: source, [REVISION]: commit };
}

describe('passes', () => {
  type Row = readonly [name: string, options: ImageOptions, finding: RegExp, values: readonly string[]];
  test.each<Row>([
    [
      'two platforms with attestations, which are not examined',
      { attestationChild: true },
      /^pass completeness$/,
      ['linux/amd64, linux/arm64'],
    ],
    ['a single manifest', { platforms: ['linux/amd64'] }, /^pass completeness$/, ['linux/amd64']],
    ['a variant', { platforms: ['linux/arm/v7'], forceIndex: true }, /^pass completeness$/, ['linux/arm/v7']],
    ["Docker's media types", { format: 'docker' }, /^pass completeness$/, []],
    ['manifests without media types', { format: 'old' }, /^pass completeness$/, []],
    ['an Entrypoint without Cmd', { cmd: null, entrypoint: ['/app'] }, /^pass command /, []],
    ['an image under the least size, with a warning', { declaredLayerSizes: [5_000_000] }, /^warn size /, ['5 MB']],
    ['an image just under the most', { declaredLayerSizes: [1_999_900_000] }, /^pass size /, []],
    [
      'a hundred layers',
      { declaredLayerSizes: Array.from({ length: 100 }, () => 1_500_000) },
      /^pass layers /,
      ['100'],
    ],
  ])('%s', async (_name, options, finding, values) => {
    const { state, card, findings } = await examine(options);
    expect(state).toBe('awaiting-approval');
    expect(findings).toContainEqual(expect.stringMatching(finding));
    for (const value of values) expect(card).toContain(value);
  });

  test.each([
    'https://github.com/ACME/DotCA.git',
    'git@github.com:acme/dotca.git',
    'https://github.com/acme/dotca#main',
  ])('the source label %s names this repository', async (source) => {
    const commit = talk.repo.commitOn('staging', { message: source });
    const { state, findings } = await examine({ labels: labels(commit, source) }, { commit });
    expect(state).toBe('awaiting-approval');
    expect(findings).toContainEqual(expect.stringMatching(/^pass source\b/));
    expect(findings).not.toContainEqual(expect.stringMatching(/^(?!pass)\w+ source\b/));
  });

  test('a commit that has reached the production branch and left staging', async () => {
    const commit = talk.repo.commitOn('main', { message: 'A hot fix' });
    const { state, findings } = await examine({}, { commit });
    expect(state).toBe('awaiting-approval');
    expect(findings).toContain('pass revision');
  });
});

test('warns where the history tells of other layers: builders squash it', async () => {
  const { state, findings } = await examine({ configPatch: { history: [{ created_by: 'COPY' }] } });
  expect(state).toBe('awaiting-approval');
  expect(findings).toContainEqual(expect.stringMatching(/^warn layers /));
});

describe('fails', () => {
  type Row = readonly [
    name: string,
    options: ImageOptions,
    spoil: (image: TestImage) => void,
    finding: RegExp,
    value: (image: TestImage) => string,
  ];
  test.each<Row>([
    [
      "a platform's manifest is gone",
      {},
      (image) => talk.world.registry.deleteManifest(IMAGE, child(image)),
      /^fail completeness$/,
      child,
    ],
    [
      'a layer is gone',
      {},
      (image) => talk.world.registry.deleteBlob(IMAGE, blob(image, 1)),
      /^fail completeness$/,
      (image) => blob(image, 1),
    ],
    [
      'a config is gone',
      {},
      (image) => talk.world.registry.deleteBlob(IMAGE, config(image)),
      /^fail completeness$/,
      config,
    ],
    ['it is larger than the most', { declaredLayerSizes: [2_000_000_000] }, whole, /^fail size /, nothing],
    [
      'it has a layer too many',
      { declaredLayerSizes: Array.from({ length: 101 }, () => 1_500_000) },
      whole,
      /^fail layers /,
      () => '101',
    ],
    ['it starts nothing', { cmd: null }, whole, /^fail command linux\/amd64$/, nothing],
    [
      'one platform starts nothing',
      { perPlatform: { 'linux/arm64': { cmd: null } } },
      whole,
      /^fail command linux\/arm64$/,
      nothing,
    ],
    ['it has no source label', { labels: { [REVISION]: 'a'.repeat(40) } }, whole, /^fail source /, nothing],
    ['it has no revision label', { labels: { [SOURCE]: HOME } }, whole, /^fail revision$/, () => '$GITHUB_SHA'],
    ['its config is no JSON object', { configPatch: { config: 'nothing' } }, whole, /^unknown command /, nothing],
  ])('%s', async (_name, options, spoil, finding, value) => {
    const { state, card, image, findings } = await examine(options, { spoil });
    expect(state).toBe('checks-failed');
    expect(findings.filter((line) => /^(?:fail|unknown) /.test(line))).toContainEqual(expect.stringMatching(finding));
    expect(card).toContain(value(image).slice(0, 'sha256:'.length + 12));
  });

  type Labelled = readonly [name: string, commit: () => string, revision: (commit: string) => string];
  test.each<Labelled>([
    [
      'the revision is of a fork, which GitHub serves as well',
      () => talk.repo.commitOff('staging', { message: 'From a fork' }),
      (c) => c,
    ],
    ['the revision is no commit that GitHub knows', () => 'f'.repeat(40), (c) => c],
    ['the revision is shortened', onStaging, (c) => c.slice(0, 12)],
    ['the revision is the name of a branch', onStaging, () => 'staging'],
  ])('%s', async (_name, commitOf, revision) => {
    const commit = commitOf();
    const { state, findings, pinned } = await examine({ labels: labels(revision(commit)) }, { commit });
    expect(state).toBe('checks-failed');
    expect(findings).toContain('fail revision');
    expect(pinned).toMatchObject([{ commit: null }]);
  });

  test('the source is another repository', async () => {
    const commit = onStaging();
    const { state, findings } = await examine({ labels: labels(commit, 'https://github.com/evil/dotca') }, { commit });
    expect(state).toBe('checks-failed');
    expect(findings).toContainEqual(expect.stringMatching(/^fail source\b/));
  });

  test('the platforms are of different commits', async () => {
    const commit = onStaging();
    const perPlatform = { 'linux/arm64': { labels: labels(talk.repo.commitOn('staging', { message: 'Later' })) } };
    const { state, findings } = await examine({ perPlatform }, { commit });
    expect(state).toBe('checks-failed');
    expect(findings).toContain('fail revision');
  });

  test('an image with failed checks that is fixed under the same digest passes by Re-run', async () => {
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
  test('the promotion has only its card, moves the floating tags and writes no permanent tag', async () => {
    const { world, repo } = talk;
    const commit = repo.commitOn('staging', { message: 'Unlabelled' });
    write(talk, 'validation: { labels: { level: warn }, platforms: { level: off } }');
    const image = buildImage({ declaredLayerSizes: [150_000_000], seed: commit, labels: { [SOURCE]: HOME } });
    world.registry.addImage({ repository: IMAGE, tag: 'staging-nightly', image });
    const before = repo.checkRuns(commit).length;
    const issue = repo.openIssue({ title: 'Nightly', by: 'ada' });
    await talk.say('ada', '/promote staging-nightly', issue);
    const card = repo.comments(issue).find(({ body }) => body.includes('### '))?.body ?? '';
    const number = Number(/ P(\d+) /.exec(card)?.[1] ?? '0');
    expect(await talk.findings(number)).toContain('warn revision');
    expect(card).not.toContain('/runs/');
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

function nothing(): string {
  return '';
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
