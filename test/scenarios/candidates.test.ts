// `/promote` alone: each candidate with what became of it, and the history of /status with commits and people.
import { afterEach, expect, test } from 'vitest';
import type { Candidate } from '../../src/domain/reply.ts';
import { refused } from './answers.ts';
import { beginHistory, type Historic } from './history.ts';
import { IMAGE } from './world.ts';

let talk: Historic;

afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

async function report(state: string): Promise<void> {
  talk.world.clock.turn(1000);
  const deployment = talk.repo.deployments().at(-1)?.id ?? 0;
  await talk.repo.deploymentStatus({ deployment, state, by: 'github-actions[bot]' });
  await talk.world.drain();
}

async function candidates(line = '/promote'): Promise<ReadonlyMap<string, Candidate>> {
  const { answers } = await talk.say('ada', line);
  const [answer] = answers;
  if (answer?.kind !== 'candidates') throw new Error(`the answer is ${answer?.kind ?? 'nothing'}`);
  return new Map(answer.candidates.map((candidate) => [candidate.subject, candidate]));
}

test('candidates show their outcome in production', async () => {
  talk = await beginHistory();
  await talk.release('Held and left');
  await report('success');
  await talk.release('Failed and left');
  await report('failure');
  await talk.rollBack('to P1');
  const waiting = talk.build('In progress');
  await talk.say('ada', `/promote ${waiting.tag}`);
  talk.build('New');
  const found = await candidates();
  expect([...found.keys()]).toEqual(['New', 'In progress', 'Failed and left', 'Held and left', 'New login page']);
  const about = { environment: 'production', forced: false, approvedBy: ['bob'] };
  expect(found.get('New')).not.toHaveProperty('held');
  expect(found.get('New')).not.toHaveProperty('open');
  expect(found.get('In progress')).toMatchObject({ open: 4, author: 'ada' });
  expect(found.get('In progress')).not.toHaveProperty('held');
  expect(found.get('Failed and left')?.held).toEqual({
    ...about,
    promotion: 2,
    isCurrent: false,
    isRolledBack: true,
    report: 'deployment-failed',
  });
  expect(found.get('Held and left')?.held).toEqual({
    ...about,
    promotion: 1,
    isCurrent: true,
    isRolledBack: false,
    report: 'deployed',
  });
});

test('what production held before the first promotion is marked, and one that was put there by hand', async () => {
  talk = await beginHistory();
  const found = await candidates();
  expect(found.get('Old')?.held).toMatchObject({ promotion: null, isCurrent: true, report: null });
  await talk.release('Over it');
  expect((await candidates()).get('Old')?.held).toMatchObject({ promotion: null, isCurrent: false });
});

test('the marks are those of the requested environment', async () => {
  talk = await beginHistory({
    policy: ['environments:', '  production: {}', '  canary: { tags: [canary] }'].join('\n'),
  });
  await talk.release('Twice', 'canary');
  expect((await candidates('/promote to canary')).get('Twice')?.held).toMatchObject({
    environment: 'canary',
    isCurrent: true,
  });
  expect((await candidates('/promote to production')).get('Twice')).not.toHaveProperty('held');
});

test('the history names the commit, its author, and who approved it', async () => {
  talk = await beginHistory();
  await talk.release('Change the lamp');
  const { replies } = await talk.say('ada', '/status');
  expect(replies.join('\n')).toMatch(/Change the lamp, by `ada` · Requested by `ada` · approved by `bob`/);
  expect(talk.card()).toMatch(/Change the lamp, by `ada`/);
});

test('a refusal that names images shows their outcome', async () => {
  talk = await beginHistory();
  const first = await talk.release('First');
  await report('failure');
  const held = { environment: 'production', promotion: 1, report: 'deployment-failed', forced: false };
  const now = { outcomes: [{ ...held, digest: first.digest, isCurrent: true, isRolledBack: false }] };
  expect((await talk.say('ada', `/promote ${first.tag}`)).answers).toMatchObject([
    refused('already-in-production', now),
  ]);
  expect(await talk.rollBack('to P1')).toMatchObject([refused('already-in-production', now)]);

  await talk.rollBack();
  const left = { outcomes: [{ ...held, digest: first.digest, isCurrent: false, isRolledBack: true }] };
  const typed = first.commit.slice(0, 6);
  // Another image, of a commit that begins alike; it was never there.
  const { digest } = talk.build('Never there');
  talk.world.registry.setTag(IMAGE, `staging-${typed}${first.commit[6] === '0' ? '1' : '0'}`, digest);
  const { answers, replies } = await talk.say('ada', `/promote ${typed}`);
  expect(answers).toMatchObject([refused('source-ambiguous', left)]);
  expect(replies.join()).toMatch(/was in `production` \(P1\) · deployment failed · rolled back/);
});

test('the way back after a failed deployment names the target and its outcome, on the card and in /status', async () => {
  talk = await beginHistory();
  await talk.release('Good');
  await report('success');
  await talk.release('Bad');
  await report('failure');
  for (const text of [talk.card(2), (await talk.say('ada', '/status')).replies.join()]) {
    expect(text).toContain('P1 (deployed)');
  }
});
