// Which images a repository may name: another repository's image is refused by every entry point.
import { afterEach, describe, expect, test } from 'vitest';
import type { Reply } from '../../src/domain/reply.ts';
import { isBlocking } from '../../src/domain/finding.ts';
import { findPromotionByNumber } from '../../src/store/promotions/promotions.ts';
import type { GitHubRepo } from '../support/github/repo.ts';
import { buildImage } from '../support/registry/images.ts';
import { answersAmong, mistaken, refused } from './answers.ts';
import { begin, type Conversation } from './conversation.ts';
import { IMAGE } from './world.ts';

const OTHER = 'acme/other';

let talk: Conversation;
afterEach(async () => {
  await talk.world.close();
});

test("repository B names A's image by tag, by commit and by digest: only B's own name is searched, and nothing is found", async () => {
  talk = await begin();
  const other = await otherRepo();
  for (const source of [`staging-${talk.short}`, talk.commit, talk.image.digest]) {
    const said = await saySomewhere(other, 'eve', `/promote ${source}`);
    expect(said.reactions).toEqual(['eyes', '-1']);
    expectNothingIn(OTHER, said.answers);
  }
  const asked = talk.world.registry.requests.map(({ path }) => path).filter((path) => path.startsWith('/v2/acme'));
  expect(asked.filter((path) => !path.startsWith(`/v2/${OTHER}/`))).toEqual([]);
  await talk.world.end();
});

test.each([
  ['docker.io/acme/dotca:staging', () => refused('not-own-image', { typed: 'docker.io/acme/dotca:staging' })],
  ['acme/other:staging', () => refused('not-own-image', { typed: 'acme/other:staging' })],
  ['ghcr.io/acme/dotca@sha256:00', () => mistaken('invalid-digest', { typed: 'sha256:00' })],
])('a source can’t name another image: %s', async (source, answer) => {
  talk = await begin();
  const said = await talk.say('ada', `/promote ${source}`);
  expect(said.reactions).toEqual(['eyes', '-1']);
  expect(said.answers).toMatchObject([answer()]);
  expect(talk.world.registry.requests).toEqual([]);
  await talk.world.end();
});

test("A's image under B's name is rejected by its source label, and no force helps", async () => {
  talk = await begin();
  const { world, image } = talk;
  const other = await otherRepo();
  world.registry.addImage({ repository: OTHER, tag: 'staging', image });
  const said = await saySomewhere(other, 'eve', '/promote staging');
  expect(said.reactions).toEqual(['eyes', 'rocket']);
  const card = other.comments(1).find(({ body }) => body.startsWith('<!-- imprimatur P1 -->'))?.body ?? '';
  expect(card).toContain('✗ P1 · `staging` → `production`');
  expect(card).toMatch(/\*\*source\*\*.*acme\/dotca.*acme\/other/);
  const promotion = await findPromotionByNumber(world.app.store.db, { repoId: other.id, number: 1 });
  expect(promotion?.state.kind).toBe('checks-failed');
  const failed = promotion?.findings.filter(isBlocking).map(({ rule }) => rule);
  expect(new Set(failed)).toEqual(new Set(['source', 'image-owner', 'revision']));
  const forced = await saySomewhere(other, 'eve', '/promote staging force');
  expect(forced.reactions).toEqual(['eyes', '-1']);
  expect((await saySomewhere(other, 'bob', '/approve P1')).answers).toMatchObject([
    refused('not-awaiting-approval', { promotion: 1, state: 'checks-failed' }),
  ]);
  expect(world.registry.tags(OTHER)).toEqual({ staging: image.digest });
  await world.end();
});

test("one platform with another repository's source label is enough to reject the image", async () => {
  talk = await begin();
  const { repo, world, old } = talk;
  const commit = repo.commitOn('staging', { message: 'Half of it' });
  const labels = (name: string): Readonly<Record<string, string>> => ({
    'org.opencontainers.image.source': `https://github.com/acme/${name}`,
    'org.opencontainers.image.revision': commit,
  });
  const image = buildImage({
    declaredLayerSizes: [150_000_000],
    labels: labels('dotca'),
    perPlatform: { 'linux/arm64': { labels: labels('dotca-fork') } },
    seed: commit,
  });
  world.registry.addImage({ repository: IMAGE, tag: `staging-${commit.slice(0, 7)}`, image });
  await talk.say('ada', `/promote ${commit.slice(0, 7)}`);
  expect(await talk.state()).toBe('checks-failed');
  expect((await talk.findings()).filter((line) => line.startsWith('fail '))).toEqual([
    'fail source linux/arm64',
    'fail image-owner',
  ]);
  expect(talk.card()).toMatch(/\*\*source\*\*.*linux\/arm64.*dotca-fork/);
  expect(talk.production().main).toBe(old.digest);
  await world.end();
});

test("the ids of another repository's promotions mean nothing: not in commands, not in clicks, not in re-runs", async () => {
  talk = await begin();
  const { world, repo, commit } = talk;
  await talk.request();
  const other = await otherRepo();
  for (const line of ['/approve P1', '/reject P1 no', '/cancel P1', '/status P1']) {
    const said = await saySomewhere(other, 'bob', line);
    expect(said.answers).toMatchObject([refused('promotion-not-found', { promotion: 1 })]);
  }
  const [run] = repo.checkRuns(commit);
  for (const action of ['requested_action', 'rerequested']) {
    const sent = await world.github.deliver({
      event: 'check_run',
      payload: {
        action,
        requested_action: { identifier: 'approve' },
        check_run: {
          id: run?.id ?? 0,
          external_id: run?.externalId ?? '',
          app: { id: Number(world.github.env.APP_ID) },
        },
        ...other.frame('bob'),
      },
    });
    expect(sent.status).toBe(202);
    await world.drain();
  }
  expect(world.log.filter((line) => line.includes('the check run belongs to no promotion'))).toHaveLength(2);
  expect(await talk.state()).toBe('awaiting-approval');
  expect(talk.production().main).toBe(talk.old.digest);
  await world.end();
});

test('a click that names a promotion of ours on a check run that is not ours does not count', async () => {
  talk = await begin();
  const { world, repo, commit, issue } = talk;
  await talk.request();
  const externalId = repo.checkRuns(commit)[0]?.externalId ?? '';
  const click = async (appId: number): Promise<void> => {
    await world.github.deliver({
      event: 'check_run',
      payload: {
        action: 'requested_action',
        requested_action: { identifier: 'approve' },
        check_run: { id: 1, external_id: externalId, app: { id: appId } },
        ...repo.frame('bob'),
      },
    });
    await world.drain();
  };
  await click(4);
  expect(talk.replies(issue)).toEqual([]);
  await click(Number(world.github.env.APP_ID));
  expect(await talk.answers(issue)).toMatchObject([refused('outdated-check-run', { promotion: 1 })]);
  expect(await talk.state()).toBe('awaiting-approval');
  await world.end();
});

describe("a policy file that names another repository's image", () => {
  const COMMANDS = ['/promote staging', '/promote', '/promote to production', '/status', '/status production'];

  test('is refused by every entry point, and nothing of that image is read or shown', async () => {
    talk = await begin();
    const { world, image } = talk;
    const { host } = world.registry;
    const other = await otherRepo();
    other.writeFiles('main', { '.github/promotion.yml': `images: ["${host}/${IMAGE}"]\n` });
    for (const line of [
      ...COMMANDS,
      `/promote ${talk.commit}`,
      `/promote ${image.digest}`,
      '/promote staging force --reason "now"',
    ]) {
      const said = await saySomewhere(other, 'eve', line);
      expect({ line, reactions: said.reactions }).toEqual({ line, reactions: ['eyes', '-1'] });
      expect(said.answers).toMatchObject([
        refused('image-not-granted', { image: `${host}/${IMAGE}`, repo: 'acme/other' }),
      ]);
      expect(said.replies.join()).toContain(`IMAGE_GRANTS=${host}/${IMAGE}=acme/other`);
      expect(said.replies.join()).not.toContain(image.digest.slice(0, 19));
    }
    expect(world.registry.requests).toEqual([]);
    await world.end();
  });

  test('counts if the operator granted the pair, and for that repository only', async () => {
    talk = await begin();
    const { world, image, short } = talk;
    const { host } = world.registry;
    await world.restart({ IMAGE_GRANTS: `${host}/${IMAGE}=ACME/Other` });
    const [other, third] = [
      await otherRepo(),
      await world.github.repo({ owner: 'acme', name: 'third', users: { eve: 'admin' } }),
    ];
    for (const repo of [other, third]) {
      repo.writeFiles('main', { '.github/promotion.yml': `images: ["${host}/${IMAGE}"]\n` });
    }
    expect((await saySomewhere(third, 'eve', `/promote staging-${short}`)).reactions).toEqual(['eyes', '-1']);
    // Granted is the name; whose image it is says its label, which no grant overrules.
    expect((await saySomewhere(other, 'eve', `/promote staging-${short}`)).reactions).toEqual(['eyes', 'rocket']);
    const promotion = await findPromotionByNumber(world.app.store.db, { repoId: other.id, number: 1 });
    expect(promotion?.findings.filter(isBlocking).map(({ rule }) => rule)).toContain('source');
    expect(world.registry.tag(IMAGE, 'main')).not.toBe(image.digest);
    await world.end();
  });

  test('is detected by an approval if it comes after the request', async () => {
    talk = await begin();
    const { world, image } = talk;
    const { host } = world.registry;
    await talk.request();
    talk.repo.writeFiles('main', { '.github/promotion.yml': `images: ["${host}/acme/elsewhere"]\n` });
    await talk.say('bob', '/approve P1');
    expect(talk.production().main).not.toBe(image.digest);
    expect(world.registry.tags('acme/elsewhere')).toEqual({});
    await world.drain();
    expect(await world.dead()).toEqual([]);
  });
});

test('a repository whose owner is written with capitals has an image in lower case', async () => {
  talk = await begin({ owners: ['acme', 'ACME-Labs'], env: { ALLOWED_OWNERS: 'acme,acme-labs' } });
  const repo = await talk.world.github.repo({ owner: 'ACME-Labs', name: 'DotCA', users: { eve: 'write' } });
  const said = await saySomewhere(repo, 'eve', '/promote staging');
  expect(said.reactions).toEqual(['eyes', '-1']);
  expectNothingIn('acme-labs/dotca', said.answers);
  await talk.world.end();
});

/** Nothing was found under that name, which tells that it was looked under, and no other. */
function expectNothingIn(name: string, answers: readonly Reply[]): void {
  const codes = answers.map((answer) => (answer.kind === 'refusal' ? answer.refusal.code : answer.kind));
  expect(codes).toEqual([expect.stringMatching(/^(?:source-not-found|digest-not-staged|registry-problem)$/)]);
  expect(JSON.stringify(answers)).toContain(`${talk.world.registry.host}/${name}`);
  expect(JSON.stringify(answers)).not.toContain(`/${IMAGE}`);
}

function otherRepo(): Promise<GitHubRepo> {
  return talk.world.github.repo({ owner: 'acme', name: 'other', users: { eve: 'admin', bob: 'write' } });
}

async function saySomewhere(
  repo: GitHubRepo,
  by: string,
  body: string,
): Promise<{
  readonly reactions: readonly string[];
  readonly answers: readonly Reply[];
  readonly replies: readonly string[];
}> {
  const issue = repo.openIssue({ title: 'Release', by });
  const { id } = await repo.comment({ issue, by, body });
  await talk.world.drain();
  const replies = repo
    .comments(issue)
    .filter(({ byApp }) => byApp)
    .map((comment) => comment.body);
  const answers = await answersAmong(talk.world.app.store.db, repo.comments(issue));
  return { reactions: repo.reactions(id), answers, replies };
}
