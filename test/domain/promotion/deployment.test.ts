// Which promotion a deployment is about.
import { expect, test } from 'vitest';
import {
  environmentsOf,
  findEarlierFollower,
  findFollower,
  parseDeploymentState,
  type Deployment,
} from '../../../src/domain/promotion/deployment.ts';
import type { Promotion } from '../../../src/domain/promotion/promotion.ts';
import { COMMIT, commit, FOREIGN, IMAGE, NEW, NOW, OLD, promotion } from '../build.ts';

const SECOND = 1000;
/** The tags stood in the middle of a second. */
const STOOD = NOW + 500;
const OTHER = commit('f'.repeat(40));

function promoted(environment: string, change: { readonly digest?: typeof NEW; readonly at?: number } = {}): Promotion {
  const { digest = NEW, at = STOOD } = change;
  return promotion({
    id: environment,
    environment,
    images: [{ repository: IMAGE, digest, commit: COMMIT, commitTag: null, platforms: [] }],
    state: { kind: 'promoted', at },
  });
}

const PRODUCTION = promoted('production');
const CANARY = promoted('canary', { at: STOOD - 60 * SECOND });

type Row = {
  readonly what: string;
  readonly deployment: Partial<Deployment>;
  readonly since?: number;
  readonly latest?: readonly Promotion[];
  readonly follower: string | null;
};

const ROWS: readonly Row[] = [
  { what: 'of its environment and commit', deployment: {}, follower: 'production' },
  { what: 'of its environment in other case', deployment: { environment: 'Production' }, follower: 'production' },
  {
    what: 'of its environment and commit, made in the second in which the tags stood',
    deployment: { createdAt: NOW },
    follower: 'production',
  },
  {
    what: 'of its environment and commit, made before the tags stood',
    deployment: { createdAt: NOW - SECOND },
    follower: null,
  },
  { what: 'of its environment and another commit', deployment: { commit: OTHER }, follower: null },
  { what: 'of its commit to an environment of nobody', deployment: { environment: 'qa' }, follower: null },
  {
    what: 'whose payload names its digest, of another commit',
    deployment: { commit: OTHER, digests: [NEW] },
    follower: 'production',
  },
  {
    what: 'whose payload names its digest, made before the tags stood',
    deployment: { commit: OTHER, digests: [NEW], createdAt: NOW - 60 * SECOND },
    follower: 'production',
  },
  {
    what: 'whose payload names its digest, and whose status is older than the tags',
    deployment: { commit: OTHER, digests: [NEW], createdAt: NOW - 60 * SECOND },
    since: NOW - SECOND,
    follower: null,
  },
  {
    what: 'whose payload names another digest, of its environment and commit',
    deployment: { digests: [OLD] },
    follower: null,
  },
  {
    what: 'whose payload names its digest and another one',
    deployment: { digests: [NEW, FOREIGN] },
    follower: null,
  },
  {
    what: 'whose payload names another digest, of another commit',
    deployment: { commit: OTHER, digests: [OLD] },
    follower: null,
  },
  {
    what: 'whose payload names its digest, to an environment of nobody',
    deployment: { environment: 'production-eu', digests: [NEW] },
    follower: 'production',
  },
  {
    what: 'whose payload names its digest, to staging',
    deployment: { environment: 'staging', digests: [NEW] },
    follower: null,
  },
  {
    what: 'whose payload names its digest, to the environment of another promotion of it',
    deployment: { environment: 'canary', digests: [NEW] },
    latest: [CANARY, PRODUCTION],
    follower: 'canary',
  },
  {
    what: 'whose payload names the digest of two, to an environment of nobody: the newest',
    deployment: { environment: 'production-eu', digests: [NEW] },
    latest: [CANARY, PRODUCTION],
    follower: 'production',
  },
  { what: 'where nothing was ever promoted', deployment: { digests: [NEW] }, latest: [], follower: null },
];

test.each(ROWS)('the deployment $what → $follower', ({ deployment, since, latest, follower }) => {
  const found = findFollower({
    latest: (latest ?? [PRODUCTION]).map((one) => ({ promotion: one, deployedTo: one.environment })),
    deployment: {
      id: 900,
      environment: 'production',
      commit: COMMIT,
      digests: [],
      createdAt: NOW + SECOND,
      ...deployment,
    },
    since: since ?? NOW + 2 * SECOND,
  });
  expect(found?.id ?? null).toBe(follower);
});

/** OLD was there first, then NEW of the same commit, then FOREIGN. */
const THEN = STOOD + 60 * SECOND;
const LAST = STOOD + 120 * SECOND;
const LATER = LAST + 2 * SECOND;
const FIRST = { ...promoted('production', { digest: OLD }), id: 'first' };
const SECOND_ONE = { ...promoted('production', { at: THEN }), id: 'second' };

test.each<readonly [string, Partial<Deployment>, string | null, number]>([
  ['whose payload names its digest', { commit: OTHER, digests: [OLD] }, 'first', LATER],
  ['whose payload names the digest of the next one', { digests: [NEW] }, 'second', LATER],
  ['whose payload names its digest, with a status from before', { digests: [NEW] }, null, THEN - SECOND],
  ['whose payload names a digest of none', { digests: [FOREIGN] }, null, LATER],
  ['whose payload names its digest and another one', { digests: [OLD, FOREIGN] }, null, LATER],
  ['of its commit, made while it was there', { createdAt: STOOD + SECOND }, 'first', LATER],
  ['of its commit, made while the next one was there', { createdAt: THEN + SECOND }, 'second', LATER],
  ['of its commit, made when neither was there any more', { createdAt: LAST + SECOND }, null, LATER],
  ['of its commit, made before both', { createdAt: STOOD - 2 * SECOND }, null, LATER],
  ['of its commit, to another environment', { createdAt: STOOD + SECOND, environment: 'qa' }, null, LATER],
  ['of another commit, made while it was there', { createdAt: STOOD + SECOND, commit: OTHER }, null, LATER],
])('of what the environment held before, the deployment %s', (_what, deployment, follower, since) => {
  const found = findEarlierFollower({
    earlier: [
      { promotion: SECOND_ONE, deployedTo: 'production', until: LAST },
      { promotion: FIRST, deployedTo: 'production', until: THEN },
    ],
    deployment: { id: 900, environment: 'production', commit: COMMIT, digests: [], createdAt: LAST, ...deployment },
    since,
  });
  expect(found?.id ?? null).toBe(follower);
});

test.each<readonly [string, Partial<Deployment>, readonly string[]]>([
  ['to one of ours is about that one', { environment: 'Canary' }, ['canary']],
  ['to an environment of nobody is about none', { environment: 'qa' }, []],
  ['that names an image may be about each', { environment: 'qa', digests: [NEW] }, ['production', 'canary']],
  ['to staging is about none', { environment: 'staging', digests: [NEW] }, []],
])('a deployment %s', (_what, change, wanted) => {
  const latest = [PRODUCTION, CANARY].map((one) => ({ promotion: one, deployedTo: one.environment }));
  const deployment = { id: 900, environment: 'production', commit: COMMIT, digests: [], createdAt: NOW, ...change };
  expect(environmentsOf(deployment, latest).map(({ deployedTo }) => deployedTo)).toEqual(wanted);
});

test.each([
  ['pending', 'deploying'],
  ['queued', 'deploying'],
  ['in_progress', 'deploying'],
  ['success', 'deployed'],
  ['failure', 'deployment-failed'],
  ['error', 'deployment-failed'],
  ['inactive', null],
  ['waiting', null],
])('GitHub’s %s means %s', (state, meaning) => {
  expect(parseDeploymentState(state)).toBe(meaning);
});
