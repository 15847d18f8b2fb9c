// Several promotions of one environment: never two write at once, and those that wait are planned again.
import { afterEach, describe, expect, test } from 'vitest';
import { beforeRequest, cardOf, isPut, prepare, repliesOf, say, tagsOf, trailOf, type Release } from './release.ts';
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
async function sayDuringApply(release: Release, body: string, then: () => void): Promise<void> {
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
  then();
  held.resolve();
  await applied;
  await world.drain();
}

function titleOf(release: Release, commit: string): string {
  return release.repo.checkRuns(commit).at(-1)?.title ?? '';
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
  test('the newer one waits for the older one, is planned again over what that left, and asked again', async () => {
    const release = await twoAsked();
    const { repo, issue, image, newer, commit } = release;
    await repo.comment({ issue, by: 'bob', body: '/approve P1' });
    await sayDuringApply(release, '/approve P2', () => {
      expect(cardOf(release, 2)).toContain('Waits for P1 to finish');
      expect(titleOf(release, newer.commit)).toBe('Waits for P1 to finish');
    });

    expect(titleOf(release, commit)).toBe('Promoted');
    expect(titleOf(release, newer.commit)).toBe('Waits for approval');
    expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest });
    expect(cardOf(release, 2)).toContain('`production` has changed since this was planned');
    expect(cardOf(release, 2)).toContain('1 approval given before counts no more');

    await say(release, 'bob', '/approve P2');
    expect(tagsOf(world)).toMatchObject({ main: newer.digest, latest: newer.digest });
    expect(titleOf(release, newer.commit)).toBe('Promoted');
    expect(await overlapping()).toEqual([]);
    await world.end();
  });

  test('the older one waits for the newer one, and is superseded when that reached production', async () => {
    const release = await twoAsked();
    const { repo, issue, newer, commit } = release;
    await repo.comment({ issue, by: 'bob', body: '/approve P2' });
    await sayDuringApply(release, '/approve P1', () => {
      expect(titleOf(release, commit)).toBe('Waits for P2 to finish');
    });

    expect(titleOf(release, newer.commit)).toBe('Promoted');
    expect(release.repo.checkRuns(commit).at(-1)).toMatchObject({ conclusion: 'neutral', title: 'Superseded by P2' });
    expect(tagsOf(world)).toMatchObject({ main: newer.digest, latest: newer.digest });
    expect(await overlapping()).toEqual([]);
    await world.end();
  });

  test('where the first one fails and leaves production as it was, the second one goes on without being asked again', async () => {
    const release = await twoAsked();
    const { repo, issue, newer, commit } = release;
    await repo.comment({ issue, by: 'bob', body: '/approve P1' });
    world.registry.quirks.deny403 = [{ times: 1, on: /^PUT .*\/main$/ }];
    await sayDuringApply(release, '/approve P2', () => {
      expect(titleOf(release, newer.commit)).toBe('Waits for P1 to finish');
    });

    expect(titleOf(release, commit)).toBe('Failed, production untouched');
    expect(titleOf(release, newer.commit)).toBe('Promoted');
    expect(tagsOf(world)).toMatchObject({ main: newer.digest, latest: newer.digest });
    expect(await overlapping()).toEqual([]);
    await world.end();
  });

  test('the one that waits for its turn can be cancelled, the one that writes can not', async () => {
    const release = await twoAsked();
    const { repo, issue, newer, image } = release;
    await repo.comment({ issue, by: 'bob', body: '/approve P1' });
    await sayDuringApply(release, '/approve P2\n/cancel P2\n/cancel P1', () => {
      expect(titleOf(release, newer.commit)).toBe('Cancelled by bob');
    });
    expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest });
    expect(repliesOf(release)).toHaveLength(1);
    expect(repliesOf(release)[0]).toContain('P1');
    await world.end();
  });
});

test('both approved in one comment: one is promoted, the other is planned again and asked again', async () => {
  const release = await twoAsked();
  const { newer, image } = release;
  await say(release, 'bob', '/approve P1\n/approve P2');
  expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest });
  expect(titleOf(release, newer.commit)).toBe('Waits for approval');
  expect(await overlapping()).toEqual([]);
  await say(release, 'bob', '/approve P2');
  expect(tagsOf(world)).toMatchObject({ main: newer.digest, latest: newer.digest });
  await world.end();
});

describe('not yet approved when another one reached production', () => {
  test('the newer one is planned again: its card shows what production holds now', async () => {
    const release = await twoAsked();
    const { image, newer } = release;
    await say(release, 'bob', '/approve P1');
    expect(cardOf(release, 2)).toContain(
      `- \`main\`: \`${image.digest.slice(0, 19)}…\` → \`${newer.digest.slice(0, 19)}…\``,
    );
    expect(cardOf(release, 2)).not.toContain('counts no more');
    await say(release, 'bob', '/approve');
    expect(tagsOf(world)).toMatchObject({ main: newer.digest, latest: newer.digest });
    await world.end();
  });

  test('the older one ends, and can not be approved any more', async () => {
    const release = await twoAsked();
    const { commit, newer } = release;
    await say(release, 'bob', '/approve P2');
    expect(titleOf(release, commit)).toBe('Superseded by P2');
    await say(release, 'bob', '/approve P1');
    expect(repliesOf(release)).toHaveLength(1);
    expect(tagsOf(world)).toMatchObject({ main: newer.digest, latest: newer.digest });
    await world.end();
  });
});

test('production is moved to this very image by hand while it waits behind another one: there is nothing left to do', async () => {
  const release = await twoAsked();
  const { repo, issue, newer } = release;
  await repo.comment({ issue, by: 'bob', body: '/approve P1' });
  await sayDuringApply(release, '/approve P2', () => {
    world.registry.quirks.deny403 = [{ times: 1, on: /^PUT .*\/main$/ }];
    // The first read of the new plan comes after P1 failed.
    beforeRequest(
      world,
      () => world.registry.quirks.deny403[0]?.times === 0,
      () => ['main', 'latest'].forEach((tag) => world.registry.setTag('acme/dotca', tag, newer.digest)),
    );
  });
  expect(titleOf(release, newer.commit)).toBe('production holds this image already');
  await world.end();
});
