// Which promotion a deployment is about.
import { expect, test } from 'vitest';
import { findFollower, parseDeploymentState, type Deployment } from '../../../src/domain/promotion/deployment.ts';
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
  readonly owner?: string;
  readonly since?: number;
  readonly latest?: readonly Promotion[];
  readonly follower: string | null;
};

const ROWS: readonly Row[] = [
  { what: 'it made, whatever else', deployment: { commit: OTHER }, owner: 'production', follower: 'production' },
  {
    what: 'that an older one made, and nothing else fits',
    deployment: { commit: OTHER },
    owner: 'promotion-1',
    follower: null,
  },
  {
    what: 'that an older one made, of the same commit and image',
    deployment: { digests: [NEW] },
    owner: 'promotion-1',
    follower: null,
  },
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

test.each(ROWS)('the deployment $what → $follower', ({ deployment, owner = null, since, latest, follower }) => {
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
    owner,
    since: since ?? NOW + 2 * SECOND,
  });
  expect(found?.id ?? null).toBe(follower);
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
