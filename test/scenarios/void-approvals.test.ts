// Approvals that a new plan voids: who gave them and who asked are mentioned, once, in a comment of its own.
import { afterEach, expect, test } from 'vitest';
import type { Conversation } from './conversation.ts';
import { beginUnder, push } from './policy-world.ts';
import { IMAGE, stage } from './world.ts';

const TWO = 'environments: { production: { approvals: { required: 2 } } }\n';

let talk: Conversation;
afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

/** To an image of an older commit. */
async function moveByHand(name: string): Promise<void> {
  const { world, repo } = talk;
  const { digest } = stage(world, { commit: repo.head('main'), tag: name, image: { seed: name } });
  for (const tag of ['main', 'latest']) world.registry.setTag(IMAGE, tag, digest);
  await talk.say('ada', '/refresh');
}

async function mentioned(): Promise<readonly unknown[]> {
  return (await talk.answers()).filter(({ kind }) => kind === 'approvals-void');
}

/** Comments of ours that mention somebody. */
function mentions(): readonly string[] {
  const ours = talk.repo.comments(talk.issue).filter(({ byApp }) => byApp);
  return ours.flatMap(({ body }) => body.match(/(?<![\w`])@[a-z]+/g) ?? []);
}

test('production moved by hand: bob, whose approval is void, and ada, who asked', async () => {
  talk = await beginUnder(TWO);
  await talk.request();
  await talk.approve('bob');
  await moveByHand('by-hand');
  expect(await talk.counting()).toEqual([]);
  const first = { kind: 'approvals-void', promotion: 1, plan: await talk.plan(), people: ['bob', 'ada'], to: null };
  expect(await mentioned()).toEqual([first]);
  expect(mentions()).toEqual(['@bob', '@ada']);
  // Nobody had approved the plan that this one replaces.
  await moveByHand('by-hand-again');
  expect(await mentioned()).toEqual([first]);
  await talk.approve('mia');
  await moveByHand('and-again');
  expect(await mentioned()).toEqual([first, { ...first, plan: await talk.plan(), people: ['mia', 'ada'] }]);
});

test('the policy was edited: the same, and a requester who also approved is mentioned once', async () => {
  talk = await beginUnder('environments: { production: { approvals: { required: 2, self_approval: true } } }\n');
  await talk.request();
  await talk.approve('ada');
  await push(talk, 'environments: { production: { approvals: { required: 3, self_approval: true } } }\n');
  expect(await mentioned()).toMatchObject([{ people: ['ada'] }]);
  expect(mentions()).toEqual(['@ada']);
});

test('an update of Imprimatur no longer reads the policy of the plan: the same', async () => {
  talk = await beginUnder(TWO);
  await talk.request();
  await talk.approve('bob');
  const { store } = talk.world.app;
  await store.db.updateTable('policies').set({ text: 'environments: { production: { approvals: 2 } }\n' }).execute();
  await talk.approve('mia');
  expect(await talk.state()).toBe('awaiting-approval');
  expect(await talk.counting()).toEqual([]);
  const told = [{ kind: 'approvals-void', promotion: 1, plan: await talk.plan(), people: ['bob', 'ada'], to: null }];
  expect(await mentioned()).toEqual(told);
  await talk.say('ada', '/refresh');
  await talk.world.restart();
  expect(await mentioned()).toEqual(told);
});

test('an edit that changes no rule voids nothing and mentions nobody', async () => {
  talk = await beginUnder(TWO);
  await talk.request();
  await talk.approve('bob');
  await push(talk, `# A comment\n${TWO}`);
  expect(await talk.counting()).toEqual(['bob']);
  expect(mentions()).toEqual([]);
});
