// Writes to GitHub are paced, its limits are respected, and registry work does not wait for either.
import { afterEach, describe, expect, test } from 'vitest';
import { refused } from './answers.ts';
import { begin, type Conversation } from './conversation.ts';
import { IMAGE } from './world.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

/** When our writes reached GitHub, on the clock that the scenario turns. */
function writes(): readonly number[] {
  const { requests } = talk.world.github;
  return requests
    .filter(({ method, path }) => method !== 'GET' && !path.endsWith('/access_tokens'))
    .map(({ at }) => at);
}

function gaps(times: readonly number[]): readonly number[] {
  return times.slice(1).map((at, index) => at - (times[index] ?? at));
}

describe('an interval', () => {
  test('of a second is between any two writes, and the promotion succeeds', async () => {
    talk = await begin({ env: { GITHUB_WRITE_INTERVAL_MS: '1000' } });
    const { world } = talk;
    await talk.request();
    await world.pass(20 * SECOND, 250);
    await talk.say('bob', '/approve');
    await world.pass(20 * SECOND, 250);
    expect(await talk.told()).toBe('promoted');
    expect(Math.min(...gaps(writes()))).toBe(SECOND);
    expect(writes().length).toBeGreaterThanOrEqual(8);
    await world.end();
  });

  test('does not delay the registry: the tags move before the writes to GitHub', async () => {
    talk = await begin({ env: { GITHUB_WRITE_INTERVAL_MS: '60000' } });
    const { world } = talk;
    await talk.request();
    await talk.say('bob', '/approve P1');
    expect(world.registry.tag(IMAGE, 'latest')).toBe(talk.image.digest);
    expect(writes()).toHaveLength(1);
    await world.pass(20 * MINUTE, MINUTE);
    expect(await talk.told()).toBe('promoted');
    await world.end();
  });

  test('skips outdated writes: a card that waited shows the last state, and is written once', async () => {
    talk = await begin({ env: { GITHUB_WRITE_INTERVAL_MS: '60000' } });
    const { world, repo, issue } = talk;
    await talk.request();
    await talk.say('bob', '/approve P1');
    await world.pass(20 * MINUTE, MINUTE);
    const card = repo.comments(issue).find(({ byApp }) => byApp);
    expect(card).toMatchObject({ edited: false });
    expect(card?.body).toBeDefined();
    expect(await talk.told()).toBe('promoted');
    await world.end();
  });

  test('allows 70 replies a minute even if it is short: of 80 writes, the rest is reserved for promotions', async () => {
    talk = await begin({ env: { GITHUB_WRITE_INTERVAL_MS: '1' } });
    const { world } = talk;
    const ten = Array.from({ length: 10 }, () => '/status').join('\n');
    for (let comment = 0; comment < 8; comment += 1) {
      await talk.repo.comment({ issue: talk.issue, by: 'ada', body: ten });
    }
    await world.pass(MINUTE, 400);
    const inFirstMinute = writes().filter((at) => at < (writes()[0] ?? 0) + MINUTE);
    expect(inFirstMinute).toHaveLength(70);
    await world.pass(MINUTE, SECOND);
    await world.end();
  });

  test('of zero does not delay writes', async () => {
    talk = await begin();
    await talk.request();
    expect(Math.max(...gaps(writes()))).toBe(0);
    await talk.world.end();
  });
});

describe("GitHub's limits", () => {
  test('a secondary limit with retry-after 60 stops all writes for a minute, but no registry work', async () => {
    talk = await begin();
    const { world } = talk;
    await talk.request();
    await talk.say('bob', '/status P1');
    world.github.limitNext({ kind: 'secondary', method: 'POST', path: /\/reactions$/, seconds: 60 });
    const before = writes().length;
    await talk.say('bob', '/approve');
    await world.pass(59 * SECOND, SECOND);
    expect(writes().slice(before)).toHaveLength(1);
    expect(world.registry.tag(IMAGE, 'latest')).toBe(talk.image.digest);
    expect(await world.outdated()).toContain('P1 card');
    expect(talk.card()).toContain('/approve P1');
    await world.pass(5 * SECOND, SECOND);
    expect(await talk.told()).toBe('promoted');
    const [limited = 0, ...rest] = writes().slice(before);
    expect(rest.every((at) => at >= limited + MINUTE)).toBe(true);
    await world.end();
  });

  test('writes wait for the reset of an exhausted primary limit', async () => {
    talk = await begin();
    const { world } = talk;
    world.github.limitNext({ kind: 'primary', method: 'POST', path: /\/check-runs$/, seconds: 1800 });
    await talk.request();
    const before = writes().length;
    await world.pass(29 * MINUTE, MINUTE);
    expect(writes()).toHaveLength(before);
    await world.pass(2 * MINUTE, MINUTE);
    expect(await talk.told()).toBe('awaiting-approval');
    expect(talk.repo.checkRuns(talk.commit)).toHaveLength(1);
    await world.end();
  });

  test('a limit on reading whose end GitHub names delays a command, and does not fail it', async () => {
    talk = await begin();
    const { world } = talk;
    world.github.limitNext({ kind: 'primary', method: 'GET', path: /\/permission$/, seconds: 1800 });
    const { id } = await talk.request();
    await world.pass(31 * MINUTE, MINUTE);
    expect(talk.repo.reactions(id)).toEqual(['eyes', 'rocket']);
    expect(await talk.state()).toBe('awaiting-approval');
    await world.end();
  });
});

describe('an outage', () => {
  const DOWN = { path: /./, status: 503, times: Infinity } as const;

  test('of GitHub for five minutes delays commands: they are carried out afterwards', async () => {
    talk = await begin();
    const { world, repo, issue } = talk;
    world.github.failNext(DOWN);
    const { id } = await repo.comment({ issue, by: 'ada', body: `/promote ${talk.short}` });
    await world.pass(5 * MINUTE, 10 * SECOND);
    expect(await talk.state()).toBeNull();
    world.github.clearFaults();
    await world.pass(15 * MINUTE, 10 * SECOND);
    expect(await talk.state()).toBe('awaiting-approval');
    expect(repo.reactions(id).toSorted()).toEqual(['eyes', 'rocket']);
    expect(await talk.told()).toBe('awaiting-approval');
    await world.end();
  });

  test('of GitHub beyond the retry budget is answered when it is over, and nothing is done late', async () => {
    talk = await begin();
    const { world, repo, issue } = talk;
    world.github.failNext(DOWN);
    const { id } = await repo.comment({ issue, by: 'ada', body: `/promote ${talk.short}` });
    await world.pass(30 * MINUTE, MINUTE);
    world.github.clearFaults();
    await world.pass(30 * MINUTE, MINUTE);
    expect(await talk.state()).toBeNull();
    expect(repo.reactions(id).toSorted()).toEqual(['-1']);
    expect(await talk.answers()).toMatchObject([
      refused('github-problem', { problem: { code: 'github-unavailable' } }),
    ]);
    await world.end();
  });

  test('of GitHub during the decision on a click is reported to the person who clicked', async () => {
    talk = await begin();
    const { world } = talk;
    await talk.request();
    world.github.failNext({ ...DOWN, path: /\/permission$/ });
    await talk.click('bob', 'approve');
    expect(talk.replies()).toEqual([]);
    await world.pass(20 * MINUTE, MINUTE);
    expect(await talk.answers()).toMatchObject([{ ...refused('github-problem'), to: 'bob' }]);
    expect(await talk.state()).toBe('awaiting-approval');
    await world.end();
  });

  test('of GitHub beyond the retry budget of an examination fails the promotion, and notifies its requester', async () => {
    talk = await begin();
    const { world } = talk;
    world.github.failNext({ ...DOWN, path: /\/compare\// });
    await talk.request();
    await world.pass(20 * MINUTE, MINUTE);
    expect(await talk.state()).toBe('failed');
    expect(talk.card()).toContain('HTTP 503');
    expect(talk.replies()).toEqual([expect.stringMatching(/^@ada \[P1\]/)]);
    await world.end();
  });

  test('of the registry delays commands too', async () => {
    talk = await begin();
    const { world } = talk;
    world.registry.quirks.html502 = { times: Infinity };
    const { id } = await talk.request();
    await world.pass(5 * MINUTE, 30 * SECOND);
    world.registry.quirks.html502 = { times: 0 };
    await world.pass(10 * MINUTE, 30 * SECOND);
    expect(talk.repo.reactions(id)).toEqual(['eyes', 'rocket']);
    expect(await talk.state()).toBe('awaiting-approval');
    await world.end();
  });

  test('of the registry that lasts is answered with the registry’s error', async () => {
    talk = await begin();
    const { world } = talk;
    world.registry.quirks.html502 = { times: Infinity };
    await talk.request();
    await world.pass(30 * MINUTE, MINUTE);
    const detail = expect.stringContaining('502');
    expect(await talk.answers()).toMatchObject([refused('registry-problem', { problem: { detail } })]);
    expect(await talk.state()).toBeNull();
    await world.end();
  });

  test('that GitHub calls final is answered at once', async () => {
    talk = await begin();
    const { world } = talk;
    world.github.failNext({
      method: 'GET',
      path: /\/permission$/,
      status: 403,
      body: { message: 'Resource not accessible by integration' },
    });
    const said = await talk.request();
    expect(said.reactions).toEqual(['-1']);
    expect(said.answers).toMatchObject([refused('github-problem', { problem: { code: 'github-forbidden' } })]);
    await world.end();
  });
});
