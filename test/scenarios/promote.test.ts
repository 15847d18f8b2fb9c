// The main job: a staging image goes to production by comment and approval.
import { afterEach, expect, test } from 'vitest';
import { acme, IMAGE, Scenario, stage } from './world.ts';

let world: Scenario;

afterEach(async () => {
  await world.close();
});

test('a writer requests, somebody else clicks Approve, and production holds the image', async () => {
  world = await Scenario.start();
  const repo = await acme(world);
  const old = stage(world, { commit: repo.commitOn('staging', { message: 'Old' }) });
  world.registry.setTag(IMAGE, 'main', old.digest);
  world.registry.setTag(IMAGE, 'latest', old.digest);
  const commit = repo.commitOn('staging', { message: 'New login page' });
  const image = stage(world, { commit });
  const short = commit.slice(0, 7);
  const issue = repo.openIssue({ title: 'Release', by: 'ada' });

  const { id } = await repo.comment({ issue, by: 'ada', body: `/promote staging-${short} --reason "new login"` });
  await world.drain();
  expect(repo.reactions(id)).toEqual(['eyes', 'rocket']);
  const [run] = repo.checkRuns(commit);
  if (run === undefined) throw new Error('no run');
  await repo.click({ checkRun: run.id, action: 'approve', by: 'ada' });
  await world.drain();
  await repo.click({ checkRun: run.id, action: 'approve', by: 'bob' });
  await world.drain();
  expect(world.registry.tag(IMAGE, 'main')).toBe(image.digest);
  await world.end();
});
