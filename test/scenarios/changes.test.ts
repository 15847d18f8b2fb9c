// What an image changes compared with production: shown to reviewers, and judged by the rules `order` and `platforms`.
import { afterEach, describe, expect, test } from 'vitest';
import type { ImageChanges } from '../../src/domain/image/changes.ts';
import { beginHistory, type Historic } from './history.ts';
import { write } from './policy-world.ts';
import { IMAGE, stage } from './world.ts';

let talk: Historic;

afterEach(async () => {
  await talk.world.end();
  await talk.world.close();
});

async function changesOf(number: number): Promise<ImageChanges> {
  const { changes } = (await talk.promotion(number)).images[0] ?? {};
  if (changes === undefined) throw new Error(`P${number} has no changes`);
  return changes;
}

/** Between the commits. */
function compares(from = 0): readonly string[] {
  return talk.world.github.requests
    .slice(from)
    .filter(({ path }) => path.includes('/compare/'))
    .map(({ path, status }) => `${path.split('/compare/')[1] ?? ''} ${status}`);
}

/** Pushes commits to staging; the image is of the last one. */
function build(messages: readonly string[], by = 'ada'): { readonly tag: string; readonly commit: string } {
  const commits = messages.map((message) => talk.repo.commitOn('staging', { message, by }));
  const commit = commits.at(-1) ?? '';
  stage(talk.world, { commit });
  return { commit, tag: `staging-${commit.slice(0, 7)}` };
}

async function promoteFor(platforms: readonly string[]): Promise<void> {
  const commit = talk.repo.commitOn('staging', { message: 'Fewer platforms' });
  stage(talk.world, { commit, image: { platforms } });
  await talk.say('ada', `/promote staging-${commit.slice(0, 7)}`);
}

describe('a promotion', () => {
  test('lists the commits since production, with authors and pull requests', async () => {
    talk = await beginHistory();
    const first = await talk.release('First');
    talk.world.clock.turn(3 * 24 * 60 * 60 * 1000);
    talk.repo.commitOn('staging', { message: 'Fix the login page (#41)', by: 'ada' });
    talk.repo.commitOn('staging', {
      message: 'Merge pull request #42 from acme/search\n\nSearch by name\n\nDetails',
      by: 'bob',
    });
    const { tag, commit } = build(['Plain']);
    await talk.say('ada', `/promote ${tag}`);
    const { held, commits } = await changesOf(2);
    expect(held).toMatchObject({ promotion: 1, commit: first.commit, digest: first.digest, version: null });
    expect(commits).toMatchObject({
      kind: 'compared',
      ahead: 3,
      behind: 0,
      authors: ['ada', 'bob'],
      newest: [
        { sha: commit, subject: 'Plain', pull: null },
        { subject: 'Search by name', pull: 42 },
        { subject: 'Fix the login page', pull: 41 },
      ],
    });
    const link = `/compare/${first.commit}...${commit})`;
    for (const shown of [talk.card(2), (await talk.say('bob', '/status P2')).replies[0] ?? '']) {
      expect(shown).toContain(link);
    }
  });

  test('names the version of what production holds', async () => {
    talk = await beginHistory();
    await talk.say('ada', `/promote staging-${talk.short} as v1.4.2`);
    await talk.approve('bob', 1);
    await talk.say('ada', `/promote ${build(['Next']).tag}`);
    expect((await changesOf(2)).held).toMatchObject({ promotion: 1, version: 'v1.4.2' });
  });

  test('before the first one of an environment, compares with what its tags hold, by the label of that image', async () => {
    talk = await beginHistory();
    await talk.request();
    const { held, commits } = await changesOf(1);
    expect(held).toMatchObject({ digest: talk.old.digest, promotion: null, at: null });
    expect(commits).toMatchObject({ kind: 'compared', ahead: 1, behind: 0 });
  });

  test('to an environment that holds nothing compares nothing', async () => {
    talk = await beginHistory({ empty: true });
    await talk.request();
    expect((await talk.promotion(1)).images[0]).not.toHaveProperty('changes');
    expect(await talk.findings(1)).toEqual((await talk.findings(1)).filter((line) => !line.includes('order')));
  });

  test('asks GitHub once for the commits and their authors; again is free', async () => {
    talk = await beginHistory();
    const { commit } = await talk.release('First');
    const { tag, commit: next } = build(['Next']);
    const before = talk.world.github.requests.length;
    await talk.say('ada', `/promote ${tag}`);
    const between = `${commit}...${next}`;
    expect(compares(before).filter((line) => line.startsWith(between))).toEqual([`${between} 200`]);
    expect((await talk.promotion(2)).contributors).toMatchObject({ commits: 1 });
    await talk.repo.rerun({ checkRun: talk.repo.checkRuns(next).at(-1)?.id ?? 0, by: 'bob' });
    await talk.world.drain();
    expect(compares(before).filter((line) => line.startsWith(between))).toEqual([`${between} 200`, `${between} 304`]);
  });

  test('of more commits than GitHub lists in one answer shows their number', async () => {
    talk = await beginHistory();
    await talk.release('First');
    const { tag } = build(Array.from({ length: 251 }, (_, index) => `Commit ${index}`));
    await talk.say('ada', `/promote ${tag}`);
    expect((await changesOf(2)).commits).toMatchObject({ kind: 'compared', ahead: 251, authors: [], newest: [] });
    expect((await talk.promotion(2)).contributors).toMatchObject({ commits: 251 });
  });

  test('shows sizes, layers, configuration and the names of variables', async () => {
    talk = await beginHistory();
    await talk.release('First');
    const commit = talk.repo.commitOn('staging', { message: 'Other' });
    stage(talk.world, {
      commit,
      image: {
        declaredLayerSizes: [200_000_000, 1_000_000],
        user: 'app',
        ports: ['8080/tcp'],
        env: ['TOKEN=ghp_0123456789abcdefghij'],
        cmd: ['serve'],
      },
    });
    await talk.say('ada', `/promote staging-${commit.slice(0, 7)}`);
    const { contents } = await changesOf(2);
    if (contents.kind !== 'compared') throw new Error('nothing was compared');
    expect(contents.config).toEqual(
      expect.arrayContaining([
        { kind: 'config', name: 'user', from: null, to: 'app' },
        { kind: 'config', name: 'ports', from: null, to: '8080/tcp' },
        { kind: 'variable', name: 'TOKEN', change: 'added' },
      ]),
    );
    expect(contents.platforms.every(({ size }) => size !== null && size.to > 0)).toBe(true);
    expect(JSON.stringify(await talk.promotion(2))).not.toContain('ghp_');
  });
});

describe('an older image', () => {
  test('fails, with the line that goes back to it; force overrides that', async () => {
    talk = await beginHistory();
    const older = talk.build('Older');
    await talk.release('Newer');
    await talk.say('ada', `/promote ${older.tag}`);
    expect(await talk.state(2)).toBe('checks-failed');
    const [finding] = (await talk.promotion(2)).findings.filter(({ rule }) => rule === 'order');
    expect(finding).toMatchObject({
      outcome: 'fail',
      seen: { code: 'older', environment: 'production', promotion: 1, behind: 1, rollbackTo: older.tag },
    });
    await talk.say('mia', `/promote ${older.tag} force --reason "on purpose"`);
    expect(await talk.state(3)).toBe('awaiting-approval');
    expect(await talk.findings(3)).toContain('fail order overridden');
  });

  test('than one that was put there by hand only warns: its commit is what the image claims', async () => {
    talk = await beginHistory();
    const newer = talk.build('Built from main');
    for (const tag of ['main', 'latest']) talk.world.registry.setTag(IMAGE, tag, newer.digest);
    await talk.request();
    expect(await talk.findings()).toContain('warn order');
    expect(await talk.state()).toBe('awaiting-approval');
  });

  test('that production held names its promotion', async () => {
    talk = await beginHistory();
    const first = await talk.release('First');
    await talk.release('Second');
    await talk.say('ada', `/promote ${first.tag}`);
    const [finding] = (await talk.promotion(3)).findings.filter(({ rule }) => rule === 'order');
    expect(finding).toMatchObject({ outcome: 'fail', seen: { code: 'older', rollbackTo: 'P1' } });
  });

  test('is one only compared with what production holds: after a rollback the newer one may come again', async () => {
    talk = await beginHistory();
    await talk.release('First');
    const second = await talk.release('Second');
    await talk.rollBack();
    await talk.say('ada', `/promote ${second.tag}`);
    expect(await talk.state(4)).toBe('awaiting-approval');
  });

  test('is noticed when a newer one reaches production while it waits', async () => {
    talk = await beginHistory();
    const older = talk.build('Older');
    const newer = talk.build('Newer');
    await talk.say('ada', `/promote ${newer.tag}`);
    await talk.say('ada', `/promote ${older.tag}`);
    expect(await talk.state(2)).toBe('awaiting-approval');
    await talk.approve('bob', 1);
    expect(await talk.state(1)).toBe('promoted');
    expect(await talk.told(2)).toBe('checks-failed');
    expect(await talk.findings(2)).toContain('fail order');
  });

  test('of the same commit passes: it is built again', async () => {
    talk = await beginHistory();
    const { commit } = await talk.release('First');
    stage(talk.world, { commit, image: { declaredLayerSizes: [150_000_000] } });
    await talk.say('ada', `/promote staging-${commit.slice(0, 7)}`);
    expect((await changesOf(2)).commits).toMatchObject({ kind: 'compared', ahead: 0, behind: 0 });
    // Only its permanent tag is in the way.
    expect((await talk.findings(2)).filter((line) => line.startsWith('fail'))).toEqual(['fail permanent-tag']);
  });

  test.each([
    ['warns', 'environments: { production: { order: warn } }\n', 'awaiting-approval', ['warn order']],
    ['is nothing', 'environments: { production: { order: off } }\n', 'awaiting-approval', []],
  ] as const)('%s where the policy says so', async (_, policy, state, found) => {
    talk = await beginHistory({ policy });
    const older = talk.build('Older');
    await talk.release('Newer');
    await talk.say('ada', `/promote ${older.tag}`);
    expect(await talk.state(2)).toBe(state);
    expect((await talk.findings(2)).filter((line) => line.includes('order'))).toEqual(found);
  });

  test.each([
    [404, 'Not Found', 'commit-gone'],
    [404, 'No common ancestor between a and b.', 'no-common-history'],
    [422, 'Sorry, this diff is taking too long to generate.', 'too-large'],
    [403, 'Resource not accessible by integration', 'refused'],
  ])('can not be told by GitHub (%i %s): a warning, and nothing is blocked', async (status, message, because) => {
    talk = await beginHistory();
    const { commit } = await talk.release('First');
    const { tag, commit: next } = build(['Next']);
    const path = new RegExp(`/compare/${commit}\\.\\.\\.${next}$`);
    talk.world.github.failNext({ method: 'GET', path, status, body: { message }, times: Infinity });
    await talk.say('ada', `/promote ${tag}`);
    await talk.world.pass(60_000, 10_000);
    expect((await changesOf(2)).commits).toEqual({ kind: 'unknown', because });
    expect(await talk.state(2)).toBe('awaiting-approval');
    expect(await talk.findings(2)).toContain('warn order');
  });
});

describe('an image without a platform', () => {
  test('that production has fails', async () => {
    talk = await beginHistory();
    await talk.release('First');
    await promoteFor(['linux/amd64']);
    expect(await talk.state(2)).toBe('checks-failed');
    const [finding] = (await talk.promotion(2)).findings.filter(({ rule }) => rule === 'platforms');
    expect(finding?.seen).toEqual({ code: 'missing', held: ['linux/arm64'], required: [] });
  });

  test('under another name of the same platform passes', async () => {
    talk = await beginHistory();
    await talk.release('First');
    await promoteFor(['linux/amd64', 'linux/arm64/v8']);
    expect(await talk.state(2)).toBe('awaiting-approval');
    expect((await changesOf(2)).contents).toMatchObject({ added: [], removed: [] });
  });

  test('that the policy requires fails, where production never had it', async () => {
    talk = await beginHistory({ policy: 'validation: { platforms: { required: [linux/arm/v7] } }\n', empty: true });
    await talk.request();
    expect(await talk.state(1)).toBe('checks-failed');
    const [finding] = (await talk.promotion(1)).findings.filter(({ rule }) => rule === 'platforms');
    expect(finding?.seen).toEqual({ code: 'missing', held: [], required: ['linux/arm/v7'] });
  });

  test('passes where the policy says so', async () => {
    talk = await beginHistory();
    await talk.release('First');
    write(talk, 'validation: { platforms: { level: off } }\n');
    await promoteFor(['linux/amd64']);
    expect(await talk.state(2)).toBe('awaiting-approval');
    expect((await changesOf(2)).contents).toMatchObject({ removed: ['linux/arm64'] });
  });

  test('warns where the config of production’s image is gone: nobody knows what it runs on', async () => {
    talk = await beginHistory();
    const commit = talk.repo.commitOn('staging', { message: 'One platform' });
    const single = stage(talk.world, { commit, image: { platforms: ['linux/amd64'], attestationChild: false } });
    await talk.say('ada', `/promote staging-${commit.slice(0, 7)}`);
    write(talk, 'validation: { platforms: { level: warn } }\n');
    await talk.say('ada', `/promote staging-${commit.slice(0, 7)}`);
    await talk.approve('bob', 2);
    expect(await talk.state(2)).toBe('promoted');
    write(talk, '{}\n');
    const config = single.blobs.find(({ content }) => content.kind === 'bytes');
    talk.world.registry.deleteBlob(IMAGE, config?.digest ?? '');
    talk.world.clock.turn(60 * 60 * 1000);
    const { tag } = build(['Next']);
    await talk.say('ada', `/promote ${tag}`);
    expect(await talk.findings(3)).toContain('warn platforms');
    expect(await talk.state(3)).toBe('awaiting-approval');
  });

  test('warns where the image of production is gone from the registry', async () => {
    talk = await beginHistory();
    const { digest } = await talk.release('First');
    talk.world.registry.deleteManifest(IMAGE, digest);
    const { tag } = build(['Next']);
    await talk.say('ada', `/promote ${tag}`);
    expect(await talk.state(2)).toBe('awaiting-approval');
    expect(await talk.findings(2)).toContain('warn platforms');
    expect((await changesOf(2)).contents).toEqual({ kind: 'unknown', because: 'gone' });
  });
});

async function sameCode(number = 1): Promise<unknown> {
  return (await talk.promotion(number)).images[0]?.sameCode;
}

/** An image of a new commit on staging with these files. */
async function promoteFiles(files: Readonly<Record<string, string>>): Promise<void> {
  const commit = talk.repo.commitOn('staging', { message: 'Files', files });
  stage(talk.world, { commit });
  await talk.say('ada', `/promote staging-${commit.slice(0, 7)}`);
}

describe('the code of the production branch', () => {
  test('is compared for the card: commits of its own, merges left out', async () => {
    talk = await beginHistory();
    talk.repo.merge({ from: 'main', into: 'staging' });
    await promoteFiles({ 'a.ts': '1' });
    expect(await sameCode()).toMatchObject({ kind: 'compared', branch: 'main', files: 'differ', own: 3 });
    expect(await talk.state()).toBe('awaiting-approval');
    expect(talk.card()).toContain('not on `main`');
  });

  test('is the same where main has the same files, as after a squash', async () => {
    talk = await beginHistory();
    talk.repo.writeFiles('main', { 'a.ts': '1' });
    await promoteFiles({ 'a.ts': '1' });
    expect(await sameCode()).toMatchObject({ kind: 'compared', files: 'same' });
    expect(talk.card()).toContain('same files as `main`');
  });

  test.each([
    ['identical', 'fail content'],
    ['subset', 'fail content'],
  ])('is missing where the policy asks for it (%s), and force overrides that', async (match, found) => {
    talk = await beginHistory({ policy: `validation: { content: { match: ${match} } }\n` });
    await promoteFiles({ 'a.ts': '1' });
    expect(await talk.state()).toBe('checks-failed');
    expect(await talk.findings()).toContain(found);
    const tag = (await talk.promotion()).source.tag ?? '';
    await talk.say('mia', `/promote ${tag} force --reason "now"`);
    expect(await talk.findings(2)).toContain(`${found} overridden`);
  });

  test('may differ in the files that the policy ignores', async () => {
    talk = await beginHistory();
    talk.repo.writeFiles('main', {
      '.github/promotion.yml': 'validation: { content: { match: identical, ignore: ["docs/**"] } }\n',
      'docs/a.md': 'old',
    });
    await promoteFiles({
      '.github/promotion.yml': 'validation: { content: { match: identical, ignore: ["docs/**"] } }\n',
      'docs/a.md': 'new',
      'docs/sub/b.md': 'new',
    });
    expect(await talk.findings()).toContain('pass content');
    await promoteFiles({ 'src/a.ts': 'new' });
    const [finding] = (await talk.promotion(2)).findings.filter(({ rule }) => rule === 'content');
    expect(finding).toMatchObject({ outcome: 'fail', seen: { code: 'other-files', paths: ['src/a.ts'] } });
  });

  test('can not be told: without the rule nothing is blocked, with it the check is unknown', async () => {
    talk = await beginHistory({ policy: 'validation: { content: { match: subset } }\n' });
    const path = /\/compare\/main\.\.\./;
    talk.world.github.failNext({ method: 'GET', path, status: 404, body: { message: 'Not Found' }, times: Infinity });
    await talk.request();
    expect(await talk.state()).toBe('checks-failed');
    expect(await talk.findings()).toContain('unknown content');
    write(talk, '{}\n');
    await talk.request();
    expect(await sameCode(2)).toEqual({ kind: 'unknown', branch: 'main', because: 'commit-gone' });
    expect(await talk.state(2)).toBe('awaiting-approval');
  });
});
