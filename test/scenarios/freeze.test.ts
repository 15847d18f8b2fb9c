// The check run: GitHub's status and conclusion for every state, and a GitHub that keeps completed runs as they are.
import { afterEach, describe, expect, test } from 'vitest';
import type { StateKind } from '../../src/domain/promotion/promotion.ts';
import type { CheckRun } from '../support/github/state.ts';
import { refused } from './answers.ts';
import { begin, type Conversation } from './conversation.ts';
import { IMAGE, stage } from './world.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const BUTTONS = ['approve', 'reject'];

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

type Seen = Pick<CheckRun, 'name' | 'status' | 'conclusion'> & { readonly buttons: readonly string[] };

/** The check runs of the commit; the newest of each promotion has the title of its state. */
async function runs(): Promise<readonly Seen[]> {
  expect(await talk.world.outdated()).toEqual([]);
  return talk.repo.checkRuns(talk.commit).map(({ name, status, conclusion, actions }) => ({
    name,
    status,
    conclusion,
    buttons: actions.map(({ identifier }) => identifier.split(':')[0] ?? ''),
  }));
}

function run(status: CheckRun['status'], conclusion: string | null, buttons: readonly string[] = []): Seen {
  return { name: 'imprimatur / production', status, conclusion, buttons };
}

describe('one run shows every state', () => {
  test('examining, then waiting with buttons', async () => {
    talk = await begin();
    talk.world.registry.quirks.html502 = { times: 1000, on: /^HEAD .*\/blobs\// };
    await talk.request();
    expect(await runs()).toEqual([run('in_progress', null)]);
    talk.world.registry.quirks.html502 = { times: 0 };
    await talk.world.pass(60_000, 10_000);
    expect(await runs()).toEqual([run('completed', 'action_required', BUTTONS)]);
    await talk.world.end();
  });

  type Ending = readonly [state: StateKind, end: () => Promise<unknown>, conclusion: string];
  test.each<Ending>([
    ['promoted', () => talk.click('bob', 'approve'), 'success'],
    ['rejected', () => talk.click('bob', 'reject'), 'failure'],
    ['cancelled', () => talk.say('ada', '/cancel'), 'cancelled'],
    ['expired', () => talk.world.pass(14 * DAY_MS), 'timed_out'],
    ['superseded', promoteAnother, 'neutral'],
    ['failed', failToWrite, 'failure'],
  ])('%s', async (state, end, conclusion) => {
    talk = await begin();
    await talk.request();
    await end();
    await talk.world.drain();
    expect(await talk.state()).toBe(state);
    expect(await runs()).toEqual([run('completed', conclusion)]);
    await talk.world.end();
  });

  test('rejected by the rules', async () => {
    talk = await begin({ image: { cmd: null } });
    await talk.request();
    expect(await talk.findings()).toEqual(
      expect.arrayContaining(['fail command linux/amd64', 'fail command linux/arm64']),
    );
    expect(await runs()).toEqual([run('completed', 'failure')]);
    await talk.world.end();
  });

  test('moving tags, and examined again: completed stays completed', async () => {
    talk = await begin();
    const { world, repo, commit } = talk;
    await talk.request();
    world.registry.quirks.html502 = { times: 1000, on: /^GET .*\/manifests\// };
    await repo.rerun({ checkRun: repo.checkRuns(commit)[0]?.id ?? 0, by: 'mia' });
    await world.drain();
    expect((await talk.promotion()).state).toEqual({ kind: 'examining', again: true });
    expect(await runs()).toEqual([run('completed', 'action_required')]);
    world.registry.quirks.html502 = { times: 0 };
    await world.pass(60_000, 10_000);
    expect(await runs()).toEqual([run('completed', 'action_required', BUTTONS)]);
    world.registry.quirks.html502 = { times: 1000, on: /^PUT / };
    await talk.click('bob', 'approve');
    world.registry.quirks.html502 = { times: 0 };
    expect((await talk.promotion()).state).toMatchObject({
      kind: 'failed',
      failure: { production: expect.stringMatching(/^(untouched|restored)$/) },
    });
    expect(await runs()).toEqual([run('completed', 'failure')]);
    await world.end();
  });

  test('the summary stays within GitHub’s limit, whatever a label contains', async () => {
    const labels = {
      'org.opencontainers.image.source': `https://github.com/acme/${'dotca'.repeat(20_000)}`,
      'org.opencontainers.image.revision': 'x'.repeat(100_000),
    };
    talk = await begin({ image: { labels } });
    await talk.request();
    expect(await talk.state()).toBe('checks-failed');
    expect(talk.card().length).toBeLessThan(65_536);
    await talk.world.end();
  });
});

describe('a GitHub that leaves completed runs as they are', () => {
  test('gets a new run with the same name, commit and external id; clicks on the old one do not count', async () => {
    talk = await begin();
    const { world, repo, commit, issue } = talk;
    await talk.request();
    const [first] = repo.checkRuns(commit);
    world.github.freezeCompletedCheckRuns(true);
    await talk.click('bob', 'reject');
    expect((await runs()).map(({ conclusion }) => conclusion)).toEqual(['action_required', 'failure']);
    expect((await talk.promotion()).state).toMatchObject({ kind: 'rejected', by: { login: 'bob' } });
    const [, second] = repo.checkRuns(commit);
    expect(second?.title).toBe(repo.checkRuns(commit)[0]?.title);
    expect(second).toMatchObject({ name: first?.name, externalId: first?.externalId, headSha: commit });
    expect(second?.id).not.toBe(first?.id);
    expect(talk.card()).toContain(`/runs/${second?.id}`);
    expect(repo.comments(issue).filter(({ byApp }) => byApp)).toHaveLength(1);
    await world.end();
  });

  test('the old run of a promotion that is requested again is outdated, the new one is valid', async () => {
    talk = await begin();
    const { world, repo, commit } = talk;
    talk.world.registry.quirks.missing.add(talk.image.blobs[0]?.digest ?? '');
    await talk.request();
    const [rejected] = repo.checkRuns(commit);
    expect(rejected?.conclusion).toBe('failure');
    world.github.freezeCompletedCheckRuns(true);
    world.registry.quirks.missing.clear();
    await repo.rerun({ checkRun: rejected?.id ?? 0, by: 'bob' });
    await world.drain();
    const [, current] = repo.checkRuns(commit);
    expect(current).toMatchObject({ conclusion: 'action_required', externalId: rejected?.externalId });
    for (const action of ['approve', 'reject'] as const) {
      expect(await talk.click('bob', action, { checkRun: rejected?.id ?? 0, stalePage: true })).toMatchObject([
        { ...refused('outdated-check-run', { promotion: 1 }), to: 'bob' },
      ]);
    }
    expect(await talk.state()).toBe('awaiting-approval');
    await talk.click('bob', 'approve', { checkRun: current?.id ?? 0 });
    expect(await talk.state()).toBe('promoted');
    expect(repo.checkRuns(commit).at(-1)).toMatchObject({ conclusion: 'success' });
    // The card is shown before the run that takes over, and links to the one before.
    await world.end({ outdated: ['P1 card'] });
  });
});

async function promoteAnother(): Promise<void> {
  const { world, repo } = talk;
  stage(world, { commit: repo.commitOn('staging', { message: 'Newer' }) });
  await talk.say('ada', '/promote staging');
  await talk.say('bob', '/approve P2');
}

async function failToWrite(): Promise<void> {
  talk.world.registry.quirks.deny403 = [{ times: 1000, on: /^PUT / }];
  await talk.click('bob', 'approve');
  expect(talk.world.registry.tag(IMAGE, 'main')).toBe(talk.old.digest);
}
