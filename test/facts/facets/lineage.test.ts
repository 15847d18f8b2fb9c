// Which commit an image proves: its label, the platforms' agreement, and a branch that holds it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  known,
  REVISION_LABEL,
  unknown,
  type ContentFacts,
  type Fact,
  type Lineage,
} from '../../../src/domain/image/image-facts.ts';
import type { Reading } from '../../../src/facts/facet.ts';
import { lineage } from '../../../src/facts/facets/lineage.ts';
import { createGitHub, type InstallationClient } from '../../../src/github/client/client.ts';
import { repoName } from '../../github/offline-github.ts';
import { facts, IMAGE, NEW } from '../../domain/build.ts';
import { digest, makeClient } from '../../registry/harness.ts';
import type { GitHubRepo } from '../../support/github/repo.ts';
import { startGitHub, type GitHubWorld } from '../../support/github/world.ts';

let world: GitHubWorld;
let repo: GitHubRepo;
let client: InstallationClient;
const waited: number[] = [];

beforeAll(async () => {
  world = await startGitHub();
  repo = await world.repo({ owner: 'acme', name: 'dotca', users: { ada: 'write' } });
  repo.commitOn('staging', { message: 'First on staging' });
  const github = createGitHub({
    appId: Number(world.env.APP_ID),
    privateKey: world.env.PRIVATE_KEY,
    apiUrl: world.env.GITHUB_API_URL,
    userAgent: 'imprimatur/test',
    log: { debug: () => undefined, warn: () => undefined },
    now: Date.now,
  });
  client = github.forInstallation(world.installation('acme').id);
});
beforeEach(() => {
  waited.length = 0;
  world.clearFaults();
});
afterAll(async () => {
  expect(world.violations).toEqual([]);
  await world.close();
});

/** `annotation`: that of an index around all platforms. */
function lineageOf(revisions: readonly (string | undefined)[], annotation?: string): Promise<Fact<Lineage>> {
  const { platforms, mediaType } = contents(revisions);
  const annotations = annotation === undefined ? [] : [{ [REVISION_LABEL]: annotation }];
  return lineageIn({ mediaType, platforms: platforms.map((one) => ({ ...one, annotations })) }, ['staging', 'main']);
}

function lineageIn(value: ContentFacts, branches: readonly string[]): Promise<Fact<Lineage>> {
  return lineage.collect(facts({ contents: known(value) }), readingOf(branches));
}

function onBranch(fact: Fact<Lineage>): Extract<Lineage, { kind: 'on-branch' }> {
  if (fact.kind === 'unknown' || fact.value.kind !== 'on-branch') throw new Error('it is on no branch');
  return fact.value;
}

function refuse(): never {
  throw new Error('only GitHub tells of commits');
}

/** Nothing but GitHub is asked. */
function readingOf(branches: readonly string[]): Reading {
  const image = { repository: IMAGE, digest: NEW, tag: null };
  return {
    subject: {
      ...image,
      repo: repoName('acme/dotca'),
      branches,
      versionTag: null,
      stagingReporters: [],
      environments: [],
      content: { match: 'off', ignore: [] },
    },
    sources: {
      registry: makeClient().client,
      images: { contents: refuse, missing: refuse },
      github: () => client,
      clock: { now: () => 0, wait: async (ms) => void waited.push(ms) },
      history: refuse,
      ownership: refuse,
      rejectionOf: refuse,
      stagingChecksOf: refuse,
    },
    contents: refuse,
  };
}

/** One platform for each label; undefined is none. */
function contents(revisions: readonly (string | undefined)[]): ContentFacts {
  return {
    mediaType: 'application/vnd.oci.image.index.v1+json',
    platforms: revisions.map((revision, index) => ({
      platform: `linux/${index}`,
      digest: digest(`sha256:${String(index).repeat(64)}`),
      sizeBytes: known(1),
      layerCount: known(1),
      config: known({
        entrypoint: [],
        cmd: ['x'],
        labels: revision === undefined ? {} : { [REVISION_LABEL]: revision },
        healthcheck: null,
        historyLayers: 1,
        diffIds: 1,
      }),
      annotations: [],
    })),
  };
}

describe('on a branch', () => {
  test('the head of staging', async () => {
    const commit = repo.head('staging');
    expect(await lineageOf([commit, commit])).toMatchObject(known({ kind: 'on-branch', commit, branch: 'staging' }));
  });

  test('an ancestor of the head of staging, even if its label is in capitals or has blanks around it', async () => {
    const commit = repo.commitOn('staging');
    repo.commitOn('staging');
    const found = known({ kind: 'on-branch', commit, branch: 'staging' });
    expect(await lineageOf([commit])).toMatchObject(found);
    expect(await lineageOf([commit.toUpperCase()])).toMatchObject(found);
    expect(await lineageOf([` ${commit}\n`])).toMatchObject(found);
  });

  test('a commit that an annotation names, alone or beside labels', async () => {
    const commit = repo.commitOn('staging');
    const found = known({ kind: 'on-branch', commit, branch: 'staging' });
    expect(await lineageOf([undefined, undefined], commit)).toMatchObject(found);
    expect(await lineageOf([undefined, commit.toUpperCase()], commit)).toMatchObject(found);
  });

  test('a commit that only the production branch holds', async () => {
    const commit = repo.commitOn('main', { message: 'Hot fix' });
    expect(await lineageOf([commit])).toMatchObject(
      known({ kind: 'on-branch', commit, branch: 'main', notOn: ['staging'] }),
    );
  });

  test('a branch that does not exist is not one that lacks the commit', async () => {
    const commit = repo.commitOn('main', { message: 'Hot fix' });
    const { summary: _summary, ...place } = onBranch(await lineageIn(contents([commit]), ['gone', 'main']));
    expect(place).toEqual({ kind: 'on-branch', commit, branch: 'main' });
  });

  test('subject and author of the commit are included', async () => {
    const commit = repo.commitOn('staging', { message: 'Fix the door\n\nIt was open.' });
    repo.commitOn('staging');
    const value = { summary: { subject: 'Fix the door', author: expect.any(String) } };
    expect(await lineageOf([commit])).toMatchObject({ value });
  });

  test('a commit that was merged', async () => {
    const commit = repo.commitOn('feature', { message: 'Feature' });
    expect(await lineageOf([commit])).toMatchObject({ value: { kind: 'not-on-branch' } });
    repo.merge({ from: 'feature', into: 'staging' });
    expect(await lineageOf([commit])).toMatchObject({ value: { kind: 'on-branch', branch: 'staging' } });
  });
});

describe('not proven', () => {
  test('a commit of a fork, which GitHub serves under our name', async () => {
    const commit = repo.commitOff('staging', { message: 'Of a fork' });
    expect(await lineageOf([commit])).toEqual(
      known({ kind: 'not-on-branch', commit, branches: ['staging', 'main'], missing: [] }),
    );
  });

  test('a commit that GitHub does not know', async () => {
    expect(await lineageOf(['f'.repeat(40)])).toMatchObject({ value: { kind: 'not-on-branch' } });
    expect(waited).toEqual([1000, 1000]);
  });

  test('a branch that the repository does not have is told', async () => {
    const commit = repo.commitOff('staging', { message: 'Elsewhere' });
    expect(await lineageIn(contents([commit]), ['staging', 'release', 'gone'])).toMatchObject({
      value: { kind: 'not-on-branch', missing: ['release', 'gone'] },
    });
    expect(waited).toEqual([]);
  });

  test.each(['main', 'v1.2.3', '0123456', '', 'x'.repeat(40), `${'a'.repeat(40)} ${'b'.repeat(40)}`])(
    'the label %j is not a commit, and GitHub is not asked',
    async (revision) => {
      const before = world.requests.length;
      const kind = revision === '' ? 'no-revision' : 'malformed';
      expect(await lineageOf([revision])).toMatchObject({ kind: 'known', value: { kind } });
      expect(world.requests).toHaveLength(before);
    },
  );

  test('platforms of two commits, or with and without a label', async () => {
    const one = repo.head('staging');
    const two = repo.head('main');
    expect(await lineageOf([one, two])).toEqual(known({ kind: 'platforms-disagree', seen: [one, two] }));
    expect(await lineageOf([one, undefined])).toEqual(known({ kind: 'platforms-disagree', seen: [one, null] }));
  });

  test('a label and an annotation of two commits', async () => {
    const one = repo.head('staging');
    const two = repo.head('main');
    expect(await lineageOf([one, one], two)).toEqual(known({ kind: 'claims-disagree', seen: [one, two] }));
    expect(await lineageOf([one, undefined], two)).toMatchObject({ value: { kind: 'claims-disagree' } });
    expect(await lineageOf([undefined], 'v1')).toMatchObject({ value: { kind: 'malformed', seen: 'v1' } });
  });

  test('no platform has a label', async () => {
    expect(await lineageOf([undefined, undefined])).toEqual(known({ kind: 'no-revision' }));
    expect(await lineageOf([])).toEqual(known({ kind: 'no-revision' }));
  });

  test('a platform whose config could not be read', async () => {
    const image = contents([repo.head('staging')]);
    const [first] = image.platforms;
    const unread = first === undefined ? [] : [{ ...first, config: unknown({ code: 'part-missing', part: 'config' }) }];
    expect(await lineageIn({ ...image, platforms: unread }, ['staging'])).toEqual(
      unknown({ code: 'part-missing', part: 'config', platform: 'linux/0' }),
    );
  });
});

describe('GitHub', () => {
  test.each([
    ['that does not know a commit right after a push', { path: /\/(compare|commits)\//, status: 404, times: 2 }],
  ])('%s is asked again', async (_, fault) => {
    const commit = repo.commitOn('staging');
    world.failNext(fault);
    expect(await lineageOf([commit])).toMatchObject({ value: { kind: 'on-branch', branch: 'staging' } });
    expect(waited).toEqual([1000]);
  });

  test.each([
    ['that finds branch and commit, and no comparison', { path: /\/compare\//, status: 404 }],
    [
      'that takes too long over a difference',
      { path: /\/compare\//, status: 422, body: { message: 'Sorry, this diff is taking too long to generate.' } },
    ],
  ])('%s is asked again later', async (_, fault) => {
    world.failNext(fault);
    const answer = lineageOf([repo.head('staging')]);
    await expect(answer).rejects.toMatchObject({ code: 'github-unavailable', retryable: true });
  });

  test('that can not answer now is asked again later', async () => {
    world.failNext({ path: /\/compare\//, status: 502 });
    await expect(lineageOf([repo.head('staging')])).rejects.toMatchObject({
      code: 'github-unavailable',
      retryable: true,
    });
  });

  test('that will not answer leaves the commit unknown, with its reason', async () => {
    world.failNext({ path: /\/compare\//, status: 403, body: { message: 'Resource not accessible by integration' } });
    expect(await lineageOf([repo.head('staging')])).toMatchObject({
      kind: 'unknown',
      reason: { code: 'outside-error', error: { detail: expect.stringContaining('The App lacks a permission') } },
    });
  });
});
