// People without rights send many comments: GitHub is hardly asked, hardly written to, and a running promotion goes on.
import { afterEach, describe, expect, test } from 'vitest';
import { deleteKnownRightsBefore, KNOWN_FOR_MS } from '../../src/store/people.ts';
import { refused } from './answers.ts';
import { begin, type Conversation } from './conversation.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

function requestsTo(path: RegExp, since = 0): number {
  return talk.world.github.requests.slice(since).filter((request) => path.test(request.path)).length;
}

async function comment(by: string, body: string, issue = talk.issue): Promise<number> {
  const { id } = await talk.repo.comment({ issue, by, body });
  return id;
}

describe('comments by strangers', () => {
  test('of many, in many threads, delay neither the deployment nor the check run of a promotion that runs', async () => {
    talk = await begin({ env: { GITHUB_WRITE_INTERVAL_MS: '1000' } });
    const { world, repo } = talk;
    await talk.request();
    await world.pass(20_000, 1000);
    for (let stranger = 0; stranger < 40; stranger += 1) {
      repo.user(`stranger${stranger}`, 'none');
      await comment(`stranger${stranger}`, '/approve P1', talk.openIssue());
    }
    await world.drain();
    expect((await talk.say('bob', '/approve P1')).answers).toEqual([]);
    await world.pass(6000, 1000);
    expect(await talk.state()).toBe('promoted');
    expect(repo.deployments()).toHaveLength(1);
    expect(repo.checkRuns(talk.commit).at(-1)?.conclusion).toBe('success');
    expect(await talk.told()).toBe('promoted');
    await world.pass(2 * MINUTE, 1000);
    await world.end();
  });

  test('of one, in one thread: ten are read, one is reacted to, and one is answered', async () => {
    talk = await begin();
    const { repo, world } = talk;
    repo.user('mallory', 'none');
    await talk.request();
    const before = world.github.requests.length;
    const ids: number[] = [];
    for (let count = 0; count < 60; count += 1) ids.push(await comment('mallory', '/approve P1'));
    await world.drain();
    expect(ids.map((id) => repo.reactions(id)).flat()).toEqual(['-1']);
    expect(await talk.answers()).toMatchObject([refused('not-permitted')]);
    expect(requestsTo(/\/permission$/, before)).toBe(10);
    // Ten permissions, a read of the list before each, a reaction, a reply.
    expect(world.github.requests.length - before).toBeLessThanOrEqual(10 + 10 + 2);
    // Somebody else in the same thread does not wait for them.
    expect((await talk.say('bob', '/approve P1')).reactions).toEqual(['eyes', 'rocket']);
    expect(await talk.state()).toBe('promoted');
    await world.end();
  });
});

describe('the limit of ten commands in ten minutes', () => {
  test('counts the commands of a person over all threads, and ends by itself', async () => {
    talk = await begin();
    const { repo, world } = talk;
    repo.user('mallory', 'none');
    const six = Array.from({ length: 6 }, () => '/status').join('\n');
    const first = await comment('mallory', six);
    const other = talk.openIssue();
    const second = await comment('mallory', six, other);
    const third = await comment('mallory', '/status\n/status', other);
    await world.drain();
    expect([first, second, third].map((id) => repo.reactions(id))).toEqual([['-1'], [], ['-1']]);
    expect(requestsTo(/\/permission$/)).toBe(8);
    await world.pass(10 * MINUTE);
    const thread = talk.openIssue();
    expect((await talk.say('mallory', '/status', thread)).reactions).toEqual(['-1']);
    await world.end();
  });

  test('does not apply to people with known rights', async () => {
    talk = await begin();
    const { world } = talk;
    await talk.say('ada', '/status');
    const ids: number[] = [];
    for (let count = 0; count < 15; count += 1) ids.push(await comment('ada', '/status'));
    await world.drain();
    expect(ids.map((id) => talk.repo.reactions(id))).toEqual(ids.map(() => ['eyes', 'rocket']));
    await world.end();
  });

  test('allows a new person ten commands in one comment', async () => {
    talk = await begin();
    const ten = Array.from({ length: 10 }, () => '/status').join('\n');
    expect((await talk.say('ada', ten)).answers).toHaveLength(10);
    await talk.world.end();
  });
});

describe('known rights', () => {
  test('expire after 30 days, and when GitHub removes them', async () => {
    talk = await begin();
    const { repo, world } = talk;
    const known = async (): Promise<number> => {
      const rows = await world.app.store.db.selectFrom('known_rights').select('person_id').execute();
      return rows.length;
    };
    await talk.say('ada', '/status');
    expect(await known()).toBe(1);
    world.clock.turn(KNOWN_FOR_MS - DAY);
    await talk.say('ada', '/status');
    world.clock.turn(KNOWN_FOR_MS - DAY);
    await deleteKnownRightsBefore(world.app.store.db, world.clock.now() - KNOWN_FOR_MS);
    expect(await known()).toBe(1);
    repo.user('ada', 'read');
    expect((await talk.say('ada', '/status')).reactions).toEqual(['eyes', '-1']);
    expect(await known()).toBe(0);
    repo.user('ada', 'write');
    await talk.say('ada', '/status');
    world.clock.turn(KNOWN_FOR_MS);
    await deleteKnownRightsBefore(world.app.store.db, world.clock.now() - KNOWN_FOR_MS);
    expect(await known()).toBe(0);
    await world.end();
  });

  test('of a reader are those that the policy gives: a triage reviewer has known rights', async () => {
    talk = await begin();
    const { repo, world } = talk;
    repo.user('tess', 'triage');
    repo.writeFiles('main', {
      '.github/promotion.yml': 'environments: { production: { approvals: { required: 1, role: triage } } }\n',
    });
    await talk.request();
    for (let count = 0; count < 12; count += 1) await talk.say('tess', '/approve P9');
    expect((await talk.say('tess', '/approve P1')).reactions).toEqual(['eyes', 'rocket']);
    expect(await talk.state()).toBe('promoted');
    await world.end();
  });
});
