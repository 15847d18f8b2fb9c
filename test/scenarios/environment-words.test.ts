// The name of an environment where an image is expected: the answer has the lines that work.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mistaken, refused } from './answers.ts';
import { begin, type Conversation } from './conversation.ts';
import { IMAGE } from './world.ts';

const NOT_DONE = ['eyes', '-1'];

let talk: Conversation;
beforeAll(async () => {
  talk = await begin();
  talk.repo.writeFiles('main', {
    '.github/promotion.yml': 'environments: { production: {}, canary: {}, facade: {} }\n',
  });
});
afterAll(async () => {
  await talk.world.end();
  await talk.world.close();
});

describe('/promote', () => {
  test.each([
    ['production', 'production', 'production'],
    ['Production', 'production', 'production'],
    ['prod', 'production', 'production'],
    ['prodution', 'production', 'production'],
    ['canary', 'canary', 'canary'],
    ['`canary`', 'canary', 'canary'],
    ['facade', 'facade', 'facade'],
    ['canary to production', 'canary', 'production'],
    ['production --reason "now"', 'production', 'production'],
    ['production as v1.2.3', 'production', 'production'],
  ])('%s', async (text, instead, environment) => {
    const { reactions, answers, replies } = await talk.say('ada', `/promote ${text}`, talk.openIssue());
    expect(reactions).toEqual(NOT_DONE);
    expect(answers).toMatchObject([{ kind: 'candidates', instead: { environment: instead }, environment }]);
    expect(replies).toEqual([expect.stringContaining(`- \`/promote staging-${talk.short} to ${environment}\``)]);
    expect(await talk.state()).toBeNull();
  });

  test('production to staging-…', async () => {
    const said = await talk.say('ada', `/promote production to staging-${talk.short}`, talk.openIssue());
    const values = { environment: 'production', source: `staging-${talk.short}` };
    expect(said.answers).toMatchObject([refused('environment-as-source', values)]);
    expect(said.replies.join('')).toContain(`\`/promote staging-${talk.short} to production\``);
  });

  test('production staging-…', async () => {
    const said = await talk.say('ada', `/promote production staging-${talk.short}`, talk.openIssue());
    expect(said.answers).toMatchObject([mistaken('environment-first', { environment: 'production' })]);
  });

  test.each(['main', 'latest', 'v1.2.3', 'pr'])('%s, which is no environment, is no source', async (typed) => {
    const said = await talk.say('ada', `/promote ${typed}`, talk.openIssue());
    expect(said.answers).toMatchObject([refused('not-a-source', { typed })]);
  });

  test('an environment that is called as a source is a source', async () => {
    const staging = 'environments: { production: {}, staging: { tags: [stage] } }\n';
    talk.repo.writeFiles('main', { '.github/promotion.yml': staging });
    const issue = talk.openIssue();
    expect((await talk.say('ada', '/promote staging', issue)).reactions).toEqual(['eyes', 'rocket']);
    expect((await talk.promotion()).source.tag).toBe('staging');
    await talk.say('ada', '/cancel', issue);
  });

  test('one of several, none of which is called production', async () => {
    talk.repo.writeFiles('main', { '.github/promotion.yml': 'environments: { eu: {}, us: {} }\n' });
    const said = await talk.say('ada', '/promote eu', talk.openIssue());
    expect(said.answers).toMatchObject([
      { kind: 'candidates', instead: { typed: 'eu', environment: 'eu' }, environment: 'eu' },
    ]);
  });
});

describe('/rollback', () => {
  beforeAll(() => {
    talk.repo.writeFiles('main', { '.github/promotion.yml': 'environments: { production: {}, canary: {} }\n' });
  });

  test('production, without a reason', async () => {
    const said = await talk.say('mia', '/rollback production', talk.openIssue());
    expect(said.answers).toMatchObject([mistaken('rollback-without-reason', { meant: 'production' })]);
    expect(said.replies.join('')).toContain('`/rollback production --reason "…"`');
  });

  test.each(['production', 'Canary'])('to %s', async (typed) => {
    const said = await talk.say('mia', `/rollback to ${typed} --reason "it \`fails\`"`, talk.openIssue());
    const environment = typed.toLowerCase();
    expect(said.answers).toMatchObject([refused('environment-as-target', { environment, reason: 'it `fails`' })]);
  });

  test('to the tag of the environment that it is about', async () => {
    talk.world.registry.setTag(IMAGE, 'canary', talk.old.digest);
    const said = await talk.say('mia', '/rollback canary to canary --reason "x"', talk.openIssue());
    expect(said.answers).toMatchObject([refused('environment-as-target', { environment: 'canary' })]);
  });
});
