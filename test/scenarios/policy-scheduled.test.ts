// A policy file that is edited or broken while a promotion is approved already, and waits for another one to finish.
import { afterEach, expect, test } from 'vitest';
import { converse, type Conversation } from './conversation.ts';
import { approveWhile, beginUnder, push, write } from './policy-world.ts';
import { trailOf } from './release.ts';
import { stage } from './world.ts';

const MINUTE_MS = 60_000;

let talk: Conversation;
afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

async function kinds(promotion: number): Promise<readonly string[]> {
  const trail = await trailOf(talk.world);
  return trail.filter((entry) => entry.promotion === promotion).map(({ kind }) => kind);
}

/** P2 is approved while P1 writes; the file is edited meanwhile. */
async function editWhileScheduled(policy: string): Promise<void> {
  const { world, repo, old } = talk;
  const commit = repo.commitOn('staging', { message: 'Newer' });
  await talk.request();
  const second = converse(world, { repo, old, commit, image: stage(world, { commit }) });
  await second.say('ada', `/promote staging-${commit.slice(0, 7)}`);
  await approveWhile(talk, async () => {
    await second.say('bob', '/approve P2');
    expect(await talk.state(2)).toBe('scheduled');
    write(talk, policy);
  });
}

test('an approved one that waits, with an edited file: it is examined again before anything moves', async () => {
  talk = await beginUnder('{}');
  await editWhileScheduled('environments: { production: { approvals: { required: 2 } } }\n');
  expect(await talk.state(1)).toBe('promoted');
  expect(await talk.state(2)).toBe('awaiting-approval');
  expect(await kinds(2)).toContain('policy-changed');
  expect(talk.production().main).toBe(talk.image.digest);
});

test('an approved one that waits, with a broken file: it waits until the file can be read, even without a push event', async () => {
  talk = await beginUnder('{}');
  await editWhileScheduled('environment: {}\n');
  expect(await talk.state(1)).toBe('promoted');
  expect(await talk.state(2)).toBe('scheduled');
  expect((await talk.promotion(2)).policyProblems).toHaveLength(1);
  expect(await talk.world.outdated()).toEqual([]);
  await talk.world.pass(30 * MINUTE_MS, 5 * MINUTE_MS);
  expect(await talk.state(2)).toBe('scheduled');
  write(talk, '{}');
  await talk.world.pass(10 * MINUTE_MS);
  // P1 has moved production meanwhile, so it asks again.
  expect(await talk.state(2)).toBe('awaiting-approval');
  expect(await kinds(2)).toContain('replanned');
});

test('an approved one that waits, with a broken file that a push fixes: it continues immediately', async () => {
  talk = await beginUnder('{}');
  await editWhileScheduled('environment: {}\n');
  await push(talk, '{}');
  expect(await talk.state(2)).toBe('awaiting-approval');
});
