// A policy file that is edited in what is no rule, while a promotion waits: what was approved stays approved.
import { afterEach, expect, test } from 'vitest';
import type { Conversation } from './conversation.ts';
import { beginUnder, push, write } from './policy-world.ts';
import { findPromotionByNumber } from '../../src/store/promotions/promotions.ts';
import { trailOf } from './release.ts';

const TWO = 'environments: { production: { approvals: { required: 2 } } }\n';

let talk: Conversation;
afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

async function kinds(): Promise<readonly string[]> {
  return (await trailOf(talk.world)).map(({ kind }) => kind);
}

async function waitingWithOneOfTwo(): Promise<void> {
  talk = await beginUnder(TWO);
  await talk.request();
  await talk.approve('bob');
  expect(await talk.state()).toBe('awaiting-approval');
}

test.each([
  ['a comment', `# who changes this asks ops\n${TWO}`],
  ['the order of keys and quotes', `environments:\n  production:\n    approvals: { 'required': 2 }\n`],
  ['how often drift is looked for', `${TWO}drift: { interval: 1h }\n`],
])('an edit of %s: the approval still counts, and nothing is examined again', async (_, edited) => {
  await waitingWithOneOfTwo();
  await push(talk, edited);
  expect(await talk.state()).toBe('awaiting-approval');
  expect((await talk.approve('mia')).reactions).toEqual(['eyes', 'rocket']);
  expect(await talk.state()).toBe('promoted');
  expect(await kinds()).toEqual([
    'requested',
    'examined',
    'reviewed',
    'policy-edited',
    'reviewed',
    'applying',
    'promoted',
  ]);
});

test('an edit of the deployment: the approval still counts, and the deployment follows the current file', async () => {
  await waitingWithOneOfTwo();
  write(talk, 'environments: { production: { approvals: { required: 2 }, deployment: { create: false } } }\n');
  await talk.approve('mia');
  expect(await talk.state()).toBe('promoted');
  expect(talk.repo.deployments()).toEqual([]);
});

test('an edit of the deployment’s environment voids the approval', async () => {
  await waitingWithOneOfTwo();
  await push(talk, 'environments: { production: { approvals: { required: 2 }, deployment: { environment: live } } }\n');
  expect((await talk.promotion()).notice).toEqual({ kind: 'policy-changed' });
  expect(await talk.counting()).toEqual([]);
});

test('an edit of a rule voids the approval', async () => {
  await waitingWithOneOfTwo();
  await push(talk, `${TWO}validation: { command: warn }\n`);
  expect((await talk.promotion()).notice).toEqual({ kind: 'policy-changed' });
  expect(await talk.counting()).toEqual([]);
  expect((await talk.approve('mia')).reactions).toEqual(['eyes', 'rocket']);
  expect(await talk.state()).toBe('awaiting-approval');
});

test('a stored text that the current parser refuses: re-planned under the current file, and no approval counts', async () => {
  await waitingWithOneOfTwo();
  const { store } = talk.world.app;
  await store.db.updateTable('policies').set({ text: 'environments: { production: { approvals: 2 } }\n' }).execute();
  expect((await talk.approve('mia')).reactions).toEqual(['eyes', '-1']);
  expect(await talk.state()).toBe('awaiting-approval');
  expect(await kinds()).toEqual(['requested', 'examined', 'reviewed', 'review-refused', 'policy-changed', 'examined']);
  expect((await talk.promotion()).notice).toEqual({ kind: 'policy-changed' });
  expect(await talk.counting()).toEqual([]);
  expect(await store.db.selectFrom('policies').select('text').execute()).toEqual([{ text: TWO }]);
  await talk.approve('mia');
  expect(await talk.state()).toBe('awaiting-approval');
  await talk.approve('bob');
  expect(await talk.state()).toBe('promoted');
});

test('the text is stored once, and the promotion keeps no copy of it', async () => {
  talk = await beginUnder(TWO);
  await talk.request();
  const [row, ...others] = await talk.world.app.store.db.selectFrom('policies').selectAll().execute();
  expect(others).toEqual([]);
  expect(row).toMatchObject({ text: TWO });
  const stored = await findPromotionByNumber(talk.world.app.store.db, { repoId: talk.repo.id, number: 1 });
  expect(stored?.policyBlob).toBe(row?.blob);
  expect(JSON.stringify(stored)).not.toContain('selfApproval');
});
