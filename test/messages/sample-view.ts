// One promotion view that tests of messages change as they need.
import type { EnvironmentPolicy } from '../../src/domain/policy/policy.ts';
import { builtInPolicy } from '../../src/domain/policy/policy.ts';
import type { NamedTarget } from '../../src/domain/promotion/target-origin.ts';
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
import type { Finding } from '../../src/domain/finding.ts';
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
  finding({
    rule: 'completeness',
    seen: { code: 'complete', platforms: ['linux/amd64', 'linux/arm64'] },
    wanted: {},
  }),
  sizeFinding('linux/amd64', 182_000_000),
  sizeFinding('linux/arm64', 179_000_000),
  ...['linux/amd64', 'linux/arm64'].map((platform) =>
    finding({ rule: 'layers', platform, seen: { code: 'layers', layers: 7 }, wanted: { max: 100 } }),
  ),
  ...['linux/amd64', 'linux/arm64'].map((platform) =>
    finding({ rule: 'command', platform, seen: { code: 'entrypoint' }, wanted: {} }),
  ),
];

const PROMOTION: Promotion = {
  id: 'promotion-12',
  number: 12,
  repo: { id: 77, name: REPO, installationId: 5 },
  requestedAs: REPO,
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

/** What a rollback of `P12` goes back to. */
export const TARGET: NamedTarget = {
  name: 'P7',
  digest: OLD,
  origin: { kind: 'held', promotion: 7, outcome: 'deployed', forced: false },
};

/** A view of `P12`, awaiting approval unless changed. */
export function viewOf(
  promotion: Partial<Promotion> = {},
  around: Partial<Omit<PromotionView, 'promotion'>> = {},
): PromotionView {
  const { environment = PRODUCTION } = around;
  const whole = { ...PROMOTION, ...promotion };
  return {
    promotion: whole,
    environment,
    policyChange: null,
    rules: environment === null ? [] : [{ ...environment.approvals, of: 'both', floor: null }],
    subject: SUBJECT,
    outcomes: [],
    auditHead: { seq: 123, hash: `ab12cd34${'0'.repeat(56)}` },
    githubUrl: 'https://github.com',
    checkRunUrl: 'https://github.com/acme/dotca/runs/9001',
    cardUrl: 'https://github.com/acme/dotca/issues/3#issuecomment-1',
    thread: whole.thread === null ? null : { issue: 3, cardIn: 3, isFull: false, continuedIn: null },
    blockedBy: null,
    rollbackTarget: TARGET,
    replacedBy: null,
    deadJob: null,
    tokenWarning: null,
    takenNames: [],
    ...around,
  };
}

type Sample<Of> = Of extends Finding
  ? Omit<Of, 'image' | 'platform' | 'outcome'> & Partial<Pick<Of, 'platform' | 'outcome'>>
  : never;

/** A finding that passes and is about the whole image, unless it says otherwise. */
export function finding(values: Sample<Finding>): Finding {
  return { image: IMAGE, platform: null, outcome: 'pass', ...values };
}

export function sizeFinding(platform: string, bytes: number, is: Finding['outcome'] = 'pass'): Finding {
  const wanted = { minBytes: 100_000_000, maxBytes: 2_000_000_000 };
  return finding({ rule: 'size', platform, outcome: is, seen: { code: 'size', bytes }, wanted });
}

/** Five hundred findings whose texts from outside are all as given. */
export function floodOfFindings(text: string): readonly Finding[] {
  return Array.from({ length: 500 }, (_, index) =>
    finding({
      rule: 'source',
      platform: `linux/${text}${index}`,
      outcome: 'fail',
      seen: { code: 'label', label: text },
      wanted: { source: text },
    }),
  );
}

/** What a finding saw where GitHub did not answer. */
export const UNREAD = {
  code: 'unknown',
  reason: { code: 'outside-error', error: { code: 'github-unavailable', detail: 'HTTP 502' } },
} as const;

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
