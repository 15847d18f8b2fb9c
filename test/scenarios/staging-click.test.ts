// The button Promote on the check of a staging commit: it asks as whoever clicked, and answers on the check.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findPromotionByNumber } from '../../src/store/promotions/promotions.ts';
import type { Promotion } from '../../src/domain/promotion/promotion.ts';
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

async function promotion(number = 1): Promise<Promotion | null> {
  return findPromotionByNumber(world.app.store.db, { repoId: repo.id, number });
}

test('one clicks Promote, another Approve, and production holds the image, without a thread', async () => {
  const summary = await click('ada');
  expect(summary).toMatch(/^> `ada` asked for it: P1\. The check run `imprimatur \/ production` of this commit/);
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

test('the requester’s own approval counts as little as elsewhere', async () => {
  await click('ada');
  expect(await click('ada', 'approve', 'production')).toMatch(
    /^> `ada`: Your approval of P1 does not count, because you asked for it/,
  );
  expect(await promotion()).toMatchObject({ state: { kind: 'awaiting-approval' } });
  expect(world.registry.tag(IMAGE, 'main')).not.toBe(image.digest);
  await world.end();
});

test('who may not ask reads why on the check, and the next answer takes its place', async () => {
  expect(await click('ron')).toMatch(/^> `ron`: To promote takes write access to this repository, and you have read/);
  expect(await click('renovate[bot]')).toMatch(/^> `renovate\\?\[bot\\?\]`: A bot can't promote/);
  expect(await promotion()).toBeNull();
  const asked = await click('mia');
  expect(asked).toMatch(/^> `mia` asked for it: P1\./);
  expect(asked).not.toContain('ron');
  expect(await click('bob')).toMatch(/^> `bob`: P1 already asks for this image in `production`/);
  expect(await promotion(2)).toBeNull();
  await world.end();
});

test('two who click at the same moment: one promotion, and the other hears of it', async () => {
  const { id } = runOf('staging image');
  await Promise.all(['ada', 'bob'].map((by) => repo.click({ checkRun: id, action: 'promote', by })));
  await world.drain();
  expect(await promotion()).not.toBeNull();
  expect(await promotion(2)).toBeNull();
  expect(runOf('staging image').summary).toMatch(/^> `(ada|bob)`: P1 already asks for this image/);
  await world.end();
});

test('a click on an image that production has already is refused', async () => {
  for (const tag of ['main', 'latest']) world.registry.setTag(IMAGE, tag, image.digest);
  expect(await click('ada')).toMatch(/^> `ada`: Nothing to do: /);
  await world.end();
});

test('a registry that closed its door meanwhile is told of on the check', async () => {
  world.registry.quirks.deny403 = [{ times: Infinity }];
  expect(await click('ada')).toMatch(/^> `ada`: Nothing was done, because the registry did not tell/);
  await world.end();
});

test('a click whose answer is long and hostile stays one quoted block', async () => {
  repo.writeFiles('main', { '.github/promotion.yml': 'images: [\n@everyone\n' });
  const summary = await click('ada');
  const [note] = summary.split('\n\n');
  expect(note?.split('\n').every((line) => line.startsWith('> '))).toBe(true);
  expect(summary).not.toMatch(/(^|[^`])@everyone/);
  await world.end();
});

test('Re-run by a reader shows the truth again and looks at nothing; by a writer it examines again', async () => {
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

test('a lost answer to the creation of the check makes no second one', async () => {
  world.github.applyThenFail({ method: 'POST', path: /check-runs/, status: 502 });
  const { sha } = await repo.push('staging', { message: 'Another' });
  stage(world, { commit: sha });
  await world.drain();
  await world.pass(60_000, 10_000);
  expect(repo.checkRuns(sha)).toHaveLength(1);
  expect(repo.checkRuns(sha)[0]).toMatchObject({ conclusion: 'success' });
  await world.end();
});
