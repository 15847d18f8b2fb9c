// Who wrote the commits of what is promoted, and whether they may approve it.
import { afterEach, describe, expect, test } from 'vitest';
import { refused } from './answers.ts';
import type { Conversation } from './conversation.ts';
import { beginUnder } from './policy-world.ts';
import { stage } from './world.ts';

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
  test('an author of any commit of the range approves nothing, however often he asks; somebody else does', async () => {
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

  test('where it leaves nobody, the card says so at once', async () => {
    await beginWith('refuse', ['bob', 'mia']);
    expect((await talk.promotion(2)).otherReviewers).toBe('none');
  });

  test('commits of nobody that GitHub knows are named', async () => {
    await beginWith('refuse', ['somebody-else']);
    const { contributors } = await talk.promotion(2);
    expect(contributors).toMatchObject({ commits: 1, people: [], unknown: [expect.stringMatching(/^[0-9a-f]{40}$/)] });
    await talk.approve('bob');
    expect(await talk.state(2)).toBe('promoted');
  });

  test('a range that can not be listed refuses nobody for it, and does not hold the image up', async () => {
    await beginWith('refuse', ['ada']);
    await talk.approve('bob');
    talk.world.github.failNext({ path: /\/compare\/[0-9a-f]{40}\.\.\./, status: 404, times: Infinity });
    await askFor(['bob']);
    expect((await talk.promotion(3)).contributors).toBeUndefined();
    await talk.approve('bob');
    expect(await talk.state(3)).toBe('promoted');
  });
});

test.each([
  ['warn', ['bob', 'ada']],
  ['allow', undefined],
])('%s: an author approves as everybody does', async (contributors, known) => {
  await beginWith(contributors, ['bob', 'ada']);
  await talk.approve('bob');
  const promotion = await talk.promotion(2);
  expect(promotion.state.kind).toBe('promoted');
  expect(promotion.contributors?.people.map(({ login }) => login)).toEqual(known);
});
