// Comments whose webhooks are lost, late, doubled or in the wrong order: each is handled once, in the order of writing.
import { afterEach, describe, expect, test } from 'vitest';
import { addJob } from '../../src/store/queue/jobs.ts';
import { findRepo } from '../../src/store/repos.ts';
import type { Fate } from '../support/github/deliveries.ts';
import { refused } from './answers.ts';
import { begin, type Conversation } from './conversation.ts';
import { JOB_ROWS } from '../engine/job-kinds.ts';

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const LISTING = /\/issues\/\d+\/comments$/;

type Written = { readonly id: number; readonly guid: string };

/** Somebody comments, and this becomes of the webhook; no job runs yet. */
async function write(by: string, body: string, fate: Fate = 'arrives', issue = talk.issue): Promise<Written> {
  const { github } = talk.world;
  github.setFate(() => fate);
  const { id, delivery } = await talk.repo.comment({ issue, by, body });
  github.setFate(null);
  return { id, guid: delivery.guid };
}

function reactions({ id }: Written): readonly string[] {
  return talk.repo.reactions(id);
}

/** Which of the comments were answered, in the order of the answers. */
function answered(...comments: readonly Written[]): readonly number[] {
  return talk.world.github.requests.flatMap(({ path, body, status }) => {
    const id = Number(/\/issues\/comments\/(\d+)\/reactions$/.exec(path)?.[1]);
    const isAnswer = status === 201 && /"(?:rocket|-1)"/.test(JSON.stringify(body ?? null));
    return isAnswer ? comments.flatMap((comment, at) => (comment.id === id ? [at + 1] : [])) : [];
  });
}

function listings(issue = talk.issue): number {
  const isListing = ({ method, path }: { readonly method: string; readonly path: string }): boolean =>
    method === 'GET' && path.endsWith(`/issues/${issue}/comments`);
  return talk.world.github.requests.filter(isListing).length;
}

async function foundByMetrics(): Promise<number> {
  const address = talk.world.app.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the app does not listen');
  const text = await (await fetch(`http://127.0.0.1:${address.port}/metrics`)).text();
  return Number(/^imprimatur_comments_found_total (\d+)$/m.exec(text)?.[1]);
}

describe('a lost webhook', () => {
  test('is recovered by the next one of its thread: both comments are handled, in order', async () => {
    talk = await begin();
    await talk.request();
    const lost = await write('bob', '/approve P1', 'lost');
    const next = await write('ada', '/status P1');
    await talk.world.drain();
    expect(answered(lost, next)).toEqual([1, 2]);
    expect(reactions(lost)).toEqual(['eyes', 'rocket']);
    expect(await talk.state()).toBe('promoted');
    expect(talk.world.log.join('')).toContain('found a missed comment: no webhook arrived for it');
    expect(await foundByMetrics()).toBe(1);
    await talk.world.end();
  });

  test('is recovered for any person, but not for bots, nor for other words', async () => {
    talk = await begin();
    await talk.request();
    const reader = await write('ron', '/approve P1', 'lost');
    const bot = await write('renovate[bot]', '/approve P1', 'lost');
    const chat = await write('bob', 'Shall we?', 'lost');
    await talk.say('ada', '/status P1');
    expect(reactions(reader)).toEqual(['-1']);
    expect([reactions(bot), reactions(chat)]).toEqual([[], []]);
    expect(await talk.state()).toBe('awaiting-approval');
    await talk.world.end();
  });

  test('is recovered without another comment if a read of the thread is requested', async () => {
    talk = await begin();
    const { world, repo, issue } = talk;
    await talk.request();
    const lost = await write('bob', '/approve P1', 'swallowed');
    const other = talk.openIssue();
    const { store, clock } = { store: world.app.store, clock: world.clock };
    const found = await findRepo(store.db, repo.id);
    if (found === null) throw new Error('the repository is not known');
    await store.transaction(async (tx) => {
      for (const thread of [issue, other]) {
        const effect = { kind: 'read-thread', repoId: repo.id, issue: thread } as const;
        await addJob(tx, { ...JOB_ROWS.ofEffect(effect, { repo: found, now: clock.now() }), now: clock.now() });
      }
    });
    await world.drain();
    expect(reactions(lost)).toEqual(['eyes', 'rocket']);
    expect(await talk.state()).toBe('promoted');
    // Where nothing was ever asked of us there is nothing to heal.
    expect(listings(other)).toBe(0);
    await world.end();
  });

  test('is found among hundreds of comments', async () => {
    talk = await begin();
    await talk.request();
    for (let count = 0; count < 120; count += 1) await write('bob', `No ${count}`, 'lost');
    const lost = await write('bob', '/approve P1', 'lost');
    for (let count = 0; count < 90; count += 1) await write('bob', `Well ${count}`, 'lost');
    const next = await write('ada', '/status P1');
    const before = listings();
    await talk.world.drain();
    expect(listings() - before).toBe(3);
    expect(answered(lost, next)).toEqual([1, 2]);
    await talk.world.end();
  });

  test('and found more than three days later, is answered and not run', async () => {
    talk = await begin();
    await talk.request();
    const lost = await write('bob', '/approve P1', 'lost');
    talk.world.clock.turn(73 * HOUR_MS);
    const { answers } = await talk.say('ada', '/help');
    expect(reactions(lost)).toEqual(['eyes', '-1']);
    expect(answers).toMatchObject([{ kind: 'not-run', because: 'old', typed: '/approve P1' }, { kind: 'help' }]);
    expect(await talk.state()).toBe('awaiting-approval');
    await talk.world.end();
  });

  test('and found after 71 hours, is run, as of the time when it was written', async () => {
    talk = await begin();
    const { world, repo, commit } = talk;
    await talk.request();
    world.clock.turn(MINUTE_MS);
    const lost = await write('bob', '/approve P1', 'lost');
    world.clock.turn(HOUR_MS);
    // What is asked for now is another plan than the one that was approved.
    repo.writeFiles('main', {
      '.github/promotion.yml': 'validation: { command: warn }\n',
    });
    await repo.rerun({ checkRun: repo.checkRuns(commit).at(-1)?.id ?? 0, by: 'ada' });
    await world.drain();
    world.clock.turn(70 * HOUR_MS);
    const { answers } = await talk.say('ada', '/help');
    expect(reactions(lost)).toEqual(['eyes', '-1']);
    expect(answers).toMatchObject([refused('plan-changed', { promotion: 1 }), { kind: 'help' }]);
    expect(await talk.state()).toBe('awaiting-approval');
    await world.end();
  });
});

describe('a comment that only the list has', () => {
  test('and that was edited since, is answered and not run, even if its webhook arrives later', async () => {
    talk = await begin();
    const { world, repo } = talk;
    await talk.request();
    const edited = await write('bob', '/approve P1', 'late');
    world.clock.turn(MINUTE_MS);
    await repo.editComment({ comment: edited.id, by: 'mia', body: '/reject P1 not now' });
    const { answers } = await talk.say('ada', '/status P1');
    expect(reactions(edited)).toEqual(['eyes', '-1']);
    expect(answers[0]).toMatchObject({ kind: 'not-run', because: 'edited', typed: '/reject P1 not now' });
    await world.github.release();
    await world.drain();
    expect(reactions(edited)).toEqual(['eyes', '-1']);
    expect(await talk.state()).toBe('awaiting-approval');
    await world.end();
  });

  test('and that no longer has a command, is skipped; so is a deleted one', async () => {
    talk = await begin();
    const { world, repo } = talk;
    await talk.request();
    const edited = await write('bob', '/approve P1', 'lost');
    const deleted = await write('bob', '/approve P1', 'lost');
    world.clock.turn(MINUTE_MS);
    await repo.editComment({ comment: edited.id, by: 'bob', body: 'Never mind.' });
    await repo.deleteComment({ comment: deleted.id, by: 'bob' });
    expect((await talk.say('ada', '/status P1')).replies).toHaveLength(1);
    expect(reactions(edited)).toEqual([]);
    expect(await talk.state()).toBe('awaiting-approval');
    await world.end();
  });

  test('counts as its webhook has it, even if it was edited or deleted since', async () => {
    talk = await begin();
    const { world, repo } = talk;
    await talk.request();
    const edited = await write('ada', '/status P1');
    world.clock.turn(MINUTE_MS);
    await repo.editComment({ comment: edited.id, by: 'ada', body: '/cancel P1' });
    const deleted = await write('bob', '/approve P1');
    await repo.deleteComment({ comment: deleted.id, by: 'bob' });
    await world.drain();
    expect(reactions(edited)).toEqual(['eyes', 'rocket']);
    expect(await talk.state()).toBe('promoted');
    await world.end();
  });

  test('and that was written before the App came to the thread, is ignored', async () => {
    talk = await begin();
    const before = await write('bob', '/status production', 'unlisted');
    talk.world.clock.turn(MINUTE_MS);
    await talk.request();
    await talk.say('ada', '/status P1');
    expect(reactions(before)).toEqual([]);
    await talk.world.end();
  });

  test('and that was written while the App was suspended, is ignored', async () => {
    talk = await begin();
    const { world } = talk;
    const installation = world.github.installation('acme');
    await talk.request();
    await installation.suspend();
    await world.drain();
    world.clock.turn(MINUTE_MS);
    const meanwhile = await write('ada', '/promote staging', 'unlisted');
    world.clock.turn(MINUTE_MS);
    await installation.unsuspend();
    await world.drain();
    expect((await talk.say('ada', '/status')).reactions).toEqual(['eyes', 'rocket']);
    expect(reactions(meanwhile)).toEqual([]);
    expect(await talk.state(2)).toBeNull();
    await world.end();
  });
});

describe('a webhook that arrives', () => {
  test('after its comment was found in the list, changes nothing', async () => {
    talk = await begin();
    await talk.request();
    const late = await write('ada', '/help', 'late');
    await talk.say('bob', '/status P1');
    expect(talk.replies()).toHaveLength(2);
    await talk.world.github.release();
    await talk.world.drain();
    expect(talk.replies()).toHaveLength(2);
    expect(reactions(late)).toEqual(['eyes', 'rocket']);
    await talk.world.end();
  });

  test('late, is run if its comment still exists unchanged', async () => {
    talk = await begin();
    const { world, repo } = talk;
    await talk.request();
    const edited = await write('bob', '/approve P1', 'late');
    const deleted = await write('mia', '/approve P1', 'late');
    const chat = await write('ada', '/lgtm', 'late');
    const kept = await write('ada', '/status P1', 'late');
    world.clock.turn(3 * MINUTE_MS);
    await repo.editComment({ comment: edited.id, by: 'bob', body: 'Not yet.' });
    await repo.deleteComment({ comment: deleted.id, by: 'mia' });
    await repo.deleteComment({ comment: chat.id, by: 'ada' });
    await world.github.release();
    await world.drain();
    expect(answered(edited, kept)).toEqual([1, 2]);
    expect((await talk.answers())[0]).toMatchObject({ kind: 'not-run', because: 'edited', typed: '/approve P1' });
    expect(await talk.state()).toBe('awaiting-approval');
    await world.end();
  });

  test('late, while GitHub does not return its comment, is run after ten minutes', async () => {
    talk = await begin();
    const { world } = talk;
    await talk.say('ada', '/status');
    const late = await write('ada', '/status', 'late');
    world.clock.turn(3 * MINUTE_MS);
    world.github.failNext({ method: 'GET', path: /\/issues\/comments\/\d+$/, status: 502, times: Infinity });
    await world.github.release();
    await world.pass(9 * MINUTE_MS, 10_000);
    expect(reactions(late)).toEqual([]);
    await world.pass(11 * MINUTE_MS, 10_000);
    expect(reactions(late)).toContain('rocket');
    await world.end();
  });

  test('twice, under two ids, at once or hours apart, is answered once', async () => {
    talk = await begin();
    const { github } = talk.world;
    const comment = await write('ada', '/status');
    const first = github.deliveries.find(({ guid }) => guid === comment.guid);
    const payload: Readonly<Record<string, unknown>> = JSON.parse(first?.body ?? '');
    await github.deliver({ event: 'issue_comment', payload });
    await talk.world.drain();
    talk.world.clock.turn(5 * HOUR_MS);
    await github.deliver({ event: 'issue_comment', payload });
    await talk.world.drain();
    expect(talk.replies()).toHaveLength(1);
    expect(reactions(comment)).toEqual(['eyes', 'rocket']);
    await talk.world.end();
  });

  test.each([[[2, 1, 0]], [[1, 2, 0]], [[2, 0, 1]]])(
    'in the order %j, is handled in the order of writing',
    async (order) => {
      talk = await begin();
      await talk.say('ada', '/status');
      const comments = [
        await write('ada', `/promote staging-${talk.short}`, 'late'),
        await write('mia', '/cancel P1', 'late'),
        await write('ada', '/status P1', 'late'),
      ];
      await talk.world.github.release(order.map((at) => comments[at]?.guid ?? ''));
      await talk.world.drain();
      // Each once; that the request came before its withdrawal, and both before the question, the answers tell.
      expect(answered(...comments).toSorted((one, other) => one - other)).toEqual([1, 2, 3]);
      expect(await talk.state()).toBe('cancelled');
      expect(talk.replies().at(-1)).toContain('P1');
      await talk.world.end();
    },
  );

  test('during the request for earlier comments, is not overtaken by them', async () => {
    talk = await begin();
    const { world } = talk;
    await talk.say('ada', '/status');
    const request = await write('ada', `/promote staging-${talk.short}`, 'late');
    const withdrawal = await write('mia', '/cancel P1', 'late');
    const arrive = async (): Promise<void> => {
      await world.github.release([request.guid]);
      await world.app.worker?.drain();
    };
    world.github.onNext({ method: 'GET', path: LISTING, work: arrive });
    const question = await write('ada', '/status P1');
    await world.drain();
    expect(answered(request, withdrawal, question)).toEqual([1, 2, 3]);
    expect(await talk.state()).toBe('cancelled');
    await world.end();
  });

  test('first in its thread, though its comment depends on an earlier one, waits for that one', async () => {
    talk = await begin();
    const { world } = talk;
    const request = await write('ada', `/promote staging-${talk.short}`, 'late');
    const withdrawal = await write('ada', '/cancel');
    await world.pass(MINUTE_MS, 10_000);
    expect(reactions(withdrawal)).toEqual([]);
    expect(listings()).toBe(1);
    await world.github.release();
    await world.drain();
    expect(answered(request, withdrawal)).toEqual([1, 2]);
    expect(await talk.state()).toBe('cancelled');
    await world.end();
  });

  test('first in its thread, waits two minutes and no longer; the earlier one still runs when it arrives', async () => {
    talk = await begin();
    const { world } = talk;
    const request = await write('ada', `/promote staging-${talk.short}`, 'late');
    const approval = await write('bob', '/approve P1');
    await world.pass(3 * MINUTE_MS, 10_000);
    expect(reactions(approval)).toEqual(['eyes', '-1']);
    expect(await talk.answers()).toMatchObject([refused('promotion-not-found', { promotion: 1 })]);
    world.clock.turn(HOUR_MS);
    await world.github.release();
    await world.drain();
    expect(reactions(request)).toEqual(['eyes', 'rocket']);
    expect(await talk.state()).toBe('awaiting-approval');
    await world.end();
  });
});

describe('while GitHub fails', () => {
  test('no comment of a thread overtakes another one, and other threads continue', async () => {
    talk = await begin();
    const { world } = talk;
    const other = talk.openIssue();
    await talk.say('ada', '/status');
    world.github.failNext({ path: /\/collaborators\/ada\/permission$/, status: 502, times: 3 });
    const first = await write('ada', '/status production\n\n/status P7');
    const second = await write('bob', '/status');
    const elsewhere = await write('bob', '/status', 'arrives', other);
    await world.drain();
    expect(answered(first, second, elsewhere)).toEqual([3]);
    const third = await write('bob', '/status');
    await world.pass(MINUTE_MS, 1000);
    expect(answered(first, second, third)).toEqual([1, 1, 2, 3]);
    expect((await talk.answers()).map(({ kind }) => kind)).toEqual(['status', 'status', 'refusal', 'status', 'status']);
    await world.end();
  });

  test('for longer than ten minutes, all waiting comments of a thread are refused together', async () => {
    talk = await begin();
    const { world } = talk;
    await talk.say('ada', '/status');
    world.github.failNext({ path: /\/collaborators\/ada\/permission$/, status: 502, times: Infinity });
    const comments = [
      await write('ada', '/status\n\n/status'),
      await write('ada', '/status'),
      await write('ada', '/status'),
    ];
    await world.pass(9 * MINUTE_MS, 10_000);
    expect(answered(...comments)).toEqual([]);
    await world.pass(16 * MINUTE_MS, 10_000);
    // What waited is decided by now, and told as soon as GitHub takes words again.
    world.github.clearFaults();
    await world.pass(5 * MINUTE_MS, 10_000);
    expect(comments.map((comment) => reactions(comment).toSorted())).toEqual(comments.map(() => ['-1', 'eyes']));
    expect((await talk.answers()).at(-1)).toMatchObject(refused('github-problem'));
    await world.end();
  });

  test('and does not list the thread, comments wait; after ten minutes the received ones are run', async () => {
    talk = await begin();
    const { world } = talk;
    await talk.request();
    world.github.failNext({ method: 'GET', path: LISTING, status: 502, times: Infinity });
    const lost = await write('bob', '/approve P1', 'lost');
    const received = await write('ada', '/status P1');
    await world.pass(9 * MINUTE_MS, 10_000);
    expect(reactions(received)).toEqual([]);
    // The last failure before the limit delays the next attempt by some minutes.
    await world.pass(16 * MINUTE_MS, 10_000);
    expect(reactions(received)).toContain('rocket');
    expect(await talk.state()).toBe('awaiting-approval');
    world.github.clearFaults();
    await talk.say('ada', '/status P1');
    expect(reactions(lost)).toEqual(['eyes', 'rocket']);
    expect(await talk.state()).toBe('promoted');
    await world.end();
  });

  test('and may not list it, comments are run in the order of arrival', async () => {
    talk = await begin();
    const { world } = talk;
    await talk.request();
    world.github.failNext({ method: 'GET', path: LISTING, status: 403, body: { message: 'Forbidden' }, times: 1 });
    expect((await talk.say('bob', '/approve P1')).reactions).toEqual(['eyes', 'rocket']);
    expect(world.log.join('')).toContain('could not read the comments of a thread');
    expect(await talk.state()).toBe('promoted');
    await world.end();
  });
});

describe('an issue that was transferred to another repository', () => {
  test('brings no comment along that could run there, and gets no answer in its old thread', async () => {
    talk = await begin();
    const { world, repo, issue } = talk;
    const users = { ada: 'write', bob: 'write', mia: 'maintain' } as const;
    const target = await world.github.repo({ owner: 'acme', name: 'other', users });
    await target.comment({ issue: target.openIssue({ title: 'Hello', by: 'ada' }), by: 'ada', body: '/help' });
    await talk.request();
    world.clock.turn(MINUTE_MS);
    const lost = await write('bob', '/approve P1', 'lost');
    const late = await write('ada', '/status P1', 'late');
    const moved = repo.transferIssue(issue, target);
    await target.comment({ issue: moved, by: 'bob', body: '/approve P1' });
    const there = target.comments(moved).at(-1)?.id ?? 0;
    await world.github.release([late.guid]);
    await world.drain();
    expect(await talk.state()).toBe('awaiting-approval');
    // The approval may lean on what was said before; GitHub's list has it, and only a webhook could tell of it.
    expect(target.reactions(there)).toEqual([]);
    await world.pass(2 * MINUTE_MS, MINUTE_MS);
    expect(target.reactions(there)).toEqual(['eyes', '-1']);
    expect([target.reactions(lost.id), target.reactions(late.id)]).toEqual([[], []]);
    expect(await talk.state()).toBe('awaiting-approval');
    await world.end();
  });
});

test('one listing serves all comments that it found, and a thread that begins with a request takes none', async () => {
  talk = await begin();
  await talk.request();
  expect(listings()).toBe(0);
  for (const body of ['/status P1', '/help', '/status']) await write('ada', body);
  await talk.world.drain();
  expect(talk.replies()).toHaveLength(3);
  expect(listings()).toBe(1);
  await talk.world.end();
});

test('a comment that begins with words for other bots is run if the thread is ours by then', async () => {
  talk = await begin();
  const { world } = talk;
  const request = await write('ada', `/promote staging-${talk.short}`);
  const withdrawal = await write('ada', '/cancel');
  await world.drain();
  expect(answered(request, withdrawal)).toEqual([1, 2]);
  expect(await talk.state()).toBe('cancelled');
  await world.end();
});
