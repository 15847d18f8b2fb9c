// `/promote` alone: each candidate with what became of it, and the history of /status with commits and people.
import { afterEach, expect, test } from 'vitest';
import type { Candidate } from '../../src/domain/reply.ts';
import { beginHistory, type Historic } from './history.ts';

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
