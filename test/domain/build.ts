// Builds domain values for tests: everything passes unless a test says otherwise.
import { createHash } from 'node:crypto';
import type { Actor, Person, Role } from '../../src/domain/actor.ts';
import type { DecisionContext } from '../../src/domain/decide.ts';
import type { People } from '../../src/domain/decide/decision.ts';
import type { Reviewer } from '../../src/domain/eligibility.ts';
import { NO_FLOORS } from '../../src/domain/policy/floors.ts';
import type { Finding } from '../../src/domain/finding.ts';
import {
  known,
  REVISION_LABEL,
  SOURCE_LABEL,
  unknown,
  type ConfigFacts,
  type Fact,
  type ImageFacts,
  type PlatformFacts,
} from '../../src/domain/image/image-facts.ts';
import { policyMarks } from '../../src/domain/policy/effective-rules.ts';
import { builtInPolicy, findEnvironment, type EnvironmentPolicy, type Policy } from '../../src/domain/policy/policy.ts';
import type { Promotion } from '../../src/domain/promotion/promotion.ts';
import {
  parseCommitSha,
  parseDigest,
  parseImageRepository,
  parseRepoName,
  parseTag,
  type CommitSha,
  type Digest,
  type ImageRepository,
  type RepoName,
  type Tag,
} from '../../src/domain/image/reference.ts';
import type { RuleContext } from '../../src/domain/rule.ts';
import { outside } from './problem.ts';
import type { TagState } from '../../src/domain/image/tag-plan.ts';

export const NOW = Date.UTC(2026, 10, 24, 6, 33, 12);

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A digest that a test can call by a word. */
export function digest(word: string): Digest {
  return must(parseDigest(`sha256:${sha256(word)}`));
}

export function tag(text: string): Tag {
  return must(parseTag(text));
}

export function image(text: string): ImageRepository {
  return must(parseImageRepository(text));
}

export function repoName(text: string): RepoName {
  return must(parseRepoName(text));
}

export function commit(text: string): CommitSha {
  return must(parseCommitSha(text));
}

export const COMMIT = commit('abc1234'.padEnd(40, '0'));
export const IMAGE = image('ghcr.io/acme/dotca');
export const REPO = repoName('acme/dotca');
export const NEW = digest('new');
export const OLD = digest('old');
export const FOREIGN = digest('foreign');

export const ALICE: Person = { id: 1, login: 'alice' };
export const BOB: Person = { id: 2, login: 'bob' };
export const CAROL: Person = { id: 3, login: 'carol' };

export function actor(person: Person, role: Role = 'write', kind: Actor['kind'] = 'user'): Reviewer {
  return { ...person, kind, role, membership: 'unasked', isRegistryUser: false };
}

/** Everybody has write access, and each login has always been theirs. */
export const PEOPLE: People = {
  reviewers: new Map([ALICE, BOB, CAROL, { id: 4, login: 'dave' }].map((person) => [person.id, actor(person)])),
  pins: { users: new Map([ALICE, BOB, CAROL].map(({ id, login }) => [login, id])), apps: new Map() },
};

export function policy(): Policy {
  return builtInPolicy({ repo: REPO, registryHost: 'ghcr.io' });
}

export function environment(change: Partial<EnvironmentPolicy> = {}): EnvironmentPolicy {
  return { ...must(findEnvironment(policy(), 'production')), ...change };
}

/** What a decision is made from, and the policy that holds meanwhile. */
export type TestContext = DecisionContext & { readonly policy: Policy; readonly environmentPolicy: EnvironmentPolicy };

export function context(change: Partial<TestContext> = {}): TestContext {
  return {
    policy: policy(),
    environmentPolicy: environment(),
    githubHost: 'github.com',
    now: NOW,
    sha256,
    environmentBusy: false,
    isTargetHeld: true,
    requestPolicy: null,
    floors: { floors: NO_FLOORS, moved: [], names: [] },
    people: PEOPLE,
    ...change,
  };
}

/** The built-in policy with some of its validation changed. */
export function ruleContext(validation: Partial<Policy['validation']> = {}): RuleContext {
  const base = policy();
  return {
    kind: 'promotion',
    policy: { ...base, validation: { ...base.validation, ...validation } },
    repo: 'acme/dotca',
    githubHost: 'github.com',
    isReviewed: false,
  };
}

export function config(change: Partial<ConfigFacts> = {}): ConfigFacts {
  return {
    entrypoint: ['/app'],
    cmd: [],
    labels: { [SOURCE_LABEL]: 'https://github.com/acme/dotca', [REVISION_LABEL]: COMMIT },
    healthcheck: ['CMD', '/ready'],
    historyLayers: 12,
    diffIds: 12,
    ...change,
  };
}

export function platform(change: Partial<PlatformFacts> = {}): PlatformFacts {
  return {
    platform: 'linux/amd64',
    digest: digest('linux/amd64'),
    sizeBytes: known(300_000_000),
    layerCount: known(12),
    config: known(config()),
    annotations: [],
    ...change,
  };
}

export type FactsChange = Partial<ImageFacts> & { readonly platforms?: readonly PlatformFacts[] };

export function facts({ platforms = PLATFORMS, ...change }: FactsChange = {}): ImageFacts {
  return {
    repository: IMAGE,
    digest: NEW,
    tag: tag('staging-abc1234'),
    contents: known({ mediaType: 'application/vnd.oci.image.index.v1+json', platforms }),
    missingParts: known([]),
    lineage: known({ kind: 'on-branch', commit: COMMIT, branch: 'staging' }),
    pastRollback: known({ kind: 'none' }),
    alternative: known(null),
    precedingVersion: known(null),
    stagingDeployment: known({ kind: 'none-anywhere' }),
    pastRejection: known({ kind: 'none' }),
    checkedTag: known({ kind: 'same' }),
    changes: known({ kind: 'nothing-held', environment: 'production' }),
    sameCode: known({ kind: 'several-environments' }),
    ownership: known({ claim: 'owned', repoId: 1, names: ['acme/dotca'], proving: ['acme/dotca'] }),
    ...change,
  };
}

const PLATFORMS = [platform(), platform({ platform: 'linux/arm64', digest: digest('linux/arm64') })];

/** A fact that registry or GitHub refused to tell for good. */
export function unread(detail: string): Extract<Fact<never>, { kind: 'unknown' }> {
  return unknown({ code: 'outside-error', error: outside(detail) });
}

/** What a finding stores of such a fact. */
export function seenUnread(detail: string): Finding['seen'] {
  return { code: 'unknown', reason: { code: 'outside-error', error: outside(detail) } };
}

/** What a rule that reads facts finds under this policy; nothing where the policy does not ask for it. */
export function judge<Found>(
  rule: {
    readonly isOn: (policy: Policy) => boolean;
    readonly judge: (of: ImageFacts, at: RuleContext) => readonly Found[];
  },
  of: ImageFacts,
  at: RuleContext = ruleContext(),
): readonly Found[] {
  return rule.isOn(at.policy) ? rule.judge(of, at) : [];
}

/** What production's tags hold, by tag; null for a tag that is not there. */
export function production(holders: Readonly<Record<string, Digest | null>>): readonly TagState[] {
  return Object.entries(holders).map(([name, held]) => ({
    repository: IMAGE,
    tag: tag(name),
    digest: held,
    leftByUnfinished: false,
  }));
}

/** A promotion as the request makes it. */
export function promotion(change: Partial<Promotion> = {}): Promotion {
  return {
    id: 'promotion-12',
    number: 12,
    repo: { id: 77, name: REPO, installationId: 5 },
    requestedAs: REPO,
    environment: 'production',
    kind: 'promotion',
    requester: ALICE,
    reason: 'Black Friday',
    force: false,
    versionTag: null,
    source: { typed: 'staging-abc1234', tag: tag('staging-abc1234') },
    images: [{ repository: IMAGE, digest: NEW, commit: null, commitTag: null, platforms: [] }],
    baseline: [],
    findings: [],
    reviews: [],
    moves: [],
    ...policyMarks({ policy: policy(), environment: environment(), kind: 'promotion', sha256 }),
    otherReviewers: 'unknown',
    notice: null,
    thread: { issue: 3 },
    state: { kind: 'examining', again: false },
    version: 1,
    createdAt: NOW - 60_000,
    updatedAt: NOW - 60_000,
    ...change,
  };
}

export function must<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('the test built an illegal value');
  return value;
}
