// Writes that GitHub carried out although its answer was lost: each is found again, and none is doubled.
import { afterEach, expect, test } from 'vitest';
import { begin, type Conversation } from './conversation.ts';

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

const LOST = [
  ['an error', 502],
  ['no answer', 'hang-up'],
] as const;

test.each(LOST)('the card was posted, and GitHub answered with %s', async (_what, status) => {
  talk = await begin();
  const { world, repo, issue, commit } = talk;
  world.github.applyThenFail({ method: 'POST', path: /\/issues\/\d+\/comments$/, status });
  await talk.request();
  await world.pass(10_000, 1000);
  const cards = repo.comments(issue).filter(({ byApp }) => byApp);
  expect(cards).toHaveLength(1);
  expect(repo.checkRuns(commit).at(-1)?.detailsUrl).toMatch(new RegExp(`#issuecomment-${cards[0]?.id ?? 0}$`));
  await talk.say('bob', '/approve');
  expect(await talk.told()).toBe('promoted');
  await world.end();
});

test.each(LOST)('the check run was created, and GitHub answered with %s', async (_what, status) => {
  talk = await begin();
  const { world, repo, commit } = talk;
  world.github.applyThenFail({ method: 'POST', path: /\/check-runs$/, status });
  await talk.request();
  await world.pass(10_000, 1000);
  expect(repo.checkRuns(commit)).toEqual([expect.objectContaining({ conclusion: 'action_required' })]);
  expect(await talk.click('bob', 'approve')).toEqual([]);
  expect(await talk.state()).toBe('promoted');
  await world.end();
});

test.each(LOST)('a reply was posted, and GitHub answered with %s', async (_what, status) => {
  talk = await begin();
  const { world } = talk;
  world.github.applyThenFail({ method: 'POST', path: /\/issues\/\d+\/comments$/, status });
  await talk.say('ada', '/status');
  await world.pass(10_000, 1000);
  expect(talk.replies()).toHaveLength(1);
  await talk.say('ada', '/status');
  expect(talk.replies()).toHaveLength(2);
  await world.end();
});

test.each(LOST)(
  'the line that mentions the requester was posted, and GitHub answered with %s',
  async (_what, status) => {
    talk = await begin();
    const { world } = talk;
    await talk.request();
    world.registry.quirks.deny403 = [{ times: 1000, on: /^PUT / }];
    world.github.applyThenFail({ method: 'POST', path: /\/issues\/\d+\/comments$/, status });
    await talk.click('bob', 'approve');
    await world.pass(10_000, 1000);
    expect(talk.replies()).toEqual([expect.stringMatching(/^@ada \[P1\]/)]);
    await world.end();
  },
);

test('a reaction whose answer was lost exists once', async () => {
  talk = await begin();
  const { world, repo } = talk;
  world.github.applyThenFail({ method: 'POST', path: /\/reactions$/, status: 'hang-up', times: 2 });
  const { id } = await talk.say('ada', '/status');
  await world.pass(10_000, 1000);
  expect(repo.reactions(id).toSorted()).toEqual(['eyes', 'rocket']);
  await world.end();
});

test('an edit of the card whose answer was lost has the same result', async () => {
  talk = await begin();
  const { world, repo, issue } = talk;
  await talk.request();
  world.github.applyThenFail({ method: 'PATCH', path: /./, status: 502, times: 4 });
  await talk.say('bob', '/approve');
  await world.pass(60_000, 5000);
  expect(await talk.told()).toBe('promoted');
  expect(repo.checkRuns(talk.commit)).toEqual([expect.objectContaining({ conclusion: 'success' })]);
  expect(repo.comments(issue).filter(({ byApp }) => byApp)).toHaveLength(1);
  await world.end();
});

test('a marker that somebody else typed does not count as ours', async () => {
  talk = await begin();
  const { world, repo, issue } = talk;
  await repo.comment({ issue, by: 'ron', body: '<!-- imprimatur P1 -->\nNot the card.' });
  world.github.failNext({ method: 'POST', path: /\/issues\/\d+\/comments$/, status: 502 });
  await talk.request();
  await world.pass(10_000, 1000);
  expect(await talk.told()).toBe('awaiting-approval');
  expect(repo.comments(issue)[0]?.body).toContain('Not the card.');
  await world.end();
});

test('a card that somebody deleted is posted again', async () => {
  talk = await begin();
  const { world, repo, issue } = talk;
  await talk.request();
  const card = repo.comments(issue).find(({ byApp }) => byApp);
  await repo.deleteComment({ comment: card?.id ?? 0, by: 'mia' });
  await talk.say('bob', '/approve');
  expect(await talk.told()).toBe('promoted');
  await world.end();
});

test.each([
  ['the card', /\/issues\/comments\/\d+$/],
  ['the check run', /\/check-runs\/\d+$/],
])('GitHub does not find %s for a moment: it is not created twice', async (_what, path) => {
  talk = await begin();
  const { world, repo, issue } = talk;
  await talk.request();
  world.github.failNext({ method: 'PATCH', path, status: 404, body: { message: 'Not Found' }, times: 2 });
  await talk.say('bob', '/approve');
  await world.pass(60_000, 5000);
  expect(await talk.told()).toBe('promoted');
  expect(repo.comments(issue).filter(({ byApp }) => byApp)).toHaveLength(1);
  expect(repo.checkRuns(talk.commit)).toEqual([expect.objectContaining({ conclusion: 'success' })]);
  await world.end();
});

test('a process that ends between the post and its record finds the comment again', async () => {
  talk = await begin();
  const { world, repo, issue } = talk;
  // The answer never comes, and the process that waited for it is gone.
  world.github.applyThenFail({ method: 'POST', path: /\/issues\/\d+\/comments$/, status: 'hang-up' });
  await talk.request();
  await world.restart();
  await world.pass(60_000, 10_000);
  expect(repo.comments(issue).filter(({ byApp }) => byApp)).toHaveLength(1);
  expect(await talk.told()).toBe('awaiting-approval');
  await world.end();
});
