// A policy file with a wrong name or in a wrong place: nothing is promoted by the built-in policy instead, and people hear why.
import { afterEach, describe, expect, test } from 'vitest';
import { refused } from './answers.ts';
import { begin, type Conversation } from './conversation.ts';
import { beginUnder, POLICY } from './policy-world.ts';
import { trailOf } from './release.ts';

type Files = Readonly<Record<string, string | null>>;

const WRONG = '.github/promotion.yaml';
const TWO = 'environments: { production: { approvals: { required: 2 } } }\n';
const PROBLEM = { code: 'wrong-file-name', found: WRONG };
const REFUSED = refused('policy-unreadable', { problems: [PROBLEM] });
const TO_WRONG: Files = { [POLICY]: null, [WRONG]: TWO };
const TO_RIGHT: Files = { [POLICY]: TWO, [WRONG]: null };

let talk: Conversation;
afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

async function pushFiles(files: Files, by?: string): Promise<void> {
  await talk.repo.push('main', { files, ...(by === undefined ? {} : { author: by }) });
  await talk.world.drain();
}

describe('with only a misnamed file', () => {
  test('nothing can be requested, and the answer names both files; renamed, the file holds', async () => {
    talk = await begin();
    talk.repo.writeFiles('main', { [WRONG]: TWO });
    const said = await talk.request();
    expect(said).toMatchObject({ reactions: ['eyes', '-1'], answers: [REFUSED] });
    const [reply = ''] = said.replies;
    expect(reply).toContain('.github/promotion.yaml');
    expect(reply).toContain(POLICY);
    for (const line of ['/promote', '/status']) expect((await talk.say('ada', line)).answers).toMatchObject([REFUSED]);
    expect(talk.world.registry.requests).toEqual([]);
    expect(await talk.state()).toBeNull();
    talk.repo.writeFiles('main', TO_RIGHT);
    await talk.request();
    expect(await talk.approvals()).toMatchObject({ required: 2 });
  });

  test.each<readonly [string, Files, readonly string[]]>([
    ['in the root', { 'promotion.yml': TWO }, ['promotion.yml']],
    ['in the root, in another case', { 'Promotion.yaml': 'preset: strict' }, ['Promotion.yaml']],
    ['in another case', { '.github/Promotion.yml': '' }, ['.github/Promotion.yml']],
    ['with one letter more', { '.github/promotions.yml': TWO }, ['.github/promotions.yml']],
  ])('%s: refused', async (_name, files, paths) => {
    talk = await begin();
    talk.repo.writeFiles('main', files);
    const problems = paths.map((found) => ({ code: 'wrong-file-name', found }));
    expect((await talk.request()).answers).toMatchObject([refused('policy-unreadable', { problems })]);
    expect(await talk.state()).toBeNull();
  });

  test.each<readonly [string, Files]>([
    ['a workflow of that name', { '.github/workflows/promotion.yml': 'on: push\njobs: {}\n' }],
    ['a manifest of that name in the root', { 'promotion.yaml': 'kind: Promotion\nspec: {}\n' }],
    ['a policy on another branch', {}],
  ])('%s is no policy', async (_name, files) => {
    talk = await begin();
    talk.repo.writeFiles('main', files);
    talk.repo.commitOn('other', { files: { [WRONG]: TWO } });
    await talk.request();
    expect(await talk.state()).toBe('awaiting-approval');
    expect(await talk.approvals()).toMatchObject({ required: 1 });
  });

  test('that is no policy, an empty file of the right name makes the built-in policy explicit', async () => {
    talk = await begin();
    talk.repo.writeFiles('main', { [WRONG]: 'kind: Promotion\n' });
    expect((await talk.request()).answers).toMatchObject([REFUSED]);
    talk.repo.writeFiles('main', { [POLICY]: '' });
    await talk.request();
    expect(await talk.approvals()).toMatchObject({ required: 1 });
  });

  test('the check of a staging commit shows it', async () => {
    talk = await begin();
    talk.repo.writeFiles('main', { [WRONG]: TWO });
    const { sha } = await talk.repo.push('staging', { message: 'Next' });
    await talk.world.drain();
    expect(talk.repo.checkRuns(sha).at(-1)?.summary).toContain(WRONG);
  });
});

describe('renamed while a promotion waits', () => {
  test('to a wrong name, and pushed: card and check run show it, reviews are refused; renamed back, the next approval counts', async () => {
    talk = await beginUnder(TWO);
    await talk.request();
    await talk.approve('bob');
    await pushFiles(TO_WRONG);
    expect((await talk.promotion()).policyProblems).toEqual([PROBLEM]);
    expect(talk.card()).toContain(WRONG);
    expect(talk.repo.checkRuns(talk.commit).at(-1)?.summary).toContain(WRONG);
    for (const line of ['/approve', '/reject no'])
      expect((await talk.say('mia', line)).answers).toMatchObject([REFUSED]);
    expect(await talk.click('mia', 'approve')).toMatchObject([{ ...refused('policy-unreadable'), to: 'mia' }]);
    expect(await talk.state()).toBe('awaiting-approval');
    expect(talk.production().main).toBe(talk.old.digest);
    await pushFiles(TO_RIGHT);
    expect((await talk.promotion()).policyProblems).toBeUndefined();
    expect(talk.card()).not.toContain(WRONG);
    await talk.approve('mia');
    expect(await talk.state()).toBe('promoted');
    expect((await trailOf(talk.world)).map(({ kind }) => kind)).not.toContain('policy-changed');
  });

  test('to a wrong name, without a webhook: the last approval is refused, and nothing moves', async () => {
    talk = await beginUnder(TWO);
    await talk.request();
    await talk.approve('bob');
    talk.repo.writeFiles('main', TO_WRONG);
    expect((await talk.approve('mia')).answers).toMatchObject([REFUSED]);
    expect(await talk.state()).toBe('awaiting-approval');
    expect(talk.production().main).toBe(talk.old.digest);
    expect((await talk.say('ada', '/cancel')).reactions).toEqual(['eyes', 'rocket']);
  });

  test('a wrong name that appears where the built-in policy held: its approval is refused', async () => {
    talk = await begin();
    await talk.request();
    await pushFiles({ [WRONG]: TWO });
    expect(talk.card()).toContain(WRONG);
    expect((await talk.approve('bob')).answers).toMatchObject([REFUSED]);
    await pushFiles(TO_RIGHT);
    expect(await talk.approvals()).toMatchObject({ required: 2 });
    expect(await talk.state()).toBe('awaiting-approval');
  });

  test('a wrong name beside the right one changes nothing, and its pusher did not change the policy', async () => {
    talk = await beginUnder('{}');
    await pushFiles({ [POLICY]: '{}\n' });
    await talk.request();
    const before = (await talk.world.view(await talk.promotion())).policyChange;
    expect(before).not.toBeNull();
    await pushFiles({ [WRONG]: TWO }, 'mia');
    expect((await talk.world.view(await talk.promotion())).policyChange).toEqual(before);
    await talk.approve('bob');
    expect(await talk.state()).toBe('promoted');
  });
});

test('a rollback is refused as well', async () => {
  talk = await begin();
  await talk.request();
  await talk.approve('bob');
  talk.repo.writeFiles('main', { [WRONG]: TWO });
  expect((await talk.say('ada', '/rollback --reason "it fails"')).answers).toMatchObject([REFUSED]);
  expect(talk.production().main).toBe(talk.image.digest);
});
