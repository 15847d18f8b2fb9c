// Names change hands: an image belongs to the repository that promoted it first, and a repository is known by its id.
import { afterEach, describe, expect, test } from 'vitest';
import { isBlocking } from '../../src/domain/finding.ts';
import { REVISION_LABEL, SOURCE_LABEL } from '../../src/domain/image/image-facts.ts';
import { parseImageRepository } from '../../src/domain/image/reference.ts';
import type { Reply } from '../../src/domain/reply.ts';
import { LONGEST_LEASE_MS } from '../../src/engine/core/lease.ts';
import { findImageOwner } from '../../src/store/image-owners.ts';
import { findPromotionByNumber } from '../../src/store/promotions/promotions.ts';
import { tick } from '../../src/engine/queue/scheduler.ts';
import { JOB_ROWS } from '../engine/job-kinds.ts';
import type { GitHubRepo } from '../support/github/repo.ts';
import type { ImageOptions } from '../support/registry/images.ts';
import { answersAmong, refused } from './answers.ts';
import { begin, type Conversation } from './conversation.ts';
import { POLICY, write } from './policy-world.ts';
import { IMAGE, stage } from './world.ts';

const MINUTE_MS = 60_000;

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

/** The other one asks nobody for approval, and its people have every right there. */
async function takeOverName(): Promise<GitHubRepo> {
  const { world, repo } = talk;
  world.github.setAppUrl(null);
  await repo.settings.rename('dot-ca');
  const other = await world.github.repo({ owner: 'acme', name: 'other', users: { eve: 'admin', ada: 'admin' } });
  await other.settings.rename('dotca');
  other.writeFiles('main', { [POLICY]: 'environments: { production: { approvals: { required: 0 } } }\n' });
  await world.restart();
  return other;
}

describe('a repository was renamed, another one has its name now, and both webhooks are missing', () => {
  test('a waiting promotion is compared with its own policy, and its own thread and check run are written', async () => {
    talk = await begin();
    await talk.request();
    const asked = talk.world.github.requests.length;
    await takeOverName();
    const { app, clock } = talk.world;
    clock.turn(10 * MINUTE_MS);
    expect(await tick({ store: app.store, jobs: JOB_ROWS, now: clock.now }, 'reconcile')).toBe(true);
    await talk.world.pass(8 * MINUTE_MS, MINUTE_MS);
    expect(await talk.state()).toBe('awaiting-approval');
    expect(talk.production().main).toBe(talk.old.digest);
    const paths = talk.world.github.requests.slice(asked).map(({ path }) => path);
    expect(paths).toContain('/repos/acme/dot-ca/contents/.github');
    expect(paths.filter((path) => path.startsWith('/repos/acme/dotca/'))).toEqual([]);
    await talk.world.end();
  });
});

/** The repository takes another name, and a new one takes the old name; the App hears of all of it. */
async function swapNames(): Promise<GitHubRepo> {
  const { world, repo } = talk;
  await repo.settings.rename('dot-ca');
  const other = await world.github.repo({ owner: 'acme', name: 'other', users: { eve: 'admin', bob: 'write' } });
  await other.settings.rename('dotca');
  await world.drain();
  return other;
}

/** An image that the new repository built, with its own commit and the label of its name. */
function stageOf(other: GitHubRepo): string {
  other.commitOn('main', { message: 'First' });
  const commit = other.commitOn('staging', { message: 'Theirs' });
  stage(talk.world, { commit });
  return `staging-${commit.slice(0, 7)}`;
}

async function sayIn(repo: GitHubRepo, by: string, body: string): Promise<readonly Reply[]> {
  const issue = repo.openIssue({ title: 'Release', by });
  await repo.comment({ issue, by, body });
  await talk.world.drain();
  return answersAmong(talk.world.app.store.db, repo.comments(issue));
}

async function findingsIn(repo: GitHubRepo, number = 1): Promise<readonly string[]> {
  const promotion = await findPromotionByNumber(talk.world.app.store.db, { repoId: repo.id, number });
  return (promotion?.findings ?? []).filter(isBlocking).map(({ rule }) => rule);
}

describe('an image that a repository has promoted', () => {
  test('is refused to a repository that takes over its name, by each command, until the operator grants it', async () => {
    talk = await begin();
    await talk.request();
    await talk.say('bob', '/approve');
    expect(await talk.state()).toBe('promoted');
    const other = await swapNames();
    const source = stageOf(other);
    const refusal = refused('image-of-another-repository', { repo: 'acme/dotca', repoId: other.id });
    for (const line of [
      `/promote ${source}`,
      `/promote ${source} force --reason "now"`,
      '/rollback --reason "x"',
      '/status',
    ]) {
      expect(await sayIn(other, 'eve', line)).toMatchObject([refusal]);
    }
    expect(talk.production().main).toBe(talk.image.digest);
    const image = `${talk.world.registry.host}/${IMAGE}`;
    await talk.world.restart({ IMAGE_GRANTS: `${image}=acme/dotca@${other.id}` });
    await sayIn(other, 'eve', `/promote ${source}`);
    expect(await findingsIn(other)).toEqual([]);
    // Its former owner is not among those that it is granted to.
    write(talk, `images: ["${image}"]`);
    expect((await talk.say('ada', `/promote staging-${talk.short}`)).answers).toMatchObject([
      refused('image-granted-elsewhere', { repo: 'acme/dot-ca' }),
    ]);
    await talk.world.end();
  });

  test('stays promotable under its old name after a rename, with the old labels', async () => {
    talk = await begin();
    await talk.request();
    await talk.say('bob', '/approve');
    const commit = talk.repo.commitOn('staging', { message: 'Later' });
    const later = stage(talk.world, { commit });
    await talk.repo.settings.rename('dot-ca');
    await talk.world.drain();
    write(talk, `images: ["${talk.world.registry.host}/${IMAGE}"]`);
    await talk.say('ada', `/promote staging-${commit.slice(0, 7)}`);
    await talk.say('bob', '/approve P2');
    expect(await talk.state(2)).toBe('promoted');
    expect(talk.production().main).toBe(later.digest);
    await talk.world.end();
  });

  test('a label with a name that another repository has by now no longer counts', async () => {
    talk = await begin();
    await talk.request();
    await talk.say('bob', '/approve');
    const commit = talk.repo.commitOn('staging', { message: 'Later' });
    stage(talk.world, { commit });
    await swapNames();
    write(talk, `images: ["${talk.world.registry.host}/${IMAGE}"]`);
    await talk.say('ada', `/promote staging-${commit.slice(0, 7)}`);
    expect(await talk.findings(2)).toContain('fail source linux/amd64');
    await talk.world.end();
  });
});

describe('an image that nobody has promoted', () => {
  test('is promotable under the former name of a renamed repository, with the old labels', async () => {
    talk = await begin();
    await talk.repo.settings.rename('dot-ca');
    await talk.world.drain();
    write(talk, `images: ["${talk.world.registry.host}/${IMAGE}"]`);
    await talk.request();
    await talk.say('bob', '/approve');
    expect(await talk.state()).toBe('promoted');
    expect(talk.production().main).toBe(talk.image.digest);
    await talk.world.end();
  });

  test('is refused under a former name that another repository has by now', async () => {
    talk = await begin();
    await swapNames();
    write(talk, `images: ["${talk.world.registry.host}/${IMAGE}"]`);
    expect((await talk.request()).answers).toMatchObject([refused('image-not-granted', { repo: 'acme/dot-ca' })]);
    await talk.world.end();
  });

  test('is proven by no label of a name that two repositories had, whatever is forced', async () => {
    talk = await begin();
    const other = await swapNames();
    const source = stageOf(other);
    await sayIn(other, 'eve', `/promote ${source}`);
    expect(await findingsIn(other)).toEqual(['image-owner']);
    await sayIn(other, 'eve', `/promote ${source} force --reason "now"`);
    expect(await findingsIn(other, 2)).toEqual(['image-owner']);
    await talk.world.restart({ IMAGE_GRANTS: `${talk.world.registry.host}/${IMAGE}=acme/dotca@${other.id}` });
    await sayIn(other, 'eve', `/promote ${source}`);
    expect(await findingsIn(other, 3)).toEqual([]);
    await talk.world.end();
  });

  test.each(['warn', 'off'])('needs a source label under `labels: %s` too', async (level) => {
    talk = await begin({ image: { labels: {} } });
    write(talk, `validation: { labels: { level: ${level} } }`);
    await talk.request();
    expect(await talk.state()).toBe('checks-failed');
    expect(await talk.findings()).toContain('fail image-owner');
    await talk.say('mia', `/promote staging-${talk.short} force --reason "now"`);
    expect(await talk.state(2)).toBe('checks-failed');
    await talk.world.end();
  });

  test.each<readonly [string, (origin: Readonly<Record<string, string>>) => ImageOptions]>([
    ['of the index', (origin) => ({ indexAnnotations: origin })],
    ['of each manifest', (origin) => ({ annotations: origin })],
    [
      'of the only manifest',
      (origin) => ({ annotations: origin, platforms: ['linux/amd64'], attestationChild: false }),
    ],
  ])('is proven by annotations %s, and its commit as well', async (_name, annotated) => {
    talk = await begin();
    write(talk, 'validation: { platforms: { level: off } }\n');
    const commit = talk.repo.commitOn('staging', { message: 'Annotated' });
    const image = stage(talk.world, { commit, image: { labels: {}, ...annotated(originOf(commit)) } });
    await talk.say('ada', `/promote staging-${commit.slice(0, 7)}`);
    await talk.say('bob', '/approve');
    expect(await talk.state()).toBe('promoted');
    expect((await talk.promotion()).images).toMatchObject([{ commit }]);
    expect(talk.production().main).toBe(image.digest);
    await talk.world.end();
  });

  test.each<readonly [string, (commit: string) => ImageOptions, readonly string[]]>([
    [
      'its labels are right and an annotation names another repository',
      () => ({ indexAnnotations: { [SOURCE_LABEL]: 'https://github.com/acme/other' } }),
      ['fail source linux/amd64', 'fail source linux/arm64', 'fail image-owner'],
    ],
    [
      'one platform has a foreign annotation',
      () => ({ perPlatform: { 'linux/arm64': { annotations: { [SOURCE_LABEL]: 'https://github.com/acme/other' } } } }),
      ['fail source linux/arm64', 'fail image-owner'],
    ],
    [
      'one platform has neither label nor annotation',
      (commit) => ({ labels: {}, perPlatform: { 'linux/amd64': { annotations: originOf(commit) } } }),
      ['fail source linux/arm64', 'fail image-owner', 'fail revision'],
    ],
    [
      'an annotation names another commit than the labels',
      () => ({ indexAnnotations: { [REVISION_LABEL]: 'a'.repeat(40) } }),
      ['fail revision'],
    ],
  ])('is refused where %s', async (_name, contradicted, findings) => {
    talk = await begin();
    const commit = talk.repo.commitOn('staging', { message: 'Contradicted' });
    stage(talk.world, { commit, image: { labels: originOf(commit), ...contradicted(commit) } });
    await talk.say('ada', `/promote staging-${commit.slice(0, 7)}`);
    expect(await talk.state()).toBe('checks-failed');
    expect((await talk.findings()).filter((line) => line.startsWith('fail'))).toEqual(findings);
    await talk.world.end();
  });

  test('once it is promoted, the policy alone decides on its labels', async () => {
    talk = await begin();
    await talk.request();
    await talk.say('bob', '/approve');
    write(talk, 'validation: { labels: { level: warn } }');
    const commit = talk.repo.commitOn('staging', { message: 'Bare' });
    stage(talk.world, { commit, image: { labels: {} } });
    await talk.say('ada', `/promote staging-${commit.slice(0, 7)}`);
    expect(await talk.state(2)).toBe('awaiting-approval');
    expect(await talk.findings(2)).toEqual(expect.arrayContaining(['warn source linux/amd64', 'warn revision']));
    expect(talk.card(2)).not.toContain('/runs/');
    await talk.world.end();
  });

  test('a proof that is no longer valid stops the first tag: the name was taken over after the approval', async () => {
    talk = await begin();
    await talk.request();
    await talk.repo.comment({ issue: talk.issue, by: 'bob', body: '/approve' });
    await talk.world.drainUntilKilled({ by: ({ method }) => method === 'PUT', when: 'before' });
    await talk.world.restart();
    await swapNames();
    talk.world.clock.turn(LONGEST_LEASE_MS + 1);
    await talk.world.drain();
    const { state } = await talk.promotion();
    expect(state).toMatchObject({
      kind: 'failed',
      failure: { production: 'untouched', problem: { code: 'image-not-proven', repoId: talk.repo.id } },
    });
    expect(talk.production().main).toBe(talk.old.digest);
    await talk.world.end();
  });

  test('is not claimed by an open promotion', async () => {
    talk = await begin();
    await talk.request();
    const image = must(parseImageRepository(`${talk.world.registry.host}/${IMAGE}`));
    expect(await findImageOwner(talk.world.app.store.db, image)).toBeNull();
    await talk.say('bob', '/approve');
    expect(await findImageOwner(talk.world.app.store.db, image)).toBe(talk.repo.id);
    await talk.world.end();
  });
});

function originOf(commit: string): Readonly<Record<string, string>> {
  return { [SOURCE_LABEL]: 'https://github.com/acme/dotca', [REVISION_LABEL]: commit };
}

describe('a grant', () => {
  test('excludes the repository of that name, unless it is granted to that one too', async () => {
    talk = await begin();
    const image = `${talk.world.registry.host}/${IMAGE}`;
    await talk.world.restart({ IMAGE_GRANTS: `${image}=acme/backend` });
    expect((await talk.request()).answers).toMatchObject([refused('image-granted-elsewhere', { repo: 'acme/dotca' })]);
    await talk.world.restart({ IMAGE_GRANTS: `${image}=acme/backend,${image}=acme/dotca` });
    await talk.request();
    expect(await talk.state()).toBe('awaiting-approval');
    await talk.world.end();
  });
});

function must<T>(value: T | null): T {
  if (value === null) throw new Error('not legal');
  return value;
}
