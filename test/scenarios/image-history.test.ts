// What happened to an image before it is asked for: a person rejected it, or its commit's tag held another one when it was checked.
import { afterEach, describe, expect, test } from 'vitest';
import { begin, type Conversation } from './conversation.ts';
import { beginUnder } from './policy-world.ts';
import { IMAGE, stage } from './world.ts';

const STRICT = 'preset: strict\nstaging: { deployed: off }\nvalidation: { healthcheck: off }\n';

let talk: Conversation;
afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

async function askAgain(): Promise<void> {
  await talk.request();
  await talk.say('bob', '/reject P1 it leaks memory');
  expect(await talk.state()).toBe('rejected');
  await talk.say('ada', `/promote staging-${talk.short}`);
}

/** Another build of the same commit, under the same tag. */
async function overwrite(): Promise<{ readonly commit: string; readonly checked: string; readonly holds: string }> {
  const { world, repo } = talk;
  const { sha: commit } = await repo.push('staging', { message: 'Pushed' });
  const checked = stage(world, { commit });
  await world.drain();
  world.clock.turn(60_000);
  const rebuilt = stage(world, { commit, image: { seed: 'rebuilt' } });
  await talk.say('ada', `/promote ${commit.slice(0, 7)}`);
  return { commit, checked: checked.digest, holds: rebuilt.digest };
}

describe('an image that a person rejected', () => {
  test('warns when it is requested again, and mentions that person', async () => {
    talk = await begin();
    await askAgain();
    expect(await talk.state(2)).toBe('awaiting-approval');
    const finding = (await talk.promotion(2)).findings.find(({ rule }) => rule === 'rejected-before');
    expect(finding).toMatchObject({ outcome: 'warn', seen: { code: 'rejected', promotion: 1, by: 'bob' } });
    expect(talk.card(2).match(/@bob\b/g)).toHaveLength(1);
    await talk.say('mia', '/approve P2');
    expect(talk.production().main).toBe(talk.image.digest);
  });

  test('fails under the preset strict', async () => {
    talk = await beginUnder(STRICT);
    await askAgain();
    expect(await talk.state(2)).toBe('checks-failed');
    expect(await talk.findings(2)).toContain('fail rejected-before');
    expect(talk.card(2)).toContain('@bob');
  });

  test('does not warn for another image, nor for one that was only cancelled', async () => {
    talk = await begin();
    await talk.request();
    await talk.say('ada', '/cancel P1');
    await talk.say('ada', `/promote staging-${talk.short}`);
    expect((await talk.findings(2)).filter((line) => line.includes('rejected-before'))).toEqual([]);
  });
});

describe('a commit tag that was overwritten after the staging check', () => {
  test('warns with both digests and times', async () => {
    talk = await begin();
    const at = talk.world.clock.now();
    const { commit, checked, holds } = await overwrite();
    expect(await talk.state()).toBe('awaiting-approval');
    const finding = (await talk.promotion()).findings.find(({ rule }) => rule === 'tag-overwritten');
    const tag = `staging-${commit.slice(0, 7)}`;
    expect(finding).toMatchObject({ outcome: 'warn', seen: { code: 'overwritten', tag, checked, holds } });
    expect(finding?.seen).toMatchObject({ checkedAt: at, readAt: at + 60_000 });
  });

  test('fails under the preset strict, and only warns once the staging check examined the new image', async () => {
    talk = await beginUnder(STRICT);
    const { commit, checked, holds } = await overwrite();
    expect(await talk.state()).toBe('checks-failed');
    expect(await talk.findings()).toContain('fail tag-overwritten');
    const [run] = talk.repo.checkRuns(commit);
    await talk.repo.rerun({ checkRun: run?.id ?? 0, by: 'bob' });
    await talk.world.drain();
    await talk.say('ada', `/promote ${commit.slice(0, 7)}`);
    expect(await talk.state(2)).toBe('awaiting-approval');
    // Anybody with write access can run the check again: reviewers still see both digests.
    const finding = (await talk.promotion(2)).findings.find(({ rule }) => rule === 'tag-overwritten');
    expect(finding).toMatchObject({ outcome: 'warn', seen: { code: 'rechecked', checked, holds } });
  });

  test('shows also while the check begins again, which a request can overtake', async () => {
    talk = await beginUnder(STRICT);
    const { commit, checked, holds } = await overwrite();
    const { world, repo, issue } = talk;
    const [run] = repo.checkRuns(commit);
    await repo.rerun({ checkRun: run?.id ?? 0, by: 'ada' });
    await repo.comment({ issue, by: 'ada', body: `/promote ${holds}` });
    await world.drain();
    const finding = (await talk.promotion(2)).findings.find(({ rule }) => rule === 'tag-overwritten');
    expect(finding?.seen).toMatchObject({ checked, holds });
  });

  test.each(['another tag', 'its digest', 'the moving tag'])(
    'fails also if the new image is requested by %s, and the tag of the check stays as it was',
    async (how) => {
      talk = await beginUnder(STRICT);
      const { world, repo } = talk;
      const { sha: commit } = await repo.push('staging', { message: 'Pushed' });
      stage(world, { commit });
      await world.drain();
      const tag = `staging-${commit}`;
      const { digest } = stage(world, { commit, tag, image: { seed: 'rebuilt' } });
      await talk.say('ada', `/promote ${{ 'another tag': tag, 'its digest': digest }[how] ?? 'staging'}`);
      expect((await talk.promotion()).images[0]?.digest).toBe(digest);
      expect(await talk.findings()).toContain('fail tag-overwritten');
    },
  );

  test('does not warn for the examined image, even if the tag holds another one by now', async () => {
    talk = await beginUnder(STRICT);
    const { world, repo } = talk;
    const { sha: commit } = await repo.push('staging', { message: 'Pushed' });
    const { digest } = stage(world, { commit });
    await world.drain();
    const tag = `staging-${commit}`;
    world.registry.setTag(IMAGE, tag, digest);
    stage(world, { commit, image: { seed: 'rebuilt' } });
    await talk.say('ada', `/promote ${tag}`);
    expect(await talk.state()).toBe('awaiting-approval');
  });
});
