// `/promote` of a commit whose image is still being built: the promotion waits for it, and the digest is pinned when it comes.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { refused } from './answers.ts';
import { converse, type Conversation } from './conversation.ts';
import { acme, IMAGE, Scenario, stage, START } from './world.ts';

const MINUTE_MS = 60_000;

let world: Scenario;
let talk: Conversation;

beforeEach(async () => {
  world = await Scenario.start();
  const repo = await acme(world);
  const old = stage(world, { commit: repo.commitOn('staging', { message: 'Old' }) });
  for (const tag of ['main', 'latest']) world.registry.setTag(IMAGE, tag, old.digest);
  const commit = repo.commitOn('staging', { message: 'New login page' });
  talk = converse(world, { repo, commit, image: old, old });
});

afterEach(async () => {
  await world.close();
});

/** What the one check run on the commit shows of P1, which its card shows too. */
async function shown(): Promise<string> {
  const runs = talk.repo.checkRuns(talk.commit);
  const [run] = runs;
  if (run === undefined || runs.length > 1) throw new Error(`${runs.length} check runs`);
  return `${run.conclusion ?? run.status}: ${await talk.told()}`;
}

test.each([
  ['seven digits', (commit: string) => commit.slice(0, 7)],
  ['the tag', (commit: string) => `staging-${commit.slice(0, 7)}`],
  ['a tag with more digits than builds give', (commit: string) => `staging-${commit.slice(0, 12)}`],
  ['the whole commit, in capitals', (commit: string) => commit.toUpperCase()],
])('%s: it waits, is examined when the image exists, approved and promoted', async (_name, source) => {
  const said = await talk.say('ada', `/promote ${source(talk.commit)} --reason "new login"`);
  expect(said).toMatchObject({ reactions: ['eyes', 'rocket'], replies: [] });
  expect(await talk.state()).toBe('waiting-for-image');
  expect(await shown()).toBe('in_progress: waiting-for-image');
  expect((await talk.promotion()).state).toMatchObject({ commit: talk.commit, until: START + 30 * MINUTE_MS });
  expect(talk.card()).toContain('2026-11-24 09:30 UTC');
  expect(talk.card()).toContain('`/cancel P1`');
  await world.pass(3 * MINUTE_MS, MINUTE_MS);
  const image = stage(world, { commit: talk.commit });
  await world.pass(MINUTE_MS);
  expect(await talk.state()).toBe('awaiting-approval');
  expect(await shown()).toBe('action_required: awaiting-approval');
  expect(talk.card()).toContain(image.digest);
  await talk.click('bob', 'approve');
  expect(talk.production()).toEqual({ main: image.digest, latest: image.digest });
  expect(await shown()).toMatch(/^success: promoted$/);
  expect(Object.keys(world.registry.tags(IMAGE))).toContain(`main-staging-${talk.short}`);
  await world.end();
});

test.each([8, 12, 39])('a build that shortens the commit to %i digits is found as well', async (digits) => {
  await talk.say('ada', `/promote ${talk.short}`);
  await world.pass(3 * MINUTE_MS, MINUTE_MS);
  expect(await talk.state()).toBe('waiting-for-image');
  const tag = `staging-${talk.commit.slice(0, digits)}`;
  const { digest } = stage(world, { commit: talk.commit, tag });
  await world.pass(2 * MINUTE_MS, MINUTE_MS);
  expect(await talk.state()).toBe('awaiting-approval');
  expect((await talk.promotion()).images).toMatchObject([{ digest, commitTag: tag }]);
  await world.end();
});

test('two such tags with different images are not chosen between', async () => {
  await talk.say('ada', `/promote ${talk.short}`);
  await world.pass(MINUTE_MS);
  for (const digits of [8, 12]) {
    const image = { seed: String(digits) };
    stage(world, { commit: talk.commit, tag: `staging-${talk.commit.slice(0, digits)}`, image });
  }
  await world.pass(4 * MINUTE_MS, MINUTE_MS);
  const { state } = await talk.promotion();
  const problem = { code: 'outside-error', error: { code: 'tags-disagree' } };
  expect(state).toMatchObject({ kind: 'failed', failure: { problem, production: 'untouched' } });
  await world.end();
});

test('an event of the package ends the wait at once', async () => {
  await talk.say('ada', `/promote ${talk.short}`);
  await world.pass(20 * MINUTE_MS, MINUTE_MS);
  const { digest } = stage(world, { commit: talk.commit });
  await talk.repo.packageEvent({ digest });
  await world.drain();
  expect(await talk.state()).toBe('awaiting-approval');
  await world.end();
});

test('a second requester joins, even if the image exists and was not found yet', async () => {
  await talk.say('ada', `/promote ${talk.short}`);
  const joined = await talk.say('bob', `/promote staging-${talk.short}`);
  expect(joined.reactions).toEqual(['eyes', '-1']);
  expect(joined.answers).toMatchObject([refused('already-requested', { promotion: 1, state: 'waiting-for-image' })]);
  stage(world, { commit: talk.commit });
  expect((await talk.say('mia', `/promote ${talk.short}`)).answers).toMatchObject([
    refused('already-requested', { promotion: 1 }),
  ]);
  await world.pass(MINUTE_MS);
  expect((await talk.say('bob', '/approve P1')).reactions).toEqual(['eyes', 'rocket']);
  expect(await talk.state()).toBe('promoted');
  expect(await talk.state(2)).toBeNull();
  await world.end();
});

test('if somebody requested the image by another name meanwhile, one promotion of it is enough', async () => {
  await talk.say('ada', `/promote ${talk.short}`);
  stage(world, { commit: talk.commit });
  await talk.say('bob', '/promote staging');
  await world.pass(MINUTE_MS);
  expect(await talk.state(1)).toBe('superseded');
  expect((await talk.promotion(1)).state).toMatchObject({ by: { kind: 'promotion', number: 2 } });
  expect(await talk.state(2)).toBe('awaiting-approval');
  await world.end();
});

test('half an hour after the commit it expires, and shows how to request it again', async () => {
  await world.pass(10 * MINUTE_MS);
  await talk.say('ada', `/promote ${talk.short}`);
  await world.pass(19 * MINUTE_MS, MINUTE_MS);
  expect(await talk.state()).toBe('waiting-for-image');
  await world.pass(MINUTE_MS);
  expect(await talk.state()).toBe('expired');
  expect(await shown()).toBe('timed_out: expired');
  expect((await talk.promotion()).images).toEqual([]);
  expect(talk.card()).toContain(`: \`${talk.short}\``);
  expect(talk.card()).toContain(`\`/promote ${talk.short}\``);
  stage(world, { commit: talk.commit });
  await world.pass(60 * MINUTE_MS, 10 * MINUTE_MS);
  expect(await talk.state()).toBe('expired');
  await world.end();
});

test('it can be cancelled, not approved, and has a status', async () => {
  await talk.say('ada', `/promote ${talk.short}`);
  const early = await talk.say('bob', '/approve P1');
  expect(early.answers).toMatchObject([refused('not-awaiting-approval', { promotion: 1, state: 'waiting-for-image' })]);
  expect((await talk.say('bob', '/status P1')).replies).toEqual([expect.stringContaining(talk.short)]);
  expect((await talk.say('ada', '/cancel')).reactions).toEqual(['eyes', 'rocket']);
  expect(await shown()).toBe('cancelled: cancelled');
  stage(world, { commit: talk.commit });
  await world.pass(MINUTE_MS, 10_000);
  expect(await talk.state()).toBe('cancelled');
  await world.end();
});

test('a registry that denies access ends it as failed, with what to do', async () => {
  await talk.say('ada', `/promote ${talk.short}`);
  world.registry.quirks.deny403 = [{ times: Infinity }];
  await world.pass(MINUTE_MS, 10_000);
  expect(await talk.state()).toBe('failed');
  expect(await shown()).toBe('failure: failed');
  expect((await talk.promotion()).state).toMatchObject({
    failure: { production: 'untouched', problem: { code: 'outside-error', error: { code: 'registry-denied' } } },
  });
  await world.end();
});

test('it keeps waiting over an outage of the registry and a restart', async () => {
  await talk.say('ada', `/promote ${talk.short}`);
  world.registry.quirks.html502 = { times: Infinity };
  await world.pass(5 * MINUTE_MS, MINUTE_MS);
  await world.restart();
  world.registry.quirks.html502 = { times: 0 };
  stage(world, { commit: talk.commit });
  await world.pass(2 * MINUTE_MS, MINUTE_MS);
  expect(await talk.state()).toBe('awaiting-approval');
  await world.end();
});

test('an image of another commit under the awaited tag fails the checks, and the run ends where it began', async () => {
  await talk.say('ada', `/promote ${talk.short}`);
  const other = talk.repo.commitOn('staging', { message: 'Other' });
  stage(world, { commit: other, tag: `staging-${talk.short}` });
  await world.pass(MINUTE_MS, 10_000);
  expect(await talk.state()).toBe('checks-failed');
  expect(await shown()).toBe('failure: checks-failed');
  expect(talk.repo.checkRuns(other)).toEqual([]);
  await world.end();
});

test('after the wait, the time for approvals starts', async () => {
  const DAY_MS = 24 * 60 * MINUTE_MS;
  await talk.say('ada', `/promote ${talk.short}`);
  stage(world, { commit: talk.commit });
  await world.pass(MINUTE_MS);
  await world.pass(13 * DAY_MS, DAY_MS);
  expect(await talk.state()).toBe('awaiting-approval');
  await world.pass(2 * DAY_MS, DAY_MS);
  expect(await talk.state()).toBe('expired');
  expect(await shown()).toBe('timed_out: expired');
  await world.end();
});

test.each<readonly [string, (about: Conversation) => Promise<string>]>([
  [
    'a commit that is half an hour old',
    async ({ commit }) => {
      await world.pass(30 * MINUTE_MS);
      return commit.slice(0, 7);
    },
  ],
  ['a commit of another branch', async ({ repo }) => repo.commitOn('feature').slice(0, 7)],
  ['a commit of a fork', async ({ repo }) => repo.commitOff('staging').slice(0, 7)],
  ['digits of no commit', async () => 'abcdef123456'],
  [
    'the name of a branch that looks like a commit',
    async ({ repo }) => {
      repo.commitOn('abcdef1');
      return 'abcdef1';
    },
  ],
  ['a tag that names no commit', async () => 'staging-next'],
])('nothing is waited for: %s', async (_name, source) => {
  const said = await talk.say('ada', `/promote ${await source(talk)}`);
  expect(said.reactions).toEqual(['eyes', '-1']);
  expect(said.answers).toMatchObject([refused('source-not-found')]);
  expect(await talk.state()).toBeNull();
  await world.end();
});

test('the wait for a commit older than its push starts at the push', async () => {
  await world.pass(60 * MINUTE_MS);
  await world.github.deliver({
    event: 'push',
    payload: { ref: 'refs/heads/staging', after: talk.commit, deleted: false, ...talk.repo.frame('ada') },
  });
  await world.drain();
  await world.pass(10 * MINUTE_MS);
  expect((await talk.say('ada', `/promote ${talk.short}`)).reactions).toEqual(['eyes', 'rocket']);
  expect(talk.card()).toContain('2026-11-24 10:30 UTC');
  await world.end();
});
