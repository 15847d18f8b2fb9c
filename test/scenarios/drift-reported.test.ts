// Where a drift is told, however GitHub fails: once in the thread, or in the one issue of an environment whose promotion has none.
import { afterEach, describe, expect, test } from 'vitest';
import { driftIssue } from '../../src/messages/drift.ts';
import type { GitHubRepo } from '../support/github/repo.ts';
import { alarmTexts, driftsOf, MINUTE_MS, moved, noticed } from './drift-world.ts';
import { beginHistory, type Historic } from './history.ts';
import { strange } from './release.ts';
import { acme, IMAGE, Scenario, stage } from './world.ts';

let world: Scenario;

afterEach(async () => {
  await world.close();
});

async function release(): Promise<Historic> {
  const talk = await beginHistory();
  ({ world } = talk);
  await talk.release('A');
  return talk;
}

function moveLatest(): void {
  world.registry.setTag(IMAGE, 'latest', strange(world).digest);
}

describe('a promotion by the button Promote, without a thread', () => {
  test('is reported in an issue, which later alerts share', async () => {
    const repo = await beginByClick();
    const target = world.registry.tag(IMAGE, 'main') ?? '';
    moveLatest();
    await world.pass(2 * MINUTE_MS, MINUTE_MS / 4);
    expect(repo.threads()).toEqual([
      {
        number: 1,
        author: 'imprimatur[bot]',
        title: driftIssue('production').title,
        body: driftIssue('production').body,
      },
    ]);
    expect(await driftsOf({ world, repo, issue: 1 })).toMatchObject([
      { over: null, differences: [{ kind: 'moved', tag: 'latest' }] },
    ]);
    expect(alarmTexts({ repo, issue: 1 })[0]).toContain('@ada ');
    world.registry.setTag(IMAGE, 'latest', target);
    await world.pass(5 * MINUTE_MS);
    expect(await driftsOf({ world, repo, issue: 1 })).toMatchObject([{ over: { because: {} } }]);
    moveLatest();
    await world.pass(6 * MINUTE_MS, MINUTE_MS / 4);
    expect(repo.threads()).toHaveLength(1);
    expect(await driftsOf({ world, repo, issue: 1 })).toHaveLength(2);
    await world.end();
  });

  test.each([502, 'hang-up'] as const)(
    'is reported once, although the answer to the issue was lost: %s',
    async (status) => {
      const repo = await beginByClick();
      moveLatest();
      world.github.applyThenFail({ method: 'POST', path: /\/issues$/, status });
      await world.pass(3 * MINUTE_MS, MINUTE_MS / 4);
      expect(repo.threads()).toHaveLength(1);
      expect(await driftsOf({ world, repo, issue: 1 })).toHaveLength(1);
      await world.end();
    },
  );
});

test.each([502, 'hang-up'] as const)(
  'the alert was posted, and its answer was lost (%s): it is found again',
  async (status) => {
    const talk = await release();
    moveLatest();
    world.github.applyThenFail({ method: 'POST', path: /\/issues\/\d+\/comments$/, status });
    await world.pass(3 * MINUTE_MS, MINUTE_MS / 4);
    expect(await driftsOf(talk)).toHaveLength(1);
    await talk.rollBack('to P1');
    await world.pass(MINUTE_MS);
    expect(await driftsOf(talk)).toMatchObject([{ over: { because: {} } }]);
    await world.end();
  },
);

test('a locked thread takes no alert: it goes to an issue', async () => {
  const talk = await release();
  talk.repo.lock(talk.issue);
  moveLatest();
  await noticed(talk);
  expect(await driftsOf(talk)).toEqual([]);
  expect(talk.repo.threads().at(-1)?.title).toBe(driftIssue('production').title);
  expect(await driftsOf({ ...talk, issue: talk.issue + 1 })).toHaveLength(1);
  await world.end();
});

test('a deleted alert is posted again when it changes, and not when it is over', async () => {
  const talk = await release();
  const [first, second] = [strange(world, 'first'), strange(world, 'second')];
  world.registry.setTag(IMAGE, 'latest', first.digest);
  await noticed(talk);
  await deleteAlarms(talk);
  world.registry.setTag(IMAGE, 'latest', second.digest);
  await world.pass(5 * MINUTE_MS);
  expect(await driftsOf(talk)).toMatchObject([{ differences: [moved('latest', second.digest)] }]);
  await deleteAlarms(talk);
  world.registry.setTag(IMAGE, 'latest', world.registry.tag(IMAGE, 'main') ?? '');
  await world.pass(5 * MINUTE_MS);
  expect(await driftsOf(talk)).toEqual([]);
  await world.end();
});

test('over before it could be posted: nothing is posted', async () => {
  const talk = await release();
  moveLatest();
  world.github.failNext({ method: 'POST', path: /\/comments$/, status: 503, times: 100 });
  await noticed(talk);
  world.registry.setTag(IMAGE, 'latest', world.registry.tag(IMAGE, 'main') ?? '');
  await world.pass(5 * MINUTE_MS);
  world.github.clearFaults();
  await world.pass(60 * MINUTE_MS, 10 * MINUTE_MS);
  expect(await driftsOf(talk)).toEqual([]);
  await world.end();
});

test('detected right before the App was removed: it is posted when the App is back', async () => {
  const talk = await release();
  moveLatest();
  world.github.failNext({ method: 'POST', path: /\/comments$/, status: 503, times: 100 });
  await noticed(talk);
  await world.github.installation('acme').suspend();
  await world.drain();
  world.github.clearFaults();
  const asked = [world.registry.requests.length, world.github.requests.length];
  await world.pass(60 * MINUTE_MS, 10 * MINUTE_MS);
  expect(await driftsOf(talk)).toEqual([]);
  expect([world.registry.requests.length, world.github.requests.length]).toEqual(asked);
  await world.github.installation('acme').unsuspend();
  await world.drain();
  expect(await driftsOf(talk)).toMatchObject([{ over: null }]);
  await talk.rollBack('to P1');
  await world.pass(MINUTE_MS);
  expect(await driftsOf(talk)).toMatchObject([{ over: { because: {} } }]);
  await world.end();
});

test('another environment is named in the alert and in the lines that fix it', async () => {
  const talk = await beginHistory({ policy: 'environments: { eu_west-1: { tags: [eu] } }' });
  ({ world } = talk);
  const image = await talk.release('A', 'eu_west-1');
  world.registry.setTag(IMAGE, 'eu', strange(world).digest);
  await noticed(talk);
  expect(await driftsOf(talk)).toMatchObject([{ environment: 'eu_west-1', over: null }]);
  expect(alarmTexts(talk)[0]).toContain('`/rollback eu_west-1 to P1 --reason "…"`');
  expect(alarmTexts(talk)[0]).toContain(`\`/promote ${image.tag} to eu_west-1\``);
  await world.end();
});

async function beginByClick(): Promise<GitHubRepo> {
  world = await Scenario.start();
  const repo = await acme(world);
  stage(world, { commit: repo.commitOn('staging', { message: 'Old' }) });
  await promoteByClick(repo);
  return repo;
}

/** Ada clicks Promote and bob Approve. */
async function promoteByClick(repo: GitHubRepo): Promise<void> {
  const { sha } = await repo.push('staging', { message: 'New login page' });
  stage(world, { commit: sha });
  await world.drain();
  for (const [name, action, by] of [
    ['staging image', 'promote', 'ada'],
    ['production', 'approve', 'bob'],
  ] as const) {
    const run = repo.checkRuns(sha).find((one) => one.name === `imprimatur / ${name}`);
    await repo.click({ checkRun: run?.id ?? 0, action, by });
    await world.drain();
  }
}

async function deleteAlarms({ repo, issue }: Historic): Promise<void> {
  for (const { id, body } of repo.comments(issue)) {
    if (body.startsWith('<!-- imprimatur reply drift%20')) await repo.deleteComment({ comment: id, by: 'mia' });
  }
  await world.drain();
}
