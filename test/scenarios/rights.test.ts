// Who may ask and who may approve: GitHub's answer at the moment of the decision.
import { listOpenPromotions } from '../../src/store/promotions/promotions.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../support/github/state.ts';
import { refused } from './answers.ts';
import { begin, converse, type Conversation } from './conversation.ts';
import { stage } from './world.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

type Row = readonly [name: string, role: Role, known: string];

const MAY: readonly Row[] = [
  ['admin', 'admin', 'admin'],
  ['maintain', 'maintain', 'maintain'],
  ['write', 'write', 'write'],
  ['a custom role on write', { custom: 'releaser', base: 'write' }, 'write'],
  ['a custom role on maintain', { custom: 'lead', base: 'maintain' }, 'maintain'],
];
const MAY_NOT: readonly Row[] = [
  ['triage', 'triage', 'triage'],
  ['read', 'read', 'read'],
  ['a custom role on read', { custom: 'auditor', base: 'read' }, 'read'],
  ['a custom role that is called like a higher one', { custom: 'admin', base: 'read' }, 'read'],
  ['no role', 'none', 'none'],
];

describe('roles', () => {
  let talk: Conversation;
  beforeAll(async () => {
    talk = await begin();
  });
  afterAll(async () => {
    await talk.world.end();
    await talk.world.close();
  });

  test.each(MAY)('%s may request, and may approve requests of others', async (_name, role) => {
    const { world, repo, old } = talk;
    repo.user('rita', role);
    const commit = repo.commitOn('staging', { message: 'Asked' });
    const asking = converse(world, { repo, old, commit, image: stage(world, { commit }) });
    expect((await asking.request({ by: 'rita' })).reactions).toEqual(['eyes', 'rocket']);
    await asking.say('bob', '/cancel');
    await asking.request({ by: 'ada' });
    const [asked] = await listOpenPromotions(world.app.store.db, { repoId: repo.id });
    expect((await asking.approve('rita', asked?.number ?? 0)).reactions).toEqual(['eyes', 'rocket']);
    expect(asking.production().main).toBe(asking.image.digest);
  });

  test.each(MAY_NOT)('%s may neither request nor approve', async (_name, role, known) => {
    const { world, repo, old } = talk;
    repo.user('rita', role);
    const commit = repo.commitOn('staging', { message: 'Not asked' });
    const asking = converse(world, { repo, old, commit, image: stage(world, { commit }) });
    const asked = await asking.request({ by: 'rita' });
    expect(asked.reactions.at(-1)).toBe('-1');
    expect(asked.answers).toMatchObject([refused('not-permitted', { verb: 'promote', role: known, wanted: 'write' })]);
    const before = asking.production();
    await asking.request({ by: 'ada' });
    expect((await asking.say('rita', '/approve')).reactions).toEqual([]);
    expect(await asking.click('rita', 'approve')).toEqual([]);
    expect(asking.production()).toEqual(before);
    expect((await asking.say('ada', '/cancel')).reactions).toEqual(['eyes', 'rocket']);
  });
});

describe('one conversation', () => {
  let talk: Conversation;
  afterEach(async () => {
    await talk.world.close();
  });

  test('people without access get one answer per thread and day, and each of them gets one 👎', async () => {
    talk = await begin();
    talk.repo.user('rob', 'triage');
    const first = await talk.say('ron', '/status');
    expect(first.reactions).toEqual(['-1']);
    expect(first.replies).toHaveLength(1);
    expect(await talk.say('ron', '/promote')).toMatchObject({ reactions: [], replies: [] });
    expect(await talk.say('rob', '/status\n/promote staging')).toMatchObject({
      reactions: ['-1'],
      replies: [],
    });
    expect((await talk.say('ron', '/status', talk.openIssue())).replies).toHaveLength(1);
    await talk.world.pass(DAY_MS - 1);
    expect((await talk.say('ron', '/status')).replies).toEqual([]);
    await talk.world.pass(1);
    expect(await talk.say('ron', '/status')).toMatchObject({ reactions: ['-1'], replies: [expect.anything()] });
    expect((await talk.say('ron', '/status')).replies).toEqual([]);
    await talk.world.end();
  });

  test('in a thread that is not ours, a reader’s /approve gets no answer', async () => {
    talk = await begin();
    expect(await talk.say('ron', '/approve')).toMatchObject({ reactions: [], replies: [] });
    await talk.world.end();
  });

  test('clicks of somebody without the right are answered once a thread and day too', async () => {
    talk = await begin();
    await talk.request();
    expect(await talk.click('ron', 'approve')).toMatchObject([
      { ...refused('not-permitted', { verb: 'approve', role: 'read' }), to: 'ron' },
    ]);
    expect(await talk.click('ron', 'reject')).toEqual([]);
    expect(await talk.click('renovate[bot]', 'approve')).toMatchObject([
      refused('bot-not-permitted', { verb: 'approve' }),
    ]);
    expect(await talk.click('renovate[bot]', 'approve')).toEqual([]);
    expect(await talk.state()).toBe('awaiting-approval');
    await talk.world.end();
  });

  test('write access that was lost between request and approval no longer counts, and counts again once it is back', async () => {
    talk = await begin();
    await talk.request();
    talk.repo.user('bob', 'read');
    expect((await talk.say('bob', '/approve')).reactions).toEqual(['-1']);
    expect(await talk.state()).toBe('awaiting-approval');
    talk.repo.user('bob', 'write');
    expect((await talk.say('bob', '/approve')).reactions).toEqual(['eyes', 'rocket']);
    expect(await talk.state()).toBe('promoted');
    await talk.world.end();
  });

  test('the requester may cancel and reject what they can’t approve', async () => {
    talk = await begin();
    await talk.request();
    const own = await talk.say('ada', '/approve');
    expect(own.reactions).toEqual(['eyes', '-1']);
    expect(own.answers).toMatchObject([refused('own-request', { promotion: 1 })]);
    expect((await talk.say('ada', '/reject found a bug')).reactions).toEqual(['eyes', 'rocket']);
    expect(await talk.state()).toBe('rejected');
    expect((await talk.promotion()).state).toMatchObject({ by: { login: 'ada' }, reason: 'found a bug' });
    expect(talk.card()).toContain('found a bug');
    await talk.world.end();
  });

  test('if only the requester has access, the card shows that until somebody is invited', async () => {
    talk = await begin();
    const { repo } = talk;
    for (const login of ['bob', 'mia']) repo.user(login, 'triage');
    repo.user('deploy[bot]', 'admin');
    await talk.request();
    expect((await talk.promotion()).otherReviewers).toBe('none');
    expect(await talk.told()).toBe('awaiting-approval');
    repo.user('zoe', 'write');
    expect((await talk.say('zoe', '/approve')).reactions).toEqual(['eyes', 'rocket']);
    expect(await talk.state()).toBe('promoted');
    await talk.world.end();
  });

  test('if others can approve, the card shows who', async () => {
    talk = await begin();
    await talk.request();
    expect((await talk.promotion()).otherReviewers).toBe('some');
    expect(await talk.approvals()).toMatchObject({ role: 'write', selfApproval: false });
    expect(await talk.told()).toBe('awaiting-approval');
    await talk.world.end();
  });
});
