// Several promotions of one environment: never two write at once, and those that wait are planned again.
import { afterEach, describe, expect, test } from 'vitest';
import { refused } from './answers.ts';
import {
  beforeRequest,
  approve,
  cardOf,
  isPut,
  prepare,
  say,
  tagsOf,
  trailOf,
  type Release,
  promotionOf,
  answersOf,
} from './release.ts';
import type { RunState } from './run-state.ts';
import { runStateOn } from './run-state.ts';
import { Scenario, stage } from './world.ts';

let world: Scenario;

afterEach(async () => {
  await world.close();
});

type Two = Release & { readonly newer: { readonly digest: string; readonly commit: string } };

/** P1 and P2 wait for approval, P2 with a newer image. */
async function twoAsked(): Promise<Two> {
  world = await Scenario.start();
  const release = await prepare(world);
  const commit = release.repo.commitOn('staging', { message: 'Newer' });
  const { digest } = stage(world, { commit });
  await say(release, 'ada', `/promote ${release.source}`);
  await say(release, 'ada', `/promote staging-${commit.slice(0, 7)}`);
  return { ...release, newer: { digest, commit } };
}

/** Says something while the first write of the registry hangs, and lets it go on after that was dealt with. */
async function sayDuringApply(release: Release, body: string, then: () => Promise<void>): Promise<void> {
  const { repo, issue } = release;
  const reached = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const remove = world.registry.onRequest(async (call) => {
    if (!isPut(call)) return;
    remove();
    reached.resolve();
    await held.promise;
  });
  const applied = world.drain();
  await reached.promise;
  await repo.comment({ issue, by: 'bob', body });
  await world.drain();
  await then();
  held.resolve();
  await applied;
  await world.drain();
}

function stateOn(release: Release, commit: string): Promise<RunState> {
  return runStateOn(world, release.repo, commit);
}

/** The promotion waits for that one, and its card and check run say so. */
async function expectQueued(release: Release, number: number, behind: number): Promise<void> {
  const promotion = await promotionOf(release, number);
  expect(promotion.state).toEqual({ kind: 'scheduled', cause: 'queue' });
  expect((await world.view(promotion)).blockedBy).toBe(behind);
  const outdated = await world.outdated();
  expect(outdated).not.toContain(`P${number} check-run`);
  expect(outdated).not.toContain(`P${number} card`);
}

/** Whose approvals of that promotion count no more, since it was last planned again. */
async function voidedOf(number: number): Promise<readonly string[]> {
  const planned = (await trailOf(world)).findLast(
    ({ kind, promotion }) => (kind === 'replanned' || kind === 'examined') && promotion === number,
  );
  const details: { readonly voided?: readonly string[] } = JSON.parse(JSON.stringify(planned?.details ?? {}));
  return details.voided ?? [];
}

/** The promotions that were writing at the same time as another one. */
async function overlapping(): Promise<readonly number[]> {
  const writing = new Set<number>();
  const found: number[] = [];
  for (const { kind, promotion } of await trailOf(world)) {
    if (promotion === null) continue;
    if (kind === 'applying') {
      if (writing.size > 0) found.push(promotion);
      writing.add(promotion);
    }
    if (kind === 'promoted' || kind === 'failed' || kind === 'replanned') writing.delete(promotion);
  }
  return found;
}

describe('approved while another one writes', () => {
  test('the newer one waits for the older one, is re-planned over its result, and needs a new approval', async () => {
    const release = await twoAsked();
    const { repo, issue, image, newer, commit } = release;
    await repo.comment({ issue, by: 'bob', body: '/approve P1' });
    await sayDuringApply(release, '/approve P2', () => expectQueued(release, 2, 1));

    expect(await stateOn(release, commit)).toEqual({ conclusion: 'success', state: 'promoted' });
    expect(await stateOn(release, newer.commit)).toEqual({ conclusion: 'action_required', state: 'awaiting-approval' });
    expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest });
    expect((await promotionOf(release, 2)).notice).toMatchObject({ kind: 'production-moved' });
    expect(await voidedOf(2)).toEqual(['bob']);

    await approve(release, 'bob', 2);
    expect(tagsOf(world)).toMatchObject({ main: newer.digest, latest: newer.digest });
    expect(await stateOn(release, newer.commit)).toEqual({ conclusion: 'success', state: 'promoted' });
    expect(await overlapping()).toEqual([]);
    await world.end();
  });

  test('the older one waits for the newer one, and is superseded when that reached production', async () => {
    const release = await twoAsked();
    const { repo, issue, newer, commit } = release;
    await repo.comment({ issue, by: 'bob', body: '/approve P2' });
    await sayDuringApply(release, '/approve P1', () => expectQueued(release, 1, 2));

    expect(await stateOn(release, newer.commit)).toEqual({ conclusion: 'success', state: 'promoted' });
    expect(await stateOn(release, commit)).toEqual({ conclusion: 'neutral', state: 'superseded' });
    expect((await promotionOf(release)).state).toMatchObject({ by: { kind: 'promotion', number: 2 } });
    expect(tagsOf(world)).toMatchObject({ main: newer.digest, latest: newer.digest });
    expect(await overlapping()).toEqual([]);
    await world.end();
  });

  test('if the first one fails and leaves production as it was, the second one continues without a new approval', async () => {
    const release = await twoAsked();
    const { repo, issue, newer, commit } = release;
    await repo.comment({ issue, by: 'bob', body: '/approve P1' });
    world.registry.quirks.deny403 = [{ times: 1, on: /^PUT .*\/main$/ }];
    await sayDuringApply(release, '/approve P2', () => expectQueued(release, 2, 1));

    expect(await stateOn(release, commit)).toEqual({ conclusion: 'failure', state: 'failed', production: 'untouched' });
    expect(await stateOn(release, newer.commit)).toEqual({ conclusion: 'success', state: 'promoted' });
    expect(tagsOf(world)).toMatchObject({ main: newer.digest, latest: newer.digest });
    expect(await overlapping()).toEqual([]);
    await world.end();
  });

  test('the approver of the waiting one has lost the rights when it starts: it is not promoted', async () => {
    const release = await twoAsked();
    const { repo, issue, newer } = release;
    const before = tagsOf(world);
    await repo.comment({ issue, by: 'mia', body: '/approve P1' });
    world.registry.quirks.deny403 = [{ times: 1, on: /^PUT .*\/main$/ }];
    await sayDuringApply(release, '/approve P2', async () => {
      await expectQueued(release, 2, 1);
      repo.user('bob', 'read');
    });
    expect((await promotionOf(release)).state.kind).toBe('failed');
    expect(await promotionOf(release, 2)).toMatchObject({
      state: { kind: 'awaiting-approval' },
      lostApprovals: [{ by: { login: 'bob' }, code: 'role-too-low' }],
    });
    expect(tagsOf(world)).toMatchObject(before);
    await approve(release, 'mia', 2);
    expect(tagsOf(world)).toMatchObject({ main: newer.digest, latest: newer.digest });
    await world.end();
  });

  test('the waiting one can be cancelled, the one that writes can’t', async () => {
    const release = await twoAsked();
    const { repo, issue, image } = release;
    await repo.comment({ issue, by: 'bob', body: '/approve P1' });
    await sayDuringApply(release, '/approve P2\n/cancel P2\n/cancel P1', async () => {
      expect((await promotionOf(release, 2)).state).toMatchObject({ kind: 'cancelled', by: { login: 'bob' } });
    });
    expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest });
    expect(await answersOf(release)).toMatchObject([refused('cannot-cancel', { promotion: 1, state: 'applying' })]);
    await world.end();
  });
});

test('both approved in one comment: one is promoted, the other is re-planned and needs a new approval', async () => {
  const release = await twoAsked();
  const { newer, image } = release;
  await say(release, 'bob', '/approve P1\n/approve P2');
  expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest });
  expect(await stateOn(release, newer.commit)).toEqual({ conclusion: 'action_required', state: 'awaiting-approval' });
  expect(await overlapping()).toEqual([]);
  await approve(release, 'bob', 2);
  expect(tagsOf(world)).toMatchObject({ main: newer.digest, latest: newer.digest });
  await world.end();
});

describe('not yet approved when another one reached production', () => {
  test('the newer one is re-planned: its card shows what production holds now', async () => {
    const release = await twoAsked();
    const { image, newer } = release;
    await say(release, 'bob', '/approve P1');
    expect(cardOf(release, 2)).toContain(
      `- \`main\`: \`${image.digest.slice(0, 19)}…\` → \`${newer.digest.slice(0, 19)}…\``,
    );
    expect(await voidedOf(2)).toEqual([]);
    await approve(release, 'bob', 2);
    expect(tagsOf(world)).toMatchObject({ main: newer.digest, latest: newer.digest });
    await world.end();
  });

  test('the older one ends, and can no longer be approved', async () => {
    const release = await twoAsked();
    const { newer } = release;
    await say(release, 'bob', '/approve P2');
    expect((await promotionOf(release)).state).toMatchObject({ kind: 'superseded', by: { number: 2 } });
    await say(release, 'bob', '/approve P1');
    expect(await answersOf(release)).toMatchObject([
      refused('not-awaiting-approval', { promotion: 1, state: 'superseded' }),
    ]);
    expect(tagsOf(world)).toMatchObject({ main: newer.digest, latest: newer.digest });
    await world.end();
  });
});

test('production is moved to this image by hand while it waits behind another one: nothing is left to do', async () => {
  const release = await twoAsked();
  const { repo, issue, newer } = release;
  await repo.comment({ issue, by: 'bob', body: '/approve P1' });
  await sayDuringApply(release, '/approve P2', async () => {
    world.registry.quirks.deny403 = [{ times: 1, on: /^PUT .*\/main$/ }];
    // The first read of the new plan comes after P1 failed.
    beforeRequest(
      world,
      () => world.registry.quirks.deny403[0]?.times === 0,
      () => ['main', 'latest'].forEach((tag) => world.registry.setTag('acme/dotca', tag, newer.digest)),
    );
  });
  expect(await stateOn(release, newer.commit)).toEqual({ conclusion: 'neutral', state: 'superseded' });
  expect((await promotionOf(release, 2)).state).toMatchObject({ by: { kind: 'production' } });
  await world.end();
});
