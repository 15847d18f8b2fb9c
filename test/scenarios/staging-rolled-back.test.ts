// The staging check of an image that a rollback took production off: it shows the same findings as a promotion of it.
import { afterEach, expect, test } from 'vitest';
import { findPromotionByNumber } from '../../src/store/promotions/promotions.ts';
import { findStagingCheck } from '../../src/store/staging-checks.ts';
import { parseCommitSha } from '../../src/domain/image/reference.ts';
import { must } from '../domain/build.ts';
import { beginHistory, type Historic } from './history.ts';
import { stage } from './world.ts';

let talk: Historic;

afterEach(async () => {
  await talk.world.close();
});

const NAME = 'imprimatur / staging image';

function runOf(commit: string): ReturnType<Historic['repo']['checkRuns']>[number] {
  return must(talk.repo.checkRuns(commit).find(({ name }) => name === NAME));
}

test('Re-run after the rollback shows that it was rolled back, as `/promote` does', async () => {
  talk = await beginHistory();
  const { world, repo } = talk;
  await talk.release('A');

  world.clock.turn(60_000);
  const { sha: commit } = await repo.push('staging', { message: 'B' });
  const image = stage(world, { commit });
  await world.drain();
  expect(runOf(commit).conclusion).toBe('success');
  expect(runOf(commit).text).not.toContain('rolled-back');
  await talk.say('ada', `/promote staging-${commit.slice(0, 7)}`);
  await talk.say('bob', '/approve P2');
  expect(talk.holds()).toBe(image.digest);
  expect(runOf(commit)).toMatchObject({ title: expect.stringMatching(/\bP2\b/), actions: [] });
  expect(await talk.rollBack()).toEqual([]);
  expect(runOf(commit).title).not.toContain('P2');

  await repo.rerun({ checkRun: runOf(commit).id, by: 'bob' });
  await world.drain();
  await talk.say('ada', `/promote staging-${commit.slice(0, 7)}`);

  const { db } = world.app.store;
  const promotion = must(await findPromotionByNumber(db, { repoId: repo.id, number: 4 }));
  const check = must(await findStagingCheck(db, { repoId: repo.id, commit: must(parseCommitSha(commit)) }));
  const findings = check.state.kind === 'examined' ? check.state.findings : [];
  expect(promotion.findings.filter(({ rule }) => rule === 'rolled-back')).toHaveLength(1);
  expect(findings).toEqual(promotion.findings);
  expect(runOf(commit).text).toMatch(/\*\*rolled-back\*\*.*\bP3\b/);
  await world.end();
});
