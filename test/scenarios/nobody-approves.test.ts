// A policy that asks nobody: cards say so, who made it like that, and whether that person could do it alone.
import { afterEach, describe, expect, test } from 'vitest';
import { nobodyHadTo } from '../../src/messages/card/reviews.ts';
import { begin, type Conversation } from './conversation.ts';
import { push } from './policy-world.ts';
import { stage } from './world.ts';

const NOBODY = 'environments: { production: { approvals: { required: 0 } } }\n';

let talk: Conversation;
afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

/** The sentence, and whether the card has it. */
async function sentenceOf(number = 1): Promise<string> {
  const said = nobodyHadTo(await talk.world.view(await talk.promotion(number)));
  expect(talk.card(number)).toContain(said);
  return said;
}

describe('an image that went to production because nobody had to approve', () => {
  test('the card names the policy, who pushed it, and the branch that takes pushes', async () => {
    talk = await begin();
    talk.repo.protect('main', 'none');
    await push(talk, NOBODY);
    await talk.request();
    expect(await talk.state()).toBe('promoted');
    const promotion = await talk.promotion();
    expect(promotion.openBranch).toBe('main');
    const { policyChange } = await talk.world.view(promotion);
    const { login } = policyChange?.by ?? {};
    expect(policyChange?.source).toBe('push');
    expect(await sentenceOf()).toContain(`policy \`${promotion.policyBlob.slice(0, 7)}\`, changed by \`${login}\``);
  });

  test.each(['rule', 'classic'] as const)('a branch that is protected by a %s is not named', async (by) => {
    talk = await begin();
    talk.repo.protect('main', by);
    await push(talk, NOBODY);
    await talk.request();
    const promotion = await talk.promotion();
    expect(promotion.openBranch).toBeUndefined();
    expect(await sentenceOf()).not.toBe('');
  });

  test('a GitHub that does not tell the rules of the branch delays nothing', async () => {
    talk = await begin();
    talk.repo.protect('main', 'none');
    await push(talk, NOBODY);
    talk.world.github.failNext({ path: /\/rules\/branches\//, status: 403, times: Infinity });
    await talk.request();
    expect(await talk.state()).toBe('promoted');
    expect((await talk.promotion()).openBranch).toBeUndefined();
    expect(await sentenceOf()).not.toBe('');
  });

  test('the same for a rollback to an image that production never held, and not for one that it held', async () => {
    talk = await begin();
    talk.repo.protect('main', 'none');
    await push(talk, NOBODY);
    await talk.request();
    await talk.say('ada', '/rollback --reason "it fails"');
    expect(talk.production().main).toBe(talk.old.digest);
    expect(await sentenceOf(2)).toBe('');
    const commit = talk.repo.commitOn('staging', { message: 'Never promoted' });
    const { digest } = stage(talk.world, { commit, tag: 'main-staging-badc0de' });
    await talk.say('ada', '/rollback to main-staging-badc0de --reason "it fails"');
    expect(talk.production().main).toBe(digest);
    expect((await talk.promotion(3)).openBranch).toBe('main');
    expect(await sentenceOf(3)).not.toBe('');
  });
});

test('if somebody has to approve, the branch is not asked about', async () => {
  talk = await begin();
  talk.repo.protect('main', 'none');
  await talk.request();
  expect(talk.world.github.requests.filter(({ path }) => path.includes('/rules/branches/'))).toEqual([]);
  expect(await sentenceOf()).toBe('');
});
