// Who wrote the commits of what is promoted, and whether they may approve it.
import { afterEach, describe, expect, test } from 'vitest';
import { refused } from './answers.ts';
import type { Conversation } from './conversation.ts';
import { beginHistory } from './history.ts';
import { beginUnder, push } from './policy-world.ts';
import { IMAGE, stage } from './world.ts';

let talk: Conversation;
afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

/** P1 is promoted, and P2 asked for by ada: its commits since are by these people. */
async function beginWith(contributors: string, authors: readonly string[]): Promise<void> {
  talk = await beginUnder(`environments: { production: { approvals: { contributors: ${contributors} } } }\n`);
  await talk.request();
  await talk.approve('mia');
  expect(await talk.state()).toBe('promoted');
  await askFor(authors);
}

async function askFor(authors: readonly string[]): Promise<void> {
  const commits = authors.map((by) => talk.repo.commitOn('staging', { by, message: `Work of ${by}` }));
  const commit = commits.at(-1) ?? talk.commit;
  stage(talk.world, { commit });
  await talk.say('ada', `/promote staging-${commit.slice(0, 7)}`);
}

describe('refuse', () => {
  test('an author of any commit of the range can’t approve, however often; somebody else can', async () => {
    await beginWith('refuse', ['bob', 'ada', 'ada']);
    expect((await talk.approve('bob')).answers).toMatchObject([refused('contributor', { commits: 1, of: 3 })]);
    expect(await talk.state(2)).toBe('awaiting-approval');
    await talk.approve('mia');
    expect(await talk.state(2)).toBe('promoted');
  });

  test('of a range of several pages', async () => {
    await beginWith('refuse', ['bob', ...Array.from({ length: 130 }, () => 'ada')]);
    expect((await talk.approve('bob')).answers).toMatchObject([refused('contributor', { commits: 1, of: 131 })]);
    await talk.approve('mia');
    expect(await talk.state(2)).toBe('promoted');
  });

  test('if nobody else can approve, the card shows that immediately', async () => {
    await beginWith('refuse', ['bob', 'mia']);
    expect((await talk.promotion(2)).otherReviewers).toBe('none');
  });

  test('commits without a GitHub account are named', async () => {
    await beginWith('refuse', ['somebody-else']);
    const { contributors } = await talk.promotion(2);
    expect(contributors).toMatchObject({ commits: 1, people: [], unknown: [expect.stringMatching(/^[0-9a-f]{40}$/)] });
    await talk.approve('bob');
    expect(await talk.state(2)).toBe('promoted');
  });

  test('a range that can’t be listed refuses nobody, and does not block the image', async () => {
    await beginWith('refuse', ['ada']);
    await talk.approve('bob');
    talk.world.github.failNext({ path: /\/compare\/[0-9a-f]{40}\.\.\./, status: 404, times: Infinity });
    await askFor(['bob']);
    expect((await talk.promotion(3)).contributors).toBeUndefined();
    await talk.approve('bob');
    expect(await talk.state(3)).toBe('promoted');
  });
});

describe('refuse stays in force', () => {
  test.each([
    ['allow', '{ contributors: allow }'],
    ['warn', '{ contributors: warn }'],
    ['nobody has to approve', '{ required: 0 }'],
  ])('if the policy is lowered while it waits: %s', async (_name, approvals) => {
    await beginWith('refuse', ['bob']);
    await push(talk, `environments: { production: { approvals: ${approvals} } }\n`);
    // It counts under the policy of today, and not under that of the request.
    await talk.approve('bob', 2);
    expect(await talk.state(2)).toBe('awaiting-approval');
    await talk.approve('mia', 2);
    expect(await talk.state(2)).toBe('promoted');
  });

  test('if only a floor requires an approval', async () => {
    const policy = 'environments: { production: { approvals: { required: 0, contributors: refuse } } }\n';
    talk = await beginUnder(policy, { env: { MIN_APPROVALS: 'production=1' } });
    await talk.request();
    await talk.approve('mia');
    await askFor(['bob']);
    expect((await talk.approve('bob', 2)).answers).toMatchObject([refused('contributor')]);
  });

  test('if GitHub does not list the commits again', async () => {
    await beginWith('refuse', ['bob']);
    talk.world.github.failNext({ path: /\/compare\/[0-9a-f]{40}\.\.\./, status: 404, times: Infinity });
    await push(talk, 'environments: { production: { approvals: { required: 1 } } }\n');
    expect((await talk.promotion(2)).contributors).toMatchObject({ people: [{ login: 'bob' }] });
    await talk.approve('bob', 2);
    expect(await talk.state(2)).toBe('awaiting-approval');
  });

  test('if somebody moved the tags by hand before the request', async () => {
    await beginWith('refuse', ['ada']);
    await talk.approve('mia');
    talk.world.registry.setTag(IMAGE, 'main', talk.old.digest);
    await askFor(['bob']);
    expect((await talk.approve('bob', 3)).answers).toMatchObject([refused('contributor')]);
  });

  test('if production was rolled back meanwhile, so that the range has more commits', async () => {
    const history = await beginHistory({
      policy: 'environments: { production: { approvals: { contributors: refuse } } }\n',
    });
    talk = history;
    await talk.request();
    await talk.approve('mia');
    talk.world.clock.turn(60_000);
    await askFor(['bob']);
    await talk.approve('mia', 2);
    talk.world.clock.turn(60_000);
    await askFor(['ada']);
    expect((await talk.promotion(3)).contributors?.people.map(({ login }) => login)).toEqual(['ada']);
    await history.rollBack('to P1');
    expect([await talk.state(4), await talk.state(3)]).toEqual(['promoted', 'awaiting-approval']);
    // P3 brings his commit back into production now.
    expect((await talk.approve('bob', 3)).answers).toMatchObject([refused('contributor')]);
    await talk.approve('mia', 3);
    expect(await talk.state(3)).toBe('promoted');
  });

  test('if /rollback names an image that production never held', async () => {
    await beginWith('refuse', ['ada']);
    await talk.approve('mia');
    const commit = talk.repo.commitOn('staging', { by: 'bob', message: 'Work of bob' });
    const { digest } = stage(talk.world, { commit });
    await talk.say('ada', `/rollback to ${digest} --reason "x"`);
    expect((await talk.approve('bob')).answers).toMatchObject([refused('contributor')]);
    await talk.approve('mia');
    expect(talk.production().main).toBe(digest);
  });
});

test.each([
  ['warn', ['bob', 'ada']],
  ['allow', undefined],
])('%s: an author can approve like anybody', async (contributors, known) => {
  await beginWith(contributors, ['bob', 'ada']);
  await talk.approve('bob');
  const promotion = await talk.promotion(2);
  expect(promotion.state.kind).toBe('promoted');
  expect(promotion.contributors?.people.map(({ login }) => login)).toEqual(known);
});
