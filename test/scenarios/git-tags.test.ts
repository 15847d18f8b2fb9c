// A git tag `v1.2.3` is pushed: production's image gets the version, or the tagged commit says what to type.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GitTagAnswer } from '../../src/domain/promotion/git-tag.ts';
import { begin, shown, type Conversation } from './conversation.ts';
import { trailOf, writesOf } from './release.ts';
import { acme, IMAGE, Scenario, stage } from './world.ts';

let talk: Conversation;
beforeEach(async () => {
  talk = await begin();
});
afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

type Run = ReturnType<Conversation['repo']['checkRuns']>[number];

function held(tag: string): string | null {
  return talk.world.registry.tag(IMAGE, tag);
}

async function pushTag(name: string, on: string, by?: string): Promise<void> {
  await talk.repo.pushTag({ name, on, ...(by === undefined ? {} : { by }) });
  await talk.world.drain();
}

/** The newest check run of a version on the commit. */
function runOn(commit: string): Run {
  const run = talk.repo.checkRuns(commit).findLast(({ name }) => name === 'imprimatur / version');
  if (run === undefined) throw new Error(`no version's check run on ${commit}`);
  return run;
}

/** The values of the newest answer that was given on the commit. */
async function answerOn(commit: string): Promise<GitTagAnswer> {
  const { db } = talk.world.app.store;
  const rows = await db
    .selectFrom('jobs')
    .select('payload')
    .where('kind', '=', 'answer-git-tag')
    .orderBy('id')
    .execute();
  const given = rows.map(({ payload }) => {
    const parsed: { readonly commit: string; readonly answer: GitTagAnswer } = JSON.parse(
      Buffer.from(payload).toString(),
    );
    return parsed;
  });
  const newest = given.findLast((one) => one.commit === commit);
  if (newest === undefined) throw new Error(`no answer on ${commit}`);
  return newest.answer;
}

/** A commit on `staging` with files of its own, and its image. */
function build(files: Readonly<Record<string, string>>): { readonly commit: string; readonly digest: string } {
  const commit = talk.repo.commitOn('staging', { message: 'With files', files });
  return { commit, digest: stage(talk.world, { commit }).digest };
}

/** The image is promoted, and `staging` is merged into `main`. */
async function released(): Promise<string> {
  await talk.request();
  await talk.click('bob', 'approve');
  expect(talk.production().main).toBe(talk.image.digest);
  return talk.repo.merge({ from: 'staging', into: 'main' });
}

describe('production was built from the tagged files', () => {
  test('it gets the version, without an approval, and nothing else moves', async () => {
    const merged = await released();
    expect(merged).not.toBe(talk.commit);
    const before = talk.world.registry.tags(IMAGE);
    await pushTag('v1.2.3', merged, 'ada');
    expect(talk.world.registry.tags(IMAGE)).toEqual({ ...before, 'v1.2.3': talk.image.digest });
    const run = runOn(merged);
    expect(run).toMatchObject({ status: 'completed', conclusion: 'success', actions: [] });
    expect(await talk.told(2)).toBe('promoted');
    expect(run.summary).toContain('✓ P2 · `v1.2.3` → `production`');
    expect(run.summary).toContain(`\`${merged.slice(0, 7)}\``);
    expect(run.text).toMatch(new RegExp(`^- \`v1.2.3\`: .*→ \`${shown(talk.image.digest)}\``, 'm'));
    const trail = (await trailOf(talk.world)).filter(({ promotion }) => promotion === 2);
    expect(trail.map(({ kind }) => kind)).toEqual(['requested', 'examined', 'applying', 'promoted']);
    expect(trail[0]?.details).toMatchObject({ kind: 'version', version: 'v1.2.3', pushedGitTag: merged });
    expect(talk.repo.deployments()).toHaveLength(1);
  });

  test('one that skips major versions is written, and its check run warns', async () => {
    talk.world.registry.setTag(IMAGE, 'v1.4.2', talk.old.digest);
    const merged = await released();
    await pushTag('v999.0.0', merged, 'ada');
    expect(held('v999.0.0')).toBe(talk.image.digest);
    expect(await talk.findings(2)).toContain('warn version-jump');
    expect(runOn(merged).text).toMatch(/v999\.0\.0`? skips .*v1\.4\.2/);
  });

  test('a workflow may push it too', async () => {
    const merged = await released();
    await pushTag('v1.2.3-rc.1', merged);
    expect(held('v1.2.3-rc.1')).toBe(talk.image.digest);
  });

  test('two tags at once are both written', async () => {
    const merged = await released();
    await Promise.all(['v1.2.3', 'v2.0.0'].map((name) => talk.repo.pushTag({ name, on: merged, by: 'ada' })));
    await talk.world.drain();
    expect([held('v1.2.3'), held('v2.0.0')]).toEqual([talk.image.digest, talk.image.digest]);
    expect(talk.repo.checkRuns(merged).map(({ conclusion }) => conclusion)).toEqual(['success', 'success']);
    expect([await talk.told(2), await talk.told(3)]).toEqual(['promoted', 'promoted']);
  });

  test('pushed again, the version already exists', async () => {
    const merged = await released();
    await pushTag('v1.2.3', merged, 'ada');
    await pushTag('v1.2.3', merged, 'ada');
    expect(runOn(merged)).toMatchObject({ conclusion: 'success' });
    expect(await answerOn(merged)).toMatchObject({ kind: 'named-already', environment: 'production' });
    expect(await talk.state(3)).toBeNull();
  });

  test('a version that names another image is not moved, and the answer names that image', async () => {
    const merged = await released();
    talk.world.registry.setTag(IMAGE, 'v1.2.3', talk.old.digest);
    await pushTag('v1.2.3', merged, 'ada');
    expect(runOn(merged)).toMatchObject({ conclusion: 'neutral' });
    expect(await answerOn(merged)).toMatchObject({
      kind: 'refused',
      refusal: { code: 'version-taken', tag: 'v1.2.3', holds: talk.old.digest },
    });
    expect(held('v1.2.3')).toBe(talk.old.digest);
  });

  test('an image that is no longer complete is not named', async () => {
    const merged = await released();
    const layer = talk.image.blobs.find(({ sizeBytes }) => sizeBytes === 90_000_000);
    talk.world.registry.quirks.missing.add(layer?.digest ?? '');
    await pushTag('v1.2.3', merged, 'ada');
    expect(held('v1.2.3')).toBeNull();
    expect(runOn(merged)).toMatchObject({ conclusion: 'failure' });
    expect(await talk.told(2)).toBe('checks-failed');
    expect(runOn(merged).summary).toContain(`\`/promote ${talk.short} as v1.2.3\``);
  });

  test('production that moves while the tag waits is not moved back', async () => {
    const merged = await released();
    const other = stage(talk.world, { commit: talk.repo.commitOn('staging', { message: 'Other' }) });
    const remove = talk.world.registry.onRequest(({ method, path }) => {
      // The last look before the plan is made.
      if (method === 'HEAD' && path.endsWith('/blobs/' + (talk.image.blobs[0]?.digest ?? ''))) {
        talk.world.registry.setTag(IMAGE, 'main', other.digest);
      }
    });
    const written = writesOf(talk.world).length;
    await pushTag('v1.2.3', merged, 'ada');
    remove();
    expect(await talk.told(2)).toBe('checks-failed');
    expect(await talk.findings(2)).toContain('fail in-production');
    expect(writesOf(talk.world)).toHaveLength(written);
    expect(talk.production()).toEqual({ main: other.digest, latest: talk.image.digest });
  });
});

describe('production holds something else', () => {
  test('the image with the tagged files is found, even behind a merge, with the line to comment', async () => {
    const { commit, digest } = build({ 'login.ts': 'export {}' });
    const merged = talk.repo.merge({ from: 'staging', into: 'main' });
    await pushTag('v1.2.3', merged, 'ada');
    const run = runOn(merged);
    expect(run).toMatchObject({ conclusion: 'neutral', actions: [] });
    const source = `staging-${commit.slice(0, 7)}`;
    expect(await answerOn(merged)).toMatchObject({
      kind: 'not-in-production',
      environment: 'production',
      why: { cause: 'other-files', digest: talk.old.digest },
      source,
    });
    expect(run.summary).toContain(`\`/promote ${source} as v1.2.3\``);
    expect(held('v1.2.3')).toBeNull();
    expect(await talk.state()).toBeNull();

    const line = /`(\/promote [^`]*)`/.exec(run.summary ?? '')?.[1] ?? '';
    await talk.say('ada', line);
    await talk.say('bob', '/approve P1');
    expect(held('v1.2.3')).toBe(digest);
  });

  test('files that no image was built from leave the source open', async () => {
    await released();
    const commit = talk.repo.commitOn('main', { message: 'More', files: { 'more.txt': 'more' } });
    await pushTag('v1.2.3', commit, 'ada');
    expect(await answerOn(commit)).toMatchObject({ why: { cause: 'other-files' }, source: null });
    expect(runOn(commit).summary).toContain('`/promote <source> as v1.2.3`');
  });

  test('a tag off the production branch names nothing', async () => {
    await released();
    const commit = talk.repo.commitOn('feature', { message: 'Work' });
    await pushTag('v1.2.3', commit, 'ada');
    expect(await answerOn(commit)).toMatchObject({ why: { cause: 'not-on-branch', branch: 'main' } });
  });

  test('production tags that disagree are reported', async () => {
    const merged = await released();
    talk.world.registry.setTag(IMAGE, 'latest', talk.old.digest);
    await pushTag('v1.2.3', merged, 'ada');
    expect(await answerOn(merged)).toMatchObject({ why: { cause: 'mixed', tags: ['main', 'latest'] } });
  });

  test('an image that proves no commit is reported', async () => {
    const merged = talk.repo.merge({ from: 'staging', into: 'main' });
    const bare = stage(talk.world, { commit: talk.commit, image: { labels: {}, seed: 'bare' } });
    for (const tag of ['main', 'latest']) talk.world.registry.setTag(IMAGE, tag, bare.digest);
    await pushTag('v1.2.3', merged, 'ada');
    expect(await answerOn(merged)).toMatchObject({ why: { cause: 'no-commit', digest: bare.digest } });
  });

  test('Re-run checks again, in the same run', async () => {
    const policy = { '.github/promotion.yml': 'environments: { production: { tags: [prod] } }\n' };
    talk.repo.writeFiles('main', policy);
    const { digest } = build(policy);
    const merged = talk.repo.merge({ from: 'staging', into: 'main' });
    await pushTag('v1.2.3', merged, 'ada');
    const first = runOn(merged);
    expect(await answerOn(merged)).toMatchObject({ why: { cause: 'nothing-held', tags: ['prod'] } });
    await talk.repo.rerun({ checkRun: first.id, by: 'ada' });
    await talk.world.drain();
    expect(runOn(merged).id).toBe(first.id);
    talk.world.registry.setTag(IMAGE, 'prod', digest);
    await talk.repo.rerun({ checkRun: first.id, by: 'ron' });
    await talk.world.drain();
    expect(runOn(merged)).toMatchObject({ id: first.id, status: 'completed', conclusion: 'neutral' });
    expect(await answerOn(merged)).toMatchObject({ kind: 'refused', refusal: { code: 'not-permitted', role: 'read' } });
    expect(held('v1.2.3')).toBeNull();
    await talk.repo.rerun({ checkRun: first.id, by: 'ada' });
    await talk.world.drain();
    expect(held('v1.2.3')).toBe(digest);
    expect(runOn(merged).conclusion).toBe('success');
    expect(await talk.told()).toBe('promoted');
  });
});

test('Re-run of all checks of a commit checks its versions again too', async () => {
  const { commit, digest } = build({ 'a.txt': 'a' });
  const merged = talk.repo.merge({ from: 'staging', into: 'main' });
  await pushTag('v1.2.3', merged, 'ada');
  await pushTag('v1.2.4', merged, 'ada');
  expect(runOn(merged).conclusion).toBe('neutral');
  await talk.say('ada', `/promote ${commit.slice(0, 7)}`);
  await talk.say('bob', '/approve');
  await talk.repo.rerunAll({ sha: merged, by: 'ada' });
  await talk.world.drain();
  expect([held('v1.2.3'), held('v1.2.4')]).toEqual([digest, digest]);
  await talk.repo.rerunAll({ sha: merged, by: 'ada' });
  await talk.world.drain();
  const conclusions = talk.repo.checkRuns(merged).map(({ conclusion }) => conclusion);
  expect(new Set(conclusions)).toEqual(new Set(['success']));
});

describe('policies', () => {
  test('an unreadable file is reported on the tagged commit', async () => {
    await released();
    const commit = talk.repo.writeFiles('main', { '.github/promotion.yml': 'images: [' });
    await pushTag('v1.2.3', commit, 'ada');
    expect(runOn(commit)).toMatchObject({ conclusion: 'neutral' });
    expect(await answerOn(commit)).toMatchObject({ kind: 'refused', refusal: { code: 'policy-unreadable' } });
  });

  test('several environments and none called production: the environment must be named', async () => {
    const file = 'environments: { eu: { branch: main }, us: { branch: main } }\n';
    const commit = talk.repo.writeFiles('main', { '.github/promotion.yml': file });
    await pushTag('v1.2.3', commit, 'ada');
    expect(await answerOn(commit)).toMatchObject({
      kind: 'refused',
      refusal: { code: 'environment-unknown', typed: null, environments: ['eu', 'us'] },
    });
  });

  test('the only environment is meant, and the line names it', async () => {
    const file = 'environments: { eu: { branch: main, tags: [eu] } }\n';
    const commit = talk.repo.writeFiles('main', { '.github/promotion.yml': file });
    await pushTag('v1.2.3', commit, 'ada');
    expect(await answerOn(commit)).toMatchObject({ kind: 'not-in-production', environment: 'eu' });
    expect(runOn(commit).summary).toContain('`/promote <source> to eu as v1.2.3`');
  });
});

describe('silence', () => {
  test.each(['1.2.3', 'v1.2', 'v1.2.3+build', 'release-1', 'v01.0.0'])('%s is no version', async (name) => {
    const merged = await released();
    await pushTag(name, merged, 'ada');
    expect(talk.repo.checkRuns(merged)).toEqual([]);
  });

  test('a repository without a policy file and without an image', async () => {
    await talk.world.close();
    const world = await Scenario.start();
    talk = { ...talk, world, repo: await acme(world) };
    await pushTag('v1.2.3', 'main', 'ada');
    expect(talk.repo.checkRuns(talk.repo.head('main'))).toEqual([]);
  });
});
