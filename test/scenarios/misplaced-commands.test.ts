// Commands in reviews and descriptions: nothing is decided by them, and their authors get one hint in that thread.
import { afterEach, describe, expect, test } from 'vitest';
import type { CommandPlace } from '../../src/domain/reply.ts';
import { refused } from './answers.ts';
import { begin, type Conversation } from './conversation.ts';

const DAY = 24 * 60 * 60 * 1000;

let talk: Conversation;
afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

/** A pull request in which P1 was asked for, and waits for an approval. */
async function beginInPull(): Promise<number> {
  talk = await begin();
  talk.repo.commitOn('feature');
  const pull = talk.repo.openPullRequest({ title: 'Feature', by: 'ada', head: 'feature' });
  await talk.say('ada', `/promote staging-${talk.short}`, pull);
  expect(await talk.state()).toBe('awaiting-approval');
  return pull;
}

async function review(pull: number, by: string, body: string | null, path?: string): Promise<void> {
  await talk.repo.review({ pull, by, body, ...(path === undefined ? {} : { path }) });
  await talk.world.drain();
}

/** A new issue or pull request with this text; its number. */
async function open(by: string, body: string, kind: 'issue' | 'pull' = 'issue'): Promise<number> {
  const { repo } = talk;
  if (kind === 'pull') repo.commitOn('feature');
  const issue =
    kind === 'issue'
      ? repo.openIssue({ title: 'Hello', by, body })
      : repo.openPullRequest({ title: 'Hello', by, body, head: 'feature' });
  await repo.tellOpened({ issue });
  await talk.world.drain();
  return issue;
}

function hint(place: CommandPlace, typed: string, elsewhere: readonly object[] = []): object {
  return { kind: 'misplaced', place, typed, elsewhere };
}

function permissionsAsked(since: number): number {
  return talk.world.github.requests.slice(since).filter(({ path }) => path.endsWith('/permission')).length;
}

describe('a review', () => {
  test.each([
    '/approve',
    '/approve P1',
    '/reject P1 no',
    '/cancel',
    '/status',
    '/refresh',
    '/help',
    '/aprove',
    '/approve 1',
  ])('with %s gets one hint, with the line to send', async (line) => {
    const pull = await beginInPull();
    await review(pull, 'bob', `Looks good.\n\n${line}`);
    expect(await talk.answers(pull)).toMatchObject([{ ...hint('review', line), to: 'bob' }]);
    expect(talk.replies(pull).join('')).toContain(`\`${line}\``);
    expect(await talk.state()).toBe('awaiting-approval');
    expect(await talk.counting()).toEqual([]);
  });

  test.each(['/promote staging', '/rollback --reason "it fails"', '/rollback'])(
    'with %s gets one, also where we never were',
    async (line) => {
      talk = await begin();
      talk.repo.commitOn('feature');
      const pull = talk.repo.openPullRequest({ title: 'Feature', by: 'ada', head: 'feature' });
      await review(pull, 'bob', line);
      expect(await talk.answers(pull)).toMatchObject([hint('review', line)]);
      expect(await talk.state()).toBeNull();
    },
  );

  test.each([
    'Looks good.',
    '> /approve P1',
    '`/approve P1`',
    '- /approve P1',
    '/lgtm',
    '/deploy production',
    '',
    null,
  ])('with %j gets none', async (body) => {
    const pull = await beginInPull();
    await review(pull, 'bob', body);
    expect(await talk.answers(pull)).toEqual([]);
  });

  test('and its comments on the diff get one hint together, and the next day another', async () => {
    const pull = await beginInPull();
    await talk.repo.review({ pull, by: 'bob', body: '/approve P1' });
    for (let count = 0; count < 3; count += 1) {
      await talk.repo.review({ pull, by: 'bob', body: '/approve P1', path: 'src/a.ts' });
    }
    await talk.world.drain();
    expect(await talk.answers(pull)).toHaveLength(1);
    await review(pull, 'mia', '/approve P1', 'src/a.ts');
    expect((await talk.answers(pull)).slice(1)).toMatchObject([
      { ...hint('review-comment', '/approve P1'), to: 'mia' },
    ]);
    await talk.world.pass(DAY);
    await review(pull, 'bob', '/approve P1');
    expect(await talk.answers(pull)).toHaveLength(3);
  });

  test('that GitHub delivers again gets no second one, a day later either', async () => {
    const pull = await beginInPull();
    const { delivery } = await talk.repo.review({ pull, by: 'bob', body: '/approve P1' });
    await talk.world.drain();
    await talk.world.github.redeliver(delivery.guid);
    await talk.world.pass(DAY);
    await talk.world.github.redeliver(delivery.guid);
    await talk.world.drain();
    expect(await talk.answers(pull)).toHaveLength(1);
  });

  test('of a bot gets none', async () => {
    const pull = await beginInPull();
    await review(pull, 'renovate[bot]', '/approve P1');
    expect(await talk.answers(pull)).toEqual([]);
  });

  test('after which the line is sent as a comment, counts then', async () => {
    const pull = await beginInPull();
    await review(pull, 'bob', '/approve P1');
    await talk.say('bob', '/approve P1', pull);
    expect(await talk.state()).toBe('promoted');
  });
});

describe('the description', () => {
  test.each<['issue' | 'pull', CommandPlace]>([
    ['issue', 'issue'],
    ['pull', 'pull-request'],
  ])('of a new %s with /approve names what waits, as lines that work', async (kind, place) => {
    await beginInPull();
    const plan = await talk.plan();
    const thread = await open('bob', 'Please.\n\n/approve', kind);
    const elsewhere = [{ number: 1, environment: 'production', plan }];
    expect(await talk.answers(thread)).toMatchObject([hint(place, '/approve', elsewhere)]);
    const line = `/approve P1 ${plan}`;
    expect(talk.replies(thread).join('')).toContain(`- \`${line}\``);
    expect(await talk.state()).toBe('awaiting-approval');
    await talk.say('bob', line, thread);
    expect(await talk.state()).toBe('promoted');
  });

  test('with /promote gets a hint and opens nothing', async () => {
    talk = await begin();
    const line = `/promote staging-${talk.short}`;
    const thread = await open('ada', line);
    expect(await talk.answers(thread)).toMatchObject([hint('issue', line)]);
    expect(await talk.state()).toBeNull();
  });

  test.each(['/approve', '/reject too early', '/cancel', '/help', '/aprove'])(
    'with %s is another bot’s where nothing of ours waits',
    async (line) => {
      talk = await begin();
      expect(await talk.answers(await open('ada', line))).toEqual([]);
    },
  );

  test('of an issue that was moved here gets none, whoever moved it', async () => {
    talk = await begin();
    const issue = talk.repo.openIssue({ title: 'Moved', by: 'ada', body: '/promote staging' });
    await talk.repo.tellOpened({ issue, moved: true });
    await talk.repo.tellOpened({ issue, by: 'bob' });
    await talk.world.drain();
    expect(await talk.answers(issue)).toEqual([]);
  });
});

describe('a stranger', () => {
  test.each(['none', 'read'] as const)(
    'with the role %s is refused once a day in a thread, as in a comment',
    async (role) => {
      const pull = await beginInPull();
      const { repo, world } = talk;
      const before = world.github.requests.length;
      for (let stranger = 0; stranger < 3; stranger += 1) {
        repo.user(`stranger${stranger}`, role);
        await repo.review({ pull, by: `stranger${stranger}`, body: '/approve P1' });
      }
      await world.drain();
      expect(await talk.answers(pull)).toMatchObject([refused('not-permitted', { verb: 'approve', role })]);
      expect(permissionsAsked(before)).toBe(3);
      expect((await talk.say('stranger0', '/approve P1', pull)).answers).toEqual([]);
    },
  );

  test('is read ten times in ten minutes, comments included', async () => {
    const pull = await beginInPull();
    const { repo, world } = talk;
    repo.user('mallory', 'read');
    const before = world.github.requests.length;
    for (let count = 0; count < 6; count += 1) await repo.comment({ issue: pull, by: 'mallory', body: '/approve P1' });
    await world.drain();
    for (let count = 0; count < 20; count += 1) {
      await repo.review({ pull, by: 'mallory', body: '/help', path: 'a.ts' });
      const issue = repo.openIssue({ title: 'Spam', by: 'mallory', body: '/promote staging' });
      await repo.tellOpened({ issue });
    }
    await world.drain();
    expect(permissionsAsked(before)).toBe(10);
    const writes = world.github.requests
      .slice(before)
      .filter(({ method, path }) => method === 'POST' && !path.endsWith('/access_tokens'));
    // A reaction and an answer to the comments; of the four other texts, none is answered twice in its thread.
    expect(writes.length).toBeLessThanOrEqual(2 + 4);
  });

  test('whose rights were known is not any more', async () => {
    const pull = await beginInPull();
    talk.repo.user('ada', 'read');
    await review(pull, 'ada', '/cancel');
    const rows = await talk.world.app.store.db.selectFrom('known_rights').select('person_id').execute();
    expect(rows).toEqual([]);
  });
});

describe('while GitHub fails', () => {
  test('the hint is tried for a while, and then given up without a dead job', async () => {
    const pull = await beginInPull();
    talk.world.github.failNext({ method: 'GET', path: /\/collaborators\/bob\/permission$/, status: 502, times: 3 });
    await review(pull, 'bob', '/approve P1');
    await talk.world.pass(5 * 60_000, 30_000);
    expect(await talk.answers(pull)).toHaveLength(1);
    talk.world.github.failNext({ method: 'GET', path: /\/collaborators\/mia\/permission$/, status: 502, times: 1000 });
    await review(pull, 'mia', '/approve P1');
    await talk.world.pass(30 * 60_000, 60_000);
    expect(await talk.answers(pull)).toHaveLength(1);
    expect(await talk.world.dead()).toEqual([]);
  });
});
