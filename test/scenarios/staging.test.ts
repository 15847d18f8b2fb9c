// A push to staging: its image is waited for, examined and shown on the commit, and the button Promote asks for it.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseCommitSha, parseRepoName } from '../../src/domain/image/reference.ts';
import type { StagingCheck } from '../../src/domain/promotion/staging-check.ts';
import { renderStagingCheck } from '../../src/messages/check-run/staging-check.ts';
import { findStagingCheck } from '../../src/store/staging-checks.ts';
import { must } from '../domain/build.ts';
import type { GitHubRepo } from '../support/github/repo.ts';
import { acme, IMAGE, Scenario, stage } from './world.ts';

const NAME = 'imprimatur / staging image';
const MINUTE_MS = 60_000;

let world: Scenario;
let repo: GitHubRepo;

type Run = ReturnType<GitHubRepo['checkRuns']>[number];

beforeEach(async () => {
  world = await Scenario.start();
  repo = await acme(world);
});

afterEach(async () => {
  await world.close();
});

async function push(options: Parameters<GitHubRepo['push']>[1] = {}, branch = 'staging'): Promise<string> {
  const { sha } = await repo.push(branch, options);
  await world.drain();
  return sha;
}

test.each([8, 40])('an image whose tag has %i digits of the commit is found', async (digits) => {
  const commit = await push();
  await world.pass(3 * MINUTE_MS, MINUTE_MS);
  const tag = `staging-${commit.slice(0, digits)}`;
  const { digest } = stage(world, { commit, tag });
  await world.pass(3 * MINUTE_MS, MINUTE_MS);
  expect((await check(commit)).state).toMatchObject({ kind: 'examined', tag, digest });
  await world.end();
});

/** The policy file makes the repository one that certainly has to do with us. */
function writePolicy(text: string): void {
  repo.writeFiles('main', { '.github/promotion.yml': text });
}

function runsOf(commit: string): readonly Run[] {
  return repo.checkRuns(commit).filter(({ name }) => name === NAME);
}

function runOf(commit: string): Run {
  const [run, ...more] = runsOf(commit);
  if (run === undefined || more.length > 0) throw new Error(`${more.length + (run ? 1 : 0)} staging checks`);
  return run;
}

async function check(commit: string): Promise<StagingCheck> {
  const parsed = must(parseCommitSha(commit));
  return must(await findStagingCheck(world.app.store.db, { repoId: repo.id, commit: parsed }));
}

/** The conclusion of the check run, or its status, and the state that it shows: the words of both agree. */
async function shown(commit: string): Promise<string> {
  const { status, conclusion, title, text } = runOf(commit);
  const stored = await check(commit);
  const { state } = stored;
  if (state.kind === 'unseen') throw new Error('it is shown, and unseen');
  const view = {
    check: stored,
    state,
    note: null,
    heldBy: null,
    repo: must(parseRepoName(repo.fullName())),
    githubUrl: 'https://github.com',
  };
  const rendered = renderStagingCheck(view);
  expect({ title, text }).toEqual({ title: rendered.title, text: rendered.text });
  return `${conclusion ?? status}: ${state.kind === 'ended' ? state.why.cause : state.kind}`;
}

function looks(): number {
  return world.registry.requests.filter(({ path }) => path.startsWith(`/v2/${IMAGE}/manifests/staging-`)).length;
}

test('the first check of a repository shows the lines that its images lack, before anybody promotes', async () => {
  const commit = await push({ message: 'First' });
  stage(world, { commit, image: { labels: {} } });
  await world.pass(3 * MINUTE_MS, MINUTE_MS);
  expect(await shown(commit)).toBe('failure: examined');
  const { text } = runOf(commit);
  expect(text).toContain('LABEL org.opencontainers.image.source="https://github.com/acme/dotca"');
  expect(text).toContain('--label "org.opencontainers.image.revision=$GITHUB_SHA"');
  expect(runOf(commit).actions).toEqual([]);
  await world.end();
});

describe('waiting for the image', () => {
  test('until the build has pushed it; then its findings, the ready line and the button are shown', async () => {
    stage(world, { commit: repo.commitOn('staging') });
    const commit = await push({ message: 'New login page' });
    expect(await shown(commit)).toBe('in_progress: waiting');
    expect(runOf(commit).summary).toContain('2026-11-24 09:30 UTC');
    await world.pass(2 * MINUTE_MS, 10_000);
    expect(runOf(commit).status).toBe('in_progress');
    const image = stage(world, { commit });
    await world.pass(MINUTE_MS, 10_000);
    expect(await shown(commit)).toBe('success: examined');
    const { summary, text, actions, externalId } = runOf(commit);
    expect(summary).toContain(`\n/promote staging-${commit.slice(0, 7)}\n`);
    expect(summary).toContain(image.digest);
    expect(text).toMatch(/\*\*completeness\*\*/);
    expect(actions.map(({ identifier }) => identifier)).toEqual([`promote:${image.digest.slice(7, 19)}`]);
    expect((await check(commit)).state).toMatchObject({
      digest: image.digest,
      findings: expect.arrayContaining([expect.objectContaining({ rule: 'completeness', outcome: 'pass' })]),
    });
    expect(externalId).toBe(`staging/${commit}`);
    await world.end();
  });

  test('and is found immediately if the build was faster than the event, also under its full tag', async () => {
    const commit = repo.commitOn('staging');
    stage(world, { commit, tag: `staging-${commit}` });
    await world.github.deliver({
      event: 'push',
      payload: {
        ref: 'refs/heads/staging',
        after: commit,
        deleted: false,
        ...repo.frame('ada'),
      },
    });
    await world.drain();
    expect(await shown(commit)).toBe('success: examined');
    expect(runOf(commit).summary).toContain(`/promote staging-${commit}\n`);
    await world.end();
  });

  test('and an event of the package makes the next check earlier, without a tag, twice, for a child manifest', async () => {
    stage(world, { commit: repo.commitOn('staging') });
    const commit = await push();
    await world.pass(20 * MINUTE_MS, MINUTE_MS);
    const image = stage(world, { commit });
    const before = looks();
    await world.drain();
    expect(looks()).toBe(before);
    for (const child of [image.digest, image.digest]) await repo.packageEvent({ digest: child });
    await repo.packageEvent({ digest: image.digest, tag: `staging-${commit.slice(0, 7)}`, action: 'updated' });
    await world.drain();
    expect(await shown(commit)).toBe('success: examined');
    expect(runsOf(commit)).toHaveLength(1);
    await world.end();
  });

  test('and an event of another package, or a late one, changes nothing', async () => {
    const commit = await push();
    const digest = stage(world, { commit }).digest;
    await world.pass(MINUTE_MS, MINUTE_MS);
    const done = runOf(commit);
    await repo.packageEvent({ name: 'another', digest });
    await repo.packageEvent({ digest, tag: `staging-${commit.slice(0, 7)}` });
    await world.drain();
    expect(runOf(commit)).toEqual(done);
    await world.end();
  });

  test('for half an hour: then no image was built, which is a neutral result', async () => {
    writePolicy('staging: { branch: staging }\n');
    const commit = await push();
    await world.pass(29 * MINUTE_MS, MINUTE_MS);
    expect(runOf(commit).status).toBe('in_progress');
    await world.pass(MINUTE_MS);
    expect(await shown(commit)).toBe('neutral: no-image');
    expect(runOf(commit).actions).toEqual([]);
    const asked = looks();
    await world.pass(60 * MINUTE_MS, 10 * MINUTE_MS);
    expect(looks()).toBe(asked);
    // A build that took longer: Re-run waits again, on the same run.
    stage(world, { commit });
    await repo.rerun({ checkRun: runOf(commit).id, by: 'bob' });
    await world.drain();
    expect(await shown(commit)).toBe('success: examined');
    await world.end();
  });

  test('and if GitHub keeps the old conclusion, a new run takes over, whose button works', async () => {
    writePolicy('staging: { branch: staging }\n');
    world.github.freezeCompletedCheckRuns(true);
    const commit = await push();
    await world.pass(30 * MINUTE_MS, MINUTE_MS);
    expect(await shown(commit)).toBe('neutral: no-image');
    stage(world, { commit });
    await repo.rerun({ checkRun: runOf(commit).id, by: 'bob' });
    await world.drain();
    const [, second] = runsOf(commit);
    expect(second).toMatchObject({ conclusion: 'success', externalId: `staging/${commit}` });
    await repo.click({ checkRun: second?.id ?? 0, action: 'promote', by: 'bob' });
    await world.drain();
    expect(runsOf(commit)).toHaveLength(2);
    expect(runsOf(commit).at(-1)?.summary).toMatch(/^> `bob` .*\bP1\b/);
    await world.end();
  });

  test('and a Re-run during the last check starts again', async () => {
    writePolicy('staging: { branch: staging }\n');
    const commit = await push();
    await world.pass(29 * MINUTE_MS, MINUTE_MS);
    const reached = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const remove = world.registry.onRequest(async ({ path }) => {
      if (!path.includes('/manifests/staging-')) return;
      remove();
      reached.resolve();
      await held.promise;
    });
    world.clock.turn(MINUTE_MS);
    const last = world.drain();
    await reached.promise;
    world.clock.turn(1);
    await repo.rerun({ checkRun: runOf(commit).id, by: 'bob' });
    await world.app.worker?.drain();
    held.resolve();
    await last;
    await world.drain();
    expect(await shown(commit)).toBe('in_progress: waiting');
    stage(world, { commit });
    await world.pass(MINUTE_MS, 10_000);
    expect(await shown(commit)).toBe('success: examined');
    await world.end();
  });

  test('over a restart, and over an hour in which the registry does not answer', async () => {
    stage(world, { commit: repo.commitOn('staging') });
    const commit = await push();
    world.registry.quirks.html502 = { times: Infinity };
    await world.pass(5 * MINUTE_MS, MINUTE_MS);
    await world.restart();
    expect(runOf(commit).status).toBe('in_progress');
    world.registry.quirks.html502 = { times: 0 };
    stage(world, { commit });
    await world.pass(2 * MINUTE_MS, MINUTE_MS);
    expect(await shown(commit)).toBe('success: examined');
    expect(runsOf(commit)).toHaveLength(1);
    await world.end();
  });

  test('of each of two pushes within a second, each with a check of its own', async () => {
    stage(world, { commit: repo.commitOn('staging') });
    const first = await repo.push('staging', { message: 'One' });
    const second = await repo.push('staging', { message: 'Two' });
    await world.drain();
    stage(world, { commit: second.sha });
    await world.pass(MINUTE_MS, 10_000);
    expect(await shown(first.sha)).toMatch(/^in_progress/);
    expect(await shown(second.sha)).toMatch(/^success/);
    stage(world, { commit: first.sha });
    await world.pass(MINUTE_MS, 10_000);
    expect(await shown(first.sha)).toMatch(/^success/);
    await world.end();
  });
});

describe('nothing is shown', () => {
  test('without a policy file and without an image, however long', async () => {
    const commit = await push();
    await world.pass(35 * MINUTE_MS, MINUTE_MS);
    expect(repo.checkRuns(commit)).toEqual([]);
    await world.end();
  });

  test('without a policy file, if the registry denies access', async () => {
    world.registry.quirks.deny403 = [{ times: Infinity }];
    const commit = await push();
    expect(repo.checkRuns(commit)).toEqual([]);
    expect(looks()).toBeLessThan(3);
    await world.end();
  });

  test('until the first image exists', async () => {
    const commit = await push();
    await world.pass(5 * MINUTE_MS, MINUTE_MS);
    expect(repo.checkRuns(commit)).toEqual([]);
    stage(world, { commit });
    await world.pass(MINUTE_MS);
    expect(await shown(commit)).toMatch(/^success/);
    await world.end();
  });

  test('for other branches, tags and deleted branches', async () => {
    const commit = repo.commitOn('staging');
    stage(world, { commit });
    const feature = await push({}, 'feature');
    const frame = repo.frame('ada');
    const nowhere = '0'.repeat(40);
    for (const payload of [
      { ref: 'refs/tags/v1', after: commit, deleted: false, ...frame },
      { ref: 'refs/heads/staging', before: commit, after: nowhere, deleted: true, ...frame },
    ]) {
      await world.github.deliver({ event: 'push', payload });
    }
    await world.drain();
    expect(repo.checkRuns(feature)).toEqual([]);
    expect(repo.checkRuns(commit)).toEqual([]);
    await world.end();
  });
});

describe('what the check shows', () => {
  test('red only for failed rules, and then without a button', async () => {
    stage(world, { commit: repo.commitOn('staging') });
    const commit = await push();
    stage(world, { commit, image: { cmd: [] } });
    await world.pass(MINUTE_MS, 10_000);
    expect(await shown(commit)).toBe('failure: examined');
    expect((await check(commit)).state).toMatchObject({
      findings: expect.arrayContaining([expect.objectContaining({ rule: 'command', outcome: 'fail' })]),
    });
    expect(runOf(commit).summary).not.toContain('/promote');
    expect(runOf(commit).actions).toEqual([]);
    await world.end();
  });

  test('no access: it ends at once, in grey, with what to do', async () => {
    writePolicy('staging: { branch: staging }\n');
    world.registry.quirks.deny403 = [{ times: Infinity }];
    const commit = await push();
    expect(await shown(commit)).toBe('neutral: no-access');
    expect((await check(commit)).state).toMatchObject({ why: { problem: { code: 'registry-denied' } } });
    await world.end();
  });

  test('a policy that can’t be read, and an image that is not granted, in grey', async () => {
    writePolicy('stagging: {}\n');
    const broken = await push();
    expect(await shown(broken)).toBe('neutral: policy-unreadable');
    expect((await check(broken)).state).toMatchObject({
      why: { problems: [{ code: 'unknown-key', key: 'stagging', line: 1, column: 1 }] },
    });
    expect(runOf(broken).summary).toContain('"stagging"');
    writePolicy(`images: [${world.registry.host}/acme/other]\n`);
    const foreign = await push();
    expect(await shown(foreign)).toBe('neutral: not-granted');
    expect(runOf(foreign).summary).toContain('IMAGE_GRANTS=');
    await world.end();
  });

  test('the policy’s branch, prefix and environment', async () => {
    writePolicy('staging: { branch: next, tag_prefix: next }\nenvironments:\n  live: { tags: [live] }\n');
    const ignored = await push();
    expect(repo.checkRuns(ignored)).toEqual([]);
    const commit = await push({}, 'next');
    stage(world, { commit, tag: `next-${commit.slice(0, 7)}` });
    await world.pass(MINUTE_MS, 10_000);
    expect(runOf(commit).summary).toContain(`/promote next-${commit.slice(0, 7)} to live\n`);
    await world.end();
  });

  test('several environments and none called production: a line for each, and no button', async () => {
    writePolicy('environments:\n  blue: { tags: [blue] }\n  green: { tags: [green] }\n');
    const commit = await push();
    stage(world, { commit });
    await world.pass(MINUTE_MS, 10_000);
    const { summary, actions } = runOf(commit);
    const tag = `staging-${commit.slice(0, 7)}`;
    expect(summary).toContain(`/promote ${tag} to blue\n/promote ${tag} to green\n`);
    expect(actions).toEqual([]);
    await world.end();
  });
});
