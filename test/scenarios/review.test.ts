// Approvals and rejections: by comment and by click, twice, at once, too early and too late.
import { afterEach, expect, test } from 'vitest';
import { refused } from './answers.ts';
import { begin, type Conversation } from './conversation.ts';
import { trailOf } from './release.ts';

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

test("the requester's own click is refused with the reason, somebody else's promotes", async () => {
  talk = await begin();
  await talk.request();
  const run = talk.repo.checkRuns(talk.commit).at(-1)?.id ?? 0;
  expect(await talk.click('ada', 'approve')).toMatchObject([
    { ...refused('own-request', { promotion: 1 }), to: 'ada' },
  ]);
  expect(talk.production()).toEqual({ main: talk.old.digest, latest: talk.old.digest });
  expect(await talk.click('bob', 'approve')).toEqual([]);
  expect(talk.production()).toEqual({ main: talk.image.digest, latest: talk.image.digest });
  expect(await reviewEntries()).toEqual(['ada review-refused own-request', 'bob reviewed approve']);
  const url = `https://github.com/acme/dotca/runs/${run}`;
  expect((await trailOf(talk.world)).filter(({ kind }) => kind.startsWith('review'))).toMatchObject([
    { details: { checkRunId: run, url } },
    { details: { checkRunId: run, url } },
  ]);
  await talk.world.end();
});

test('two people approve at the same moment: one promotion, and the second is answered that the tags move', async () => {
  talk = await begin();
  await talk.request();
  const { repo, issue, world } = talk;
  const [bob, mia] = await Promise.all([
    repo.comment({ issue, by: 'bob', body: '/approve' }),
    repo.comment({ issue, by: 'mia', body: '/approve P1' }),
  ]);
  await world.drain();
  const both = [repo.reactions(bob.id), repo.reactions(mia.id)].toSorted((one, other) =>
    one.join().localeCompare(other.join()),
  );
  expect(both).toEqual([
    ['eyes', '-1'],
    ['eyes', 'rocket'],
  ]);
  expect(talk.production().main).toBe(talk.image.digest);
  expect((await entries()).filter(({ kind }) => kind === 'applying' || kind === 'promoted')).toHaveLength(2);
  await world.end();
});

test('two clicks at the same moment promote once', async () => {
  talk = await begin();
  await talk.request();
  const run = talk.repo.checkRuns(talk.commit).at(-1)?.id ?? 0;
  await Promise.all(['bob', 'mia'].map((by) => talk.repo.click({ checkRun: run, action: 'approve', by })));
  await talk.world.drain();
  expect((await entries()).filter(({ kind }) => kind === 'promoted')).toHaveLength(1);
  await talk.world.end();
});

test('one rejection ends it, with its reason on the card, and no approval revives it', async () => {
  talk = await begin();
  await talk.request();
  expect((await talk.say('bob', '/reject the migration can not go back')).reactions).toEqual(['eyes', 'rocket']);
  const { state } = await talk.promotion();
  expect(state).toMatchObject({ kind: 'rejected', by: { login: 'bob' }, reason: 'the migration can not go back' });
  expect(talk.card()).toContain('the migration can not go back');
  const late = await talk.say('mia', '/approve P1');
  expect(late.reactions).toEqual(['eyes', '-1']);
  expect(late.answers).toMatchObject([refused('not-awaiting-approval', { promotion: 1, state: 'rejected' })]);
  expect(talk.production().main).toBe(talk.old.digest);
  await talk.world.end();
});

test('a click on Reject rejects without a reason', async () => {
  talk = await begin();
  await talk.request();
  await talk.click('mia', 'reject');
  expect(await talk.state()).toBe('rejected');
  expect(talk.repo.checkRuns(talk.commit).at(-1)).toMatchObject({ conclusion: 'failure', actions: [] });
  await talk.world.end();
});

test.each([
  ['cancelled', '/cancel'],
  ['rejected', '/reject no'],
  ['promoted', '/approve'],
])('an approval after it was %s is refused, by comment and on a stale page', async (state, ending) => {
  talk = await begin();
  await talk.request();
  await talk.say('bob', ending);
  const before = talk.production();
  const said = await talk.say('mia', '/approve P1');
  expect(said.reactions).toEqual(['eyes', '-1']);
  const refusal = refused('not-awaiting-approval', { promotion: 1, state });
  expect(said.answers).toMatchObject([{ ...refusal, to: 'mia' }]);
  expect(await talk.click('mia', 'approve', { stalePage: true })).toMatchObject([{ ...refusal, to: 'mia' }]);
  expect(talk.production()).toEqual(before);
  await talk.world.end();
});

test('the check run is in progress while the image is examined, and a click on it then is refused', async () => {
  talk = await begin();
  const { world, repo, issue, commit } = talk;
  // The layers can't be read for a while: the commit is known, the outcome is not.
  world.registry.quirks.html502 = { times: 1000, on: /^HEAD .*\/blobs\// };
  await repo.comment({ issue, by: 'ada', body: `/promote ${talk.short}` });
  await world.drain();
  expect(repo.checkRuns(commit)).toEqual([
    expect.objectContaining({ status: 'in_progress', conclusion: null, actions: [], headSha: commit }),
  ]);
  expect(repo.comments(issue).filter(({ byApp }) => byApp)).toEqual([]);
  const refusal = refused('not-awaiting-approval', { promotion: 1, state: 'examining' });
  expect(await talk.click('bob', 'approve', { stalePage: true })).toMatchObject([{ ...refusal, to: 'bob' }]);
  expect((await talk.say('bob', '/approve P1')).answers).toMatchObject([refusal]);
  world.registry.quirks.html502 = { times: 0 };
  await world.pass(60_000, 10_000);
  expect(await talk.state()).toBe('awaiting-approval');
  expect(repo.checkRuns(commit)).toEqual([
    expect.objectContaining({ status: 'completed', conclusion: 'action_required' }),
  ]);
  expect(talk.card()).toContain('/approve P1');
  await world.end();
});

test('approving twice in one comment counts once', async () => {
  talk = await begin();
  await talk.request();
  expect((await talk.say('bob', '/approve\n/approve')).reactions).toEqual(['eyes', 'rocket', '-1']);
  expect((await entries()).filter(({ kind }) => kind === 'promoted')).toHaveLength(1);
  await talk.world.end();
});

async function entries(): Promise<readonly { readonly kind: string; readonly text: string }[]> {
  const rows = (await talk.world.audit()).get(talk.repo.id) ?? [];
  return rows.map(({ entry }) => {
    const parsed: { kind: string; actor: { login: string } | null; details: { verdict?: string; code?: string } } =
      JSON.parse(entry);
    return {
      kind: parsed.kind,
      text: `${parsed.actor?.login} ${parsed.kind} ${parsed.details.code ?? parsed.details.verdict}`,
    };
  });
}

async function reviewEntries(): Promise<readonly string[]> {
  return (await entries()).filter(({ kind }) => kind.startsWith('review')).map(({ text }) => text);
}
