// Six hours without a registry or without GitHub, with twenty promotions open: how often they are asked meanwhile.
import { afterEach, expect, test } from 'vitest';
import { listOpenPromotions } from '../../src/store/promotions/promotions.ts';
import { refused } from './answers.ts';
import { alarmsOf, answersOf, failureOf, prepare, promotionOf, type Release, say, tagsOf } from './release.ts';
import { Scenario, stage } from './world.ts';

let world: Scenario;

afterEach(async () => {
  await world.close();
});

const MINUTE = 60_000;
const OUTAGE_MS = 6 * 60 * MINUTE;
const OPEN = 20;
/** So many are approved when the outage begins: they write tags, or wait for their turn to. */
const APPROVED = 6;

/** What docs/operations.md promises for each host and process. */
const BUDGET = { firstTenMinutes: 60, perMinuteAfter: 2 } as const;

test(
  'of the registry: requests stay within the budget, and no promotion is half-moved',
  { timeout: 120_000 },
  async () => {
    world = await Scenario.start();
    const release = await prepare(world);
    await openTwenty(release);
    world.registry.quirks.html502 = { times: Infinity };
    const sentAt: number[] = [];
    world.registry.onRequest(() => void sentAt.push(world.clock.now()));
    const started = world.clock.now();
    await sitOut(release);
    expectWithinBudget(sentAt.map((at) => at - started));

    world.registry.quirks.html502 = { times: 0 };
    await world.pass(20 * MINUTE, MINUTE);
    const { main, latest } = tagsOf(world);
    expect(latest).toBe(main);
    expect(alarmsOf(world)).toEqual([]);
    for (let number = 1; number <= APPROVED; number += 1) {
      const { state } = await promotionOf(release, number);
      const end = state.kind === 'failed' ? state.failure.production : state.kind;
      expect(['promoted', 'superseded', 'untouched']).toContain(end);
    }
    expect((await failureOf(release)).problem).toMatchObject({ code: 'outside-error' });
    await world.end();
  },
);

test(
  'of GitHub: requests stay within the budget, and everything is shown afterwards',
  { timeout: 120_000 },
  async () => {
    world = await Scenario.start();
    const release = await prepare(world);
    const { repo, issue } = release;
    await openTwenty(release);
    world.github.failNext({ path: /./, status: 502, times: Infinity });
    const before = world.github.requests.length;
    const started = world.clock.now();
    await sitOut(release);
    expectWithinBudget(world.github.requests.slice(before).map(({ at }) => at - started));

    world.github.clearFaults();
    await world.pass(20 * MINUTE, MINUTE);
    const approvals = repo.comments(issue).filter(({ body }) => body.startsWith('/approve'));
    // GitHub could not say whether bob may approve, so there was no 👀.
    expect(approvals.map(({ id }) => repo.reactions(id))).toEqual(approvals.map(() => ['-1']));
    expect((await answersOf(release)).at(-1)).toMatchObject(refused('github-problem'));
    await say(release, 'bob', '/approve P1');
    expect((await promotionOf(release)).state.kind).toBe('promoted');
    await world.end();
  },
);

/** P1 to P20 of twenty images; the card of each asks for an approval. */
async function openTwenty(release: Release): Promise<void> {
  const { repo } = release;
  for (let number = 1; number <= OPEN; number += 1) {
    const commit = repo.commitOn('staging', { message: `Image ${number}` });
    stage(world, { commit });
    await say(release, 'ada', `/promote staging-${commit.slice(0, 7)}`);
  }
  const open = await listOpenPromotions(world.app.store.db, { repoId: repo.id, environment: 'production' });
  expect(open).toHaveLength(OPEN);
}

/** People go on: some approve, somebody asks for another image. */
async function sitOut(release: Release): Promise<void> {
  const { repo, issue, source } = release;
  for (let number = 1; number <= APPROVED; number += 1) {
    await repo.comment({ issue, by: 'bob', body: `/approve P${number}` });
  }
  await repo.comment({ issue, by: 'ada', body: `/promote ${source}` });
  await world.drain();
  await world.pass(20 * MINUTE, MINUTE);
  await world.pass(OUTAGE_MS - 20 * MINUTE, 4 * MINUTE);
}

function expectWithinBudget(sentAt: readonly number[]): void {
  const early = sentAt.filter((at) => at < 10 * MINUTE);
  expect(early.length).toBeGreaterThan(5);
  expect(early.length).toBeLessThanOrEqual(BUDGET.firstTenMinutes);
  const perMinute = Map.groupBy(
    sentAt.filter((at) => at >= 10 * MINUTE),
    (at) => Math.floor(at / MINUTE),
  );
  const most = Math.max(0, ...[...perMinute.values()].map(({ length }) => length));
  expect(most).toBeLessThanOrEqual(BUDGET.perMinuteAfter);
}
