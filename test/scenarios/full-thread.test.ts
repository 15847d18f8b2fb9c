// A thread with 2,500 comments takes no more: another issue continues it, for cards, answers, notifications and commands.
import { afterEach, describe, expect, test } from 'vitest';
import { continuationIssue } from '../../src/messages/card/thread.ts';
import { findMark, type GitHubMark } from '../../src/store/promotions/github-marks.ts';
import { refused } from './answers.ts';
import { begin, converse, type Conversation } from './conversation.ts';
import { driftsOf } from './drift-world.ts';
import { strange } from './release.ts';
import { IMAGE, stage } from './world.ts';

const MINUTE_MS = 60_000;
const MAX = 2500;

let talk: Conversation;

afterEach(async () => {
  await talk.world.close();
});

/** Room for so many comments is left in the thread. */
function leaveRoom(comments: number, issue = talk.issue): void {
  talk.repo.fill(issue, MAX - comments);
}

/** Until drift is confirmed and reported. */
async function noticed(): Promise<void> {
  await talk.world.pass(2 * MINUTE_MS, MINUTE_MS / 4);
}

/** A promotion that waits, with its card in a thread that filled up after it. */
async function filled(): Promise<void> {
  talk = await begin();
  await talk.request();
  leaveRoom(0);
}

/** The issues that our App opened. */
function opened(): readonly number[] {
  return talk.repo.threads().flatMap(({ number, author }) => (author === talk.world.github.botLogin ? [number] : []));
}

function summary(): string {
  return talk.repo.checkRuns(talk.commit).at(-1)?.summary ?? '';
}

/** The one issue that our App opened. */
function continuation(): number {
  const [issue = 0, ...others] = opened();
  expect(others).toEqual([]);
  return issue;
}

describe('a promotion whose request is the last comment', () => {
  test('has its card in a new issue, which its check run names, and is approved there', async () => {
    talk = await begin();
    const { world, repo, issue } = talk;
    leaveRoom(1);
    const said = await talk.request();
    expect(said).toMatchObject({ replies: [], reactions: ['eyes', 'rocket'] });
    const next = continuation();
    const { title, body } = continuationIssue({ repoId: repo.id, issue });
    expect(repo.threads().at(-1)).toMatchObject({ number: next, title, body });
    expect(repo.comments(issue)).toHaveLength(MAX);
    expect(repo.comments(next)).toHaveLength(1);
    expect(talk.card()).toContain('@ada');
    expect(summary()).toContain(`/issues/${issue})`);
    expect(summary()).toContain(`/issues/${next}#issuecomment-`);
    expect((await talk.approve('bob', 1, next)).reactions).toContain('rocket');
    expect(await talk.told()).toBe('promoted');
    await world.end();
  });

  test('that a bare /approve in the new issue approves it, as no other one waited in either', async () => {
    talk = await begin();
    leaveRoom(1);
    await talk.request();
    expect((await talk.say('bob', '/approve', continuation())).answers).toEqual([]);
    expect(await talk.state()).toBe('promoted');
    await talk.world.end();
  });

  test('that a bare /approve is refused after another one waited in the full thread', async () => {
    talk = await begin();
    const { repo, old, world } = talk;
    await talk.request();
    await talk.say('ada', '/cancel P1');
    const commit = repo.commitOn('staging', { message: 'Fix' });
    const second = stage(world, { commit });
    leaveRoom(1);
    await talk.say('ada', `/promote staging-${commit.slice(0, 7)}`);
    const { answers } = await talk.say('bob', '/approve', continuation());
    expect(answers).toMatchObject([refused('plan-unclear', { promotion: 2 })]);
    expect(await talk.state(2)).toBe('awaiting-approval');
    expect(talk.production().main).toBe(old.digest);
    await talk.approve('bob', 2, continuation());
    expect(talk.production().main).toBe(second.digest);
    await talk.world.end();
  });

  test.each([502, 'hang-up'] as const)('opens one issue, although the answer to it was lost: %s', async (status) => {
    talk = await begin();
    const { world, repo } = talk;
    leaveRoom(1);
    world.github.applyThenFail({ method: 'POST', path: /\/issues$/, status });
    await talk.request();
    await world.pass(2 * MINUTE_MS);
    expect(repo.comments(continuation())).toHaveLength(1);
    await world.end();
  });

  test('opens one issue, although the process was killed before it stored the number', async () => {
    talk = await begin();
    const { world, repo } = talk;
    leaveRoom(1);
    world.github.onNext({ method: 'POST', path: /\/issues$/, work: () => world.app.store.close() });
    await repo.comment({ issue: talk.issue, by: 'ada', body: `/promote staging-${talk.short}` });
    await expect(world.drain()).rejects.toThrow(/database|closed|driver/i);
    expect(opened()).toHaveLength(1);
    await world.restart();
    await world.pass(2 * MINUTE_MS);
    expect(repo.comments(continuation())).toHaveLength(1);
    await world.end();
  });

  test.each([502, 'hang-up'] as const)('has one card there, although the answer to it was lost: %s', async (status) => {
    talk = await begin();
    const { world, repo } = talk;
    leaveRoom(1);
    const isNew = /\/issues\/2\/comments$/;
    world.github.applyThenFail({ method: 'POST', path: isNew, status });
    await talk.request();
    await world.pass(2 * MINUTE_MS);
    expect(repo.comments(continuation())).toHaveLength(1);
    expect(await talk.told()).toBe('awaiting-approval');
    await world.end();
  });

  test('took the last place with its card, which was not stored: that card stays the only one', async () => {
    talk = await begin();
    const { world, repo, issue } = talk;
    leaveRoom(2);
    world.github.applyThenFail({ method: 'POST', path: /\/comments$/, status: 'hang-up' });
    await talk.request();
    await world.pass(2 * MINUTE_MS);
    expect(opened()).toEqual([]);
    expect(repo.comments(issue)).toHaveLength(MAX);
    expect(await talk.told()).toBe('awaiting-approval');
    await world.end();
  });
});

test('a card that took the last place is found there, although another issue continues the thread by then', async () => {
  talk = await begin();
  const { world, repo, issue } = talk;
  leaveRoom(2);
  world.github.applyThenFail({ method: 'POST', path: /\/comments$/, status: 'hang-up' });
  await talk.request();
  expect(await findCard()).toBeNull();
  await talk.click('ron', 'approve');
  const next = continuation();
  await world.pass(2 * MINUTE_MS);
  expect(await talk.answers(next)).toMatchObject([{ to: 'ron' }]);
  expect(repo.comments(next)).toHaveLength(1);
  expect(await findCard()).toMatchObject({ target: String(issue) });
  expect(await talk.told()).toBe('awaiting-approval');
  await world.end();
});

async function findCard(): Promise<GitHubMark | null> {
  const { id: promotionId } = await talk.promotion();
  return findMark(talk.world.app.store.db, { promotionId, kind: 'card' });
}

test('two promotions and an answer that the thread refuses share one issue, with two processes at work', async () => {
  talk = await begin();
  const { world, repo, issue, short } = talk;
  const commit = repo.commitOn('staging', { message: 'Fix' });
  stage(world, { commit });
  leaveRoom(3);
  for (const body of [
    `/promote staging-${short}`,
    `/promote staging-${commit.slice(0, 7)}`,
    '/promote staging-0000000',
  ])
    await repo.comment({ issue, by: 'ada', body });
  const first = world.app.worker;
  await world.abandon();
  await Promise.all([first?.drain(), world.drain()]);
  await world.drain();
  await world.pass(MINUTE_MS);
  const next = continuation();
  expect(await talk.answers(next)).toMatchObject([{ to: 'ada' }]);
  expect(repo.comments(next)).toHaveLength(3);
  expect(talk.card(1)).not.toBe('');
  expect(talk.card(2)).not.toBe('');
  await world.end();
});

describe('an answer', () => {
  test('that the thread refuses goes to a new issue, where it mentions the person', async () => {
    talk = await begin();
    const { world } = talk;
    leaveRoom(1);
    const said = await talk.say('ada', '/promote staging-0000000');
    expect(said).toMatchObject({ replies: [], reactions: ['eyes', '-1'] });
    const next = continuation();
    expect(await talk.answers(next)).toMatchObject([{ to: 'ada', kind: 'refusal' }]);
    expect(talk.replies(next)[0]).toContain(`@ada (from #${talk.issue})`);
    await world.end();
  });

  test('that is limited to one a day is not lost with its key', async () => {
    talk = await begin();
    leaveRoom(1);
    await talk.say('ron', `/promote staging-${talk.short}`);
    expect(await talk.answers(continuation())).toMatchObject([refused('not-permitted')]);
    await talk.world.end();
  });
});

describe('a promotion with its card in a thread that fills up', () => {
  test('keeps its card, which is still edited, and answers to clicks go to a new issue', async () => {
    await filled();
    const { world, repo, issue } = talk;
    await talk.click('ron', 'approve');
    const next = continuation();
    expect(await talk.answers(next)).toMatchObject([{ to: 'ron' }]);
    expect(talk.card()).toContain(`/issues/${next})`);
    await talk.say('bob', '/reject P1 not today', next);
    expect(await talk.told()).toBe('rejected');
    expect(repo.comments(issue)).toHaveLength(MAX);
    await world.end();
  });

  test('and fails is notified in a new issue', async () => {
    await filled();
    const { world } = talk;
    world.registry.quirks.deny403 = [{ times: Infinity, on: /^PUT .*\/latest$/ }];
    await talk.click('bob', 'approve');
    await world.pass(60 * MINUTE_MS, 10 * MINUTE_MS);
    expect(await talk.state()).toBe('failed');
    expect(talk.replies(continuation())[0]).toContain('@ada');
    await world.end();
  });

  test('whose card was deleted gets another one in a new issue', async () => {
    await filled();
    const { world, repo, issue } = talk;
    const card = repo.comments(issue).find(({ byApp }) => byApp)?.id ?? 0;
    await repo.deleteComment({ comment: card, by: 'mia' });
    leaveRoom(0);
    await talk.click('bob', 'reject');
    expect(repo.comments(continuation())).toHaveLength(1);
    expect(await talk.told()).toBe('rejected');
    expect(summary()).toContain(`/issues/${continuation()}#issuecomment-`);
    await world.end();
  });
});

test('the new issue fills up as well: another one continues it, and commands there mean the first thread too', async () => {
  talk = await begin();
  const { world, repo, old } = talk;
  leaveRoom(1);
  await talk.request();
  const second = continuation();
  const commit = repo.commitOn('staging', { message: 'Fix' });
  const other = converse(world, { repo, old, commit, image: stage(world, { commit }) });
  leaveRoom(1, second);
  await other.request({ issue: second });
  const third = opened().at(-1) ?? 0;
  expect(opened()).toEqual([second, third]);
  expect(repo.comments(third)).toHaveLength(1);
  const { answers } = await talk.say('ada', '/cancel', third);
  expect(answers).toMatchObject([refused('several-wait-here')]);
  await talk.say('ada', '/cancel P1', third);
  await talk.say('ada', '/cancel', third);
  expect([await talk.state(1), await talk.state(2)]).toEqual(['cancelled', 'cancelled']);
  await world.end();
});

test('issues are turned off: the check run says that there is no card, clicks decide, and nothing is asked again and again', async () => {
  talk = await begin();
  const { world, repo } = talk;
  const pull = repo.openPullRequest({ title: 'Release', by: 'ada', head: 'staging' });
  repo.settings.disableIssues();
  leaveRoom(1, pull);
  await talk.request({ issue: pull });
  expect(opened()).toEqual([]);
  expect(repo.comments(pull)).toHaveLength(MAX);
  expect(summary()).toContain('there is no card');
  expect(summary()).toContain('on any issue or pull request');
  const asked = world.github.requests.length;
  await world.pass(60 * MINUTE_MS, 10 * MINUTE_MS);
  expect(world.github.requests.slice(asked).filter(({ method }) => method === 'POST')).toEqual([]);
  await talk.click('bob', 'approve');
  expect(await talk.state()).toBe('promoted');
  await world.end();
});

describe('an alert of drift', () => {
  test('goes to the issue that continues the thread', async () => {
    talk = await begin();
    const { world } = talk;
    leaveRoom(1);
    await talk.request();
    await talk.approve('bob', 1, continuation());
    world.registry.setTag(IMAGE, 'latest', strange(world).digest);
    await noticed();
    expect(await driftsOf({ ...talk, issue: continuation() })).toHaveLength(1);
    await world.end();
  });

  test('goes to the issue for drift if nothing continues the thread, and to a new one if that is full', async () => {
    talk = await begin();
    const { world, image } = talk;
    await talk.request();
    await talk.approve('bob');
    leaveRoom(0);
    world.registry.setTag(IMAGE, 'latest', strange(world, 'first').digest);
    await noticed();
    const [first = 0] = opened();
    expect(await driftsOf({ ...talk, issue: first })).toHaveLength(1);
    world.registry.setTag(IMAGE, 'latest', image.digest);
    await world.pass(5 * MINUTE_MS);
    leaveRoom(0, first);
    world.registry.setTag(IMAGE, 'latest', strange(world, 'second').digest);
    await world.pass(6 * MINUTE_MS, MINUTE_MS / 4);
    expect(opened()).toHaveLength(2);
    expect(await driftsOf({ ...talk, issue: opened().at(-1) ?? 0 })).toHaveLength(1);
    await world.end();
  });
});

test.each([
  { comments: 1998, stored: {} },
  { comments: 1999, stored: { comments: 2000 } },
])('a card in a thread with $comments comments before the request', async ({ comments, stored }) => {
  talk = await begin();
  const { world, repo, issue } = talk;
  repo.fill(issue, comments);
  await talk.request();
  expect((await talk.promotion()).thread).toEqual({ issue, ...stored });
  expect(talk.card().includes('Start a new issue for the next promotion')).toBe('comments' in stored);
  expect(opened()).toEqual([]);
  await world.end();
});
