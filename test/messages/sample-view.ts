// One promotion view that tests of messages change as they need.
import type { EnvironmentPolicy } from '../../src/domain/policy/policy.ts';
import { builtInPolicy } from '../../src/domain/policy/policy.ts';
import type { Promotion, TagOutcome } from '../../src/domain/promotion/promotion.ts';
import {
  parseCommitSha,
  parseDigest,
  parseImageRepository,
  parseRepoName,
  parseTag,
  type Digest,
  type Tag,
} from '../../src/domain/image/reference.ts';
import type { Finding } from '../../src/domain/rule.ts';
import type { PromotionView } from '../../src/messages/promotion-view.ts';

export const REPO = must(parseRepoName('acme/dotca'));
export const IMAGE = must(parseImageRepository('ghcr.io/acme/dotca'));
export const OLD = digestOf('a');
export const NEW = digestOf('b');
export const FOREIGN = digestOf('f');
export const SUBJECT = '5'.repeat(64);
export const AT = Date.UTC(2026, 10, 24, 6, 33);

export const PRODUCTION: EnvironmentPolicy = must(
  builtInPolicy({ repo: REPO, registryHost: 'ghcr.io' }).environments[0] ?? null,
);

export const FINDINGS: readonly Finding[] = [
  finding('completeness', null, {
    seen: 'complete for linux/amd64, linux/arm64',
    wanted: 'every manifest, config and layer',
  }),
  finding('size', 'linux/amd64', { seen: '182 MB', wanted: '100 MB to 2 GB' }),
  finding('size', 'linux/arm64', { seen: '179 MB', wanted: '100 MB to 2 GB' }),
  finding('layers', 'linux/amd64', { seen: '7 layers', wanted: 'at most 100 layers, and a history that agrees' }),
  finding('layers', 'linux/arm64', { seen: '7 layers', wanted: 'at most 100 layers, and a history that agrees' }),
  finding('command', 'linux/amd64', { seen: 'Entrypoint is set', wanted: 'Entrypoint or Cmd' }),
  finding('command', 'linux/arm64', { seen: 'Entrypoint is set', wanted: 'Entrypoint or Cmd' }),
];

const PROMOTION: Promotion = {
  id: 'promotion-12',
  number: 12,
  repo: { id: 77, name: REPO, installationId: 5 },
  environment: 'production',
  kind: 'promotion',
  requester: { id: 1, login: 'maria' },
  reason: null,
  force: false,
  versionTag: null,
  source: { typed: 'abc1234', tag: tagOf('staging-abc1234') },
  images: [
    {
      repository: IMAGE,
      digest: NEW,
      commit: must(parseCommitSha(`abc1234${'0'.repeat(33)}`)),
      commitTag: tagOf('staging-abc1234'),
      platforms: ['linux/amd64', 'linux/arm64'],
    },
  ],
  baseline: [
    { repository: IMAGE, tag: tagOf('main'), digest: OLD },
    { repository: IMAGE, tag: tagOf('latest'), digest: OLD },
  ],
  findings: FINDINGS,
  reviews: [],
  moves: [
    { kind: 'rollback', repository: IMAGE, slug: 'release', digest: OLD },
    { kind: 'permanent', repository: IMAGE, tag: tagOf('main-staging-abc1234'), baseline: null, digest: NEW },
    { kind: 'floating', repository: IMAGE, tag: tagOf('main'), baseline: OLD, digest: NEW },
    { kind: 'floating', repository: IMAGE, tag: tagOf('latest'), baseline: OLD, digest: NEW },
  ],
  policyBlob: 'none',
  rulesHash: '0'.repeat(64),
  otherReviewers: 'some',
  notice: null,
  thread: { issue: 3 },
  state: { kind: 'awaiting-approval' },
  version: 4,
  createdAt: AT,
  updatedAt: AT,
};

export const MOVED: readonly TagOutcome[] = [
  outcome('rollback-20261124-064000-release', { kind: 'rollback', from: null, holds: OLD }),
  outcome('main-staging-abc1234', { kind: 'permanent', from: null, holds: NEW }),
  outcome('main', { kind: 'floating', from: OLD, holds: NEW }),
  outcome('latest', { kind: 'floating', from: OLD, holds: NEW }),
];

/** A view of `P12`, awaiting approval unless changed. */
export function viewOf(
  promotion: Partial<Promotion> = {},
  around: Partial<Omit<PromotionView, 'promotion'>> = {},
): PromotionView {
  return {
    promotion: { ...PROMOTION, ...promotion },
    environment: PRODUCTION,
    subject: SUBJECT,
    outcomes: [],
    auditHead: { seq: 123, hash: `ab12cd34${'0'.repeat(56)}` },
    githubUrl: 'https://github.com',
    checkRunUrl: 'https://github.com/acme/dotca/runs/9001',
    cardUrl: 'https://github.com/acme/dotca/issues/3#issuecomment-1',
    blockedBy: null,
    deadJob: null,
    tokenWarning: null,
    ...around,
  };
}

export function finding(
  rule: Finding['rule'],
  platform: string | null,
  rest: { readonly seen: string; readonly wanted: string; readonly outcome?: Finding['outcome'] },
): Finding {
  return { rule, platform, outcome: 'pass', ...rest };
}

export function outcome(tag: string, rest: Pick<TagOutcome, 'kind' | 'from' | 'holds'>): TagOutcome {
  return { repository: IMAGE, tag: tagOf(tag), ...rest };
}

export function tagOf(text: string): Tag {
  return must(parseTag(text));
}

export function digestOf(hexDigit: string): Digest {
  return must(parseDigest(`sha256:${hexDigit.repeat(64)}`));
}

export function must<T>(value: T | null): T {
  if (value === null) throw new Error('the sample is not legal');
  return value;
}
