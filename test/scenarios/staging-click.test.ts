// The button Promote on the check of a staging commit: it asks as whoever clicked, and answers on the check.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findPromotionByNumber } from '../../src/store/promotions/promotions.ts';
import type { Promotion } from '../../src/domain/promotion/promotion.ts';
import type { StagingNote } from '../../src/domain/promotion/staging-check.ts';
import { findStagingCheck } from '../../src/store/staging-checks.ts';
import { parseCommitSha } from '../../src/domain/image/reference.ts';
import { must } from '../domain/build.ts';
import type { GitHubRepo } from '../support/github/repo.ts';
import type { TestImage } from '../support/registry/images.ts';
import { acme, IMAGE, Scenario, stage } from './world.ts';

let world: Scenario;
let repo: GitHubRepo;
let commit: string;
let image: TestImage;

type Run = ReturnType<GitHubRepo['checkRuns']>[number];

beforeEach(async () => {
  world = await Scenario.start();
  repo = await acme(world);
  const old = stage(world, { commit: repo.commitOn('staging', { message: 'Old' }) });
  for (const tag of ['main', 'latest']) world.registry.setTag(IMAGE, tag, old.digest);
  ({ sha: commit } = await repo.push('staging', { message: 'New login page' }));
  image = stage(world, { commit });
  await world.drain();
});

afterEach(async () => {
  await world.close();
});

function runOf(name: string): Run {
  const found = repo.checkRuns(commit).filter((run) => run.name === `imprimatur / ${name}`);
  const [run] = found;
  if (run === undefined || found.length > 1) throw new Error(`${found.length} check runs ${name}`);
  return run;
}

async function click(by: string, action = 'promote', on = 'staging image'): Promise<string> {
  await repo.click({ checkRun: runOf(on).id, action, by });
  await world.drain();
  return runOf('staging image').summary ?? '';
}

/** What came of the last click, as it is stored; the check shows it as a quotation. */
async function note(): Promise<StagingNote> {
  const key = { repoId: repo.id, commit: must(parseCommitSha(commit)) };
  const stored = must((await findStagingCheck(world.app.store.db, key))?.note ?? null);
  expect(runOf('staging image').summary).toMatch(/^> `/);
  const read: StagingNote = JSON.parse(stored);
  return read;
}

const ALREADY_REQUESTED = { code: 'already-requested', promotion: 1, environment: 'production' };

async function promotion(number = 1): Promise<Promotion | null> {
  return findPromotionByNumber(world.app.store.db, { repoId: repo.id, number });
}

test('one person clicks Promote, another Approve, and production holds the image, without a thread', async () => {
  const summary = await click('ada');
  expect(await note()).toMatchObject({ kind: 'requested', by: 'ada', number: 1, environment: 'production' });
  expect(summary).toContain(`/promote staging-${commit.slice(0, 7)}`);
  expect(runOf('staging image').conclusion).toBe('success');
  expect(await promotion()).toMatchObject({
    thread: null,
    requester: { login: 'ada' },
    state: { kind: 'awaiting-approval' },
  });
  await click('bob', 'approve', 'production');
  expect(await promotion()).toMatchObject({ state: { kind: 'promoted' } });
  expect(world.registry.tag(IMAGE, 'main')).toBe(image.digest);
  await world.end();
});

test('the requester’s own approval does not count here either', async () => {
  await click('ada');
  await click('ada', 'approve', 'production');
  expect(await note()).toMatchObject({ kind: 'refused', by: 'ada', refusal: { code: 'own-request', promotion: 1 } });
  expect(await promotion()).toMatchObject({ state: { kind: 'awaiting-approval' } });
  expect(world.registry.tag(IMAGE, 'main')).not.toBe(image.digest);
  await world.end();
});

test('a person without access gets the reason on the check, and the next answer replaces it', async () => {
  await click('ron');
  const refusal = { code: 'not-permitted', verb: 'promote', role: 'read', wanted: 'write' };
  expect(await note()).toMatchObject({ kind: 'refused', by: 'ron', refusal });
  await click('renovate[bot]');
  expect(await note()).toMatchObject({ by: 'renovate[bot]', refusal: { code: 'bot-not-permitted', verb: 'promote' } });
  expect(await promotion()).toBeNull();
  const asked = await click('mia');
  expect(await note()).toMatchObject({ kind: 'requested', by: 'mia', number: 1 });
  expect(asked).not.toContain('ron');
  await click('bob');
  expect(await note()).toMatchObject({ kind: 'refused', by: 'bob', refusal: ALREADY_REQUESTED });
  expect(await promotion(2)).toBeNull();
  await world.end();
});

test('two who click at the same moment: one promotion, and the other gets an answer', async () => {
  const { id } = runOf('staging image');
  await Promise.all(['ada', 'bob'].map((by) => repo.click({ checkRun: id, action: 'promote', by })));
  await world.drain();
  expect(await promotion()).not.toBeNull();
  expect(await promotion(2)).toBeNull();
  expect(await note()).toMatchObject({
    kind: 'refused',
    by: expect.stringMatching(/^(?:ada|bob)$/),
    refusal: ALREADY_REQUESTED,
  });
  await world.end();
});

test('a tag that somebody moved since is not promoted: the button shows another image', async () => {
  const planted = stage(world, { commit, image: { seed: 'planted' } });
  await click('ada');
  expect(await note()).toMatchObject({
    kind: 'refused',
    by: 'ada',
    refusal: { code: 'image-changed', shown: image.digest, holds: planted.digest },
  });
  expect(await promotion()).toBeNull();
});

test('a button of a page from before the check examined another image is refused', async () => {
  const shown = runOf('staging image').actions?.[0]?.identifier ?? '';
  expect(shown).toBe(`promote:${image.digest.slice('sha256:'.length, 'sha256:'.length + 12)}`);
  const planted = stage(world, { commit, image: { seed: 'planted' } });
  await repo.rerun({ checkRun: runOf('staging image').id, by: 'ada' });
  await world.drain();
  await repo.click({ checkRun: runOf('staging image').id, action: shown, by: 'bob', stalePage: true });
  await world.drain();
  expect(await note()).toMatchObject({ kind: 'refused', refusal: { code: 'outdated-staging-check' } });
  expect(await promotion()).toBeNull();
  await click('bob');
  expect((await promotion())?.images).toMatchObject([{ digest: planted.digest }]);
});

test.each(['promote', 'promote:', 'promote:xyz', 'promote:000000000000', 'promote:ab12cd34ef56:1'])(
  'the identifier %s is of no image, and requests nothing',
  async (action) => {
    await repo.click({ checkRun: runOf('staging image').id, action, by: 'ada', stalePage: true });
    await world.drain();
    expect(await note()).toMatchObject({ kind: 'refused', refusal: { code: 'outdated-staging-check' } });
    expect(await promotion()).toBeNull();
  },
);

test('a click on an image that production has already is refused', async () => {
  for (const tag of ['main', 'latest']) world.registry.setTag(IMAGE, tag, image.digest);
  await click('ada');
  expect(await note()).toMatchObject({
    kind: 'refused',
    by: 'ada',
    refusal: { code: 'already-in-production', digest: image.digest, tags: ['main', 'latest'] },
  });
  await world.end();
});

test('a registry that denies access meanwhile is reported on the check', async () => {
  world.registry.quirks.deny403 = [{ times: Infinity }];
  await click('ada');
  expect(await note()).toMatchObject({
    by: 'ada',
    refusal: { code: 'registry-problem', problem: { code: 'registry-denied' } },
  });
  expect(await promotion()).toBeNull();
  await world.end();
});

test('a click whose answer is long and hostile stays one quoted block', async () => {
  repo.writeFiles('main', { '.github/promotion.yml': 'images: [\n@everyone\n' });
  const summary = await click('ada');
  const [quoted] = summary.split('\n\n');
  expect(quoted?.split('\n').every((line) => line.startsWith('> '))).toBe(true);
  expect(summary).not.toMatch(/(^|[^`])@everyone/);
  await world.end();
});

test('Re-run by a reader shows the state again and examines nothing; by a writer it examines again', async () => {
  const asked = world.registry.requests.length;
  await repo.rerun({ checkRun: runOf('staging image').id, by: 'ron' });
  await world.drain();
  expect(world.registry.requests.length).toBe(asked);
  expect(runOf('staging image').conclusion).toBe('success');
  world.registry.quirks.missing.add(image.blobs[0]?.digest ?? '');
  await repo.rerun({ checkRun: runOf('staging image').id, by: 'bob' });
  await world.drain();
  expect(runOf('staging image')).toMatchObject({ conclusion: 'failure', actions: [] });
  await world.end();
});

test('a lost answer to the creation of the check creates no second one', async () => {
  world.github.applyThenFail({ method: 'POST', path: /check-runs/, status: 502 });
  const { sha } = await repo.push('staging', { message: 'Another' });
  stage(world, { commit: sha });
  await world.drain();
  await world.pass(60_000, 10_000);
  expect(repo.checkRuns(sha)).toHaveLength(1);
  expect(repo.checkRuns(sha)[0]).toMatchObject({ conclusion: 'success' });
  await world.end();
});
