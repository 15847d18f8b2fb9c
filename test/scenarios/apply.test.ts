// Applying a plan when nothing is in the way: which tags are written, over what, and at what cost.
import { afterEach, expect, test } from 'vitest';
import { ADA } from '../support/registry/token-service.ts';
import { refused } from './answers.ts';
import {
  approve,
  answersOf,
  cardOf,
  conclusionOf,
  prepare,
  promotionOf,
  ROLLBACK,
  runOf,
  say,
  strange,
  tagsOf,
  trailOf,
  writesOf,
} from './release.ts';
import { IMAGE, Scenario, stage } from './world.ts';

let world: Scenario;

afterEach(async () => {
  await world.close();
});

test('all four tags of a plan are written once, in order, and card, check run and audit trail show it', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const { image, old, source, kept } = release;
  await say(release, 'ada', `/promote ${source}`);
  expect(cardOf(release)).toContain('`rollback-<time>-release`');
  await approve(release, 'bob');

  expect(tagsOf(world)).toEqual({
    main: image.digest,
    latest: image.digest,
    [kept]: image.digest,
    [ROLLBACK]: old.digest,
  });
  expect(writesOf(world).toSorted()).toEqual([ROLLBACK, kept, 'main', 'latest'].toSorted());
  expect(writesOf(world).slice(2)).toEqual(['main', 'latest']);
  expect(await runOf(release)).toEqual({ conclusion: 'success', state: 'promoted' });
  expect(cardOf(release)).toContain(`DOCKER_IMAGE=${world.registry.host}/${IMAGE}@${image.digest}`);
  const trail = await trailOf(world);
  expect(trail.map(({ kind }) => kind)).toEqual(['requested', 'examined', 'reviewed', 'applying', 'promoted']);
  const repository = `${world.registry.host}/${IMAGE}`;
  expect(trail.at(-1)?.details).toEqual({
    tags: [
      { repository, tag: ROLLBACK, kind: 'rollback', from: null, holds: old.digest },
      { repository, tag: kept, kind: 'permanent', from: null, holds: image.digest },
      { repository, tag: 'main', kind: 'floating', from: old.digest, holds: image.digest },
      { repository, tag: 'latest', kind: 'floating', from: old.digest, holds: image.digest },
    ],
  });
  await world.end();
});

test('a first promotion has no previous image: no rollback tag, and the card shows the tags as new', async () => {
  world = await Scenario.start();
  const release = await prepare(world, { first: true });
  const { image, kept } = release;
  await say(release, 'ada', `/promote ${release.source}`);
  expect((await promotionOf(release)).baseline).toMatchObject([
    { tag: 'main', digest: null },
    { tag: 'latest', digest: null },
  ]);
  expect(cardOf(release)).toMatch(/`main`: \w+ → .*\n.*`latest`: \w+ → /);
  expect(cardOf(release)).not.toContain('rollback');
  await approve(release, 'bob');

  expect(tagsOf(world)).toEqual({ main: image.digest, latest: image.digest, [kept]: image.digest });
  expect(cardOf(release)).toMatch(/`main`: \w+ → .*\n.*`latest`: \w+ → /);
  expect(cardOf(release)).not.toContain('rollback');
  await world.end();
});

test('one token serves a whole promotion, and applying N tags takes at most 3N + 3 requests', async () => {
  world = await Scenario.start({ credentials: ADA });
  world.registry.quirks.auth = 'token';
  const release = await prepare(world);
  await say(release, 'ada', `/promote ${release.source}`);
  const before = world.registry.requests.length;
  await approve(release, 'bob');

  expect(conclusionOf(release)).toBe('success');
  expect(world.registry.requests.filter(({ path }) => path === '/token')).toHaveLength(1);
  expect(world.registry.requests.length - before).toBeLessThanOrEqual(3 * 4 + 3);
  await world.end();
});

test('a first promotion of N tags takes at most 3N + 3 requests as well', async () => {
  world = await Scenario.start();
  const release = await prepare(world, { first: true });
  await say(release, 'ada', `/promote ${release.source}`);
  const before = world.registry.requests.length;
  await approve(release, 'bob');

  expect(conclusionOf(release)).toBe('success');
  expect(world.registry.requests.length - before).toBeLessThanOrEqual(3 * 3 + 3);
  await world.end();
});

test('an approval days later needs a token of its own, and only one', async () => {
  world = await Scenario.start({ credentials: ADA });
  world.registry.quirks.auth = 'token';
  const release = await prepare(world);
  await say(release, 'ada', `/promote ${release.source}`);
  await world.pass(3 * 24 * 60 * 60 * 1000);
  await approve(release, 'bob');

  expect(conclusionOf(release)).toBe('success');
  expect(world.registry.requests.filter(({ path }) => path === '/token')).toHaveLength(2);
  await world.end();
});

test('if one of the floating tags holds the image already, only the others move', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const { image, old, kept } = release;
  world.registry.setTag(IMAGE, 'main', image.digest);
  await say(release, 'ada', `/promote ${release.source}`);
  expect(cardOf(release)).toContain('`latest`: ');
  expect(cardOf(release)).not.toContain('- `main`: ');
  await approve(release, 'bob');

  expect(writesOf(world).toSorted()).toEqual([ROLLBACK, kept, 'latest'].toSorted());
  expect(tagsOf(world)).toEqual({
    main: image.digest,
    latest: image.digest,
    [kept]: image.digest,
    [ROLLBACK]: old.digest,
  });
  await world.end();
});

test('a request for an image that all floating tags hold is refused', async () => {
  world = await Scenario.start();
  const release = await prepare(world, { first: true });
  const { image, repo, issue, source } = release;
  await say(release, 'ada', `/promote ${source}`);
  await approve(release, 'bob');
  const { id } = await repo.comment({ issue, by: 'ada', body: `/promote ${source}` });
  await world.drain();

  expect(repo.reactions(id)).toEqual(['eyes', '-1']);
  expect(await answersOf(release)).toMatchObject([
    refused('already-in-production', { digest: image.digest, tags: ['main', 'latest'] }),
  ]);
  expect((await trailOf(world)).filter(({ kind }) => kind === 'requested')).toHaveLength(1);
  await world.end();
});

test('a permanent tag that holds another image fails the promotion’s checks, with both digests', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const { image, kept } = release;
  const other = strange(world);
  world.registry.setTag(IMAGE, kept, other.digest);
  await say(release, 'ada', `/promote ${release.source}`);

  expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'checks-failed', rules: ['permanent-tag'] });
  expect(cardOf(release)).toMatch(/\*\*permanent-tag\*\*/);
  for (const value of [kept, other.digest, image.digest]) expect(cardOf(release)).toContain(value.slice(0, 19));
  await say(release, 'bob', '/approve P1');
  expect(writesOf(world)).toEqual([]);
  expect(world.registry.tag(IMAGE, kept)).toBe(other.digest);
  await world.end();
});

test('a permanent tag that a failed promotion of ours left behind is overwritten', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const { commit, source, kept } = release;
  world.registry.quirks.deny403 = [{ times: 1, on: /^PUT .*\/main$/ }];
  await say(release, 'ada', `/promote ${source}`);
  await approve(release, 'bob');
  expect(world.registry.tag(IMAGE, kept)).toBe(release.image.digest);

  const rebuilt = stage(world, { commit, image: { seed: 'built again' } });
  await say(release, 'ada', `/promote ${source}`);
  await approve(release, 'bob');
  expect(conclusionOf(release)).toBe('success');
  expect(tagsOf(world)).toMatchObject({ main: rebuilt.digest, latest: rebuilt.digest, [kept]: rebuilt.digest });
  await world.end();
});

test('a permanent tag whose image reached production is never overwritten by a rebuilt one', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const { commit, source, kept, image } = release;
  await say(release, 'ada', `/promote ${source}`);
  await approve(release, 'bob');
  stage(world, { commit, image: { seed: 'built again' } });
  await say(release, 'ada', `/promote ${source}`);

  expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'checks-failed', rules: ['permanent-tag'] });
  expect(tagsOf(world)).toMatchObject({ main: image.digest, latest: image.digest, [kept]: image.digest });
  await world.end();
});

test('a permanent tag that holds the image already is not written again', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const { kept, image } = release;
  world.registry.setTag(IMAGE, kept, image.digest);
  await say(release, 'ada', `/promote ${release.source}`);
  await approve(release, 'bob');

  expect(conclusionOf(release)).toBe('success');
  expect(writesOf(world)).toEqual([ROLLBACK, 'main', 'latest']);
  await world.end();
});

test('a permanent tag that was taken after the plan was made fails the promotion before any floating tag moves', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const { kept, old } = release;
  await say(release, 'ada', `/promote ${release.source}`);
  const other = strange(world);
  world.registry.setTag(IMAGE, kept, other.digest);
  await approve(release, 'bob');

  expect(await runOf(release)).toEqual({ conclusion: 'failure', state: 'failed', production: 'untouched' });
  expect(cardOf(release)).toContain(other.digest);
  expect(tagsOf(world)).toMatchObject({ main: old.digest, latest: old.digest, [kept]: other.digest });
  await world.end();
});

test('a rollback tag whose name is taken gets a number', async () => {
  world = await Scenario.start();
  const release = await prepare(world);
  const { old, image } = release;
  const other = strange(world);
  for (const tag of [ROLLBACK, `${ROLLBACK}-2`]) world.registry.setTag(IMAGE, tag, other.digest);
  await say(release, 'ada', `/promote ${release.source}`);
  await approve(release, 'bob');

  expect(tagsOf(world)).toMatchObject({
    main: image.digest,
    [ROLLBACK]: other.digest,
    [`${ROLLBACK}-2`]: other.digest,
    [`${ROLLBACK}-3`]: old.digest,
  });
  expect(cardOf(release)).toContain(`${ROLLBACK}-3`);
  await world.end();
});
