import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FailureProblem } from '../../../src/domain/promotion/failure.ts';
import type { Finding } from '../../../src/domain/finding.ts';
import type { Promotion, PromotionState } from '../../../src/domain/promotion/promotion.ts';
import { formatPromotion, readPromotion } from '../../../src/store/promotions/promotion-document.ts';
import { legal, digest, promotion, repo, repository, tag } from '../fixtures.ts';
import { parseCommitSha } from '../../../src/domain/image/reference.ts';
import type { RuleId } from '../../../src/domain/rules/catalogue.ts';
import { badYaml } from '../../domain/problem.ts';

const text = fc.string({ unit: 'binary', maxLength: 20 });
const int = fc.maxSafeNat();
const person = fc.record({ id: int, login: text });
const aDigest = fc.constantFrom('a', 'b', '0').map(digest);
const aTag = fc.constantFrom('main', 'latest', 'v1.2.3', 'staging-abc1234').map(tag);
const anImage = fc.constantFrom('ghcr.io/acme/dotca', '127.0.0.1:5000/acme/api').map(repository);
const aCommit = fc.constantFrom('0', 'f').map((hex) => legal(parseCommitSha, hex.repeat(40)));
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });
const list = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(value, { maxLength: 3 });

const outside = fc.record({ code: text, detail: text });

const imageOfRepo = { image: anImage, repo: fc.constant(repo.name), repoId: int };

// One arbitrary for each code: the compiler asks for the missing one.
const problems: {
  readonly [Code in FailureProblem['code']]: fc.Arbitrary<Extract<FailureProblem, { code: Code }>>;
} = {
  'outside-error': fc.record({ code: fc.constant('outside-error'), error: outside }),
  'target-gone': fc.record({ code: fc.constant('target-gone'), error: outside, alternative: maybe(text) }),
  'target-incomplete': fc.record({
    code: fc.constant('target-incomplete'),
    repository: anImage,
    digest: aDigest,
    because: fc.oneof(
      fc.record({ kind: fc.constantFrom('no-platform' as const, 'manifest-missing' as const) }),
      fc.record({
        kind: fc.constant('parts-missing' as const),
        first: fc.record({
          part: fc.constantFrom('manifest' as const, 'config' as const, 'layer' as const),
          digest: aDigest,
          platform: text,
        }),
        more: int,
      }),
    ),
    alternative: maybe(text),
  }),
  'policy-unreadable': fc.record({
    code: fc.constant('policy-unreadable'),
    problems: list(text.map((detail) => badYaml(detail))),
    more: int,
  }),
  'environment-gone': fc.record({ code: fc.constant('environment-gone'), environment: text }),
  'image-not-in-policy': fc.record({ code: fc.constant('image-not-in-policy'), image: anImage, images: list(anImage) }),
  'owner-not-allowed': fc.record({ code: fc.constant('owner-not-allowed'), owner: text }),
  'image-not-granted': fc.record({
    code: fc.constant('image-not-granted'),
    image: anImage,
    repo: fc.constant(repo.name),
  }),
  'image-granted-elsewhere': fc.record({ code: fc.constant('image-granted-elsewhere'), ...imageOfRepo }),
  'image-of-another-repository': fc.record({ code: fc.constant('image-of-another-repository'), ...imageOfRepo }),
  'image-not-proven': fc.record({ code: fc.constant('image-not-proven'), ...imageOfRepo }),
  'tag-moved': fc.record({
    code: fc.constant('tag-moved'),
    tag: aTag,
    holds: maybe(aDigest),
    expected: maybe(aDigest),
  }),
  'permanent-tag-taken': fc.record({
    code: fc.constant('permanent-tag-taken'),
    tag: aTag,
    holds: aDigest,
    isVersion: fc.boolean(),
  }),
  'moved-after-writing': fc.record({
    code: fc.constant('moved-after-writing'),
    tags: list(fc.record({ tag: aTag, holds: maybe(aDigest) })),
  }),
  'writes-not-shown': fc.record({
    code: fc.constant('writes-not-shown'),
    because: fc.oneof(
      fc.record({ kind: fc.constant('old-digest' as const), tags: list(aTag) }),
      fc.record({ kind: fc.constant('no-answer' as const), error: outside }),
    ),
  }),
};
const problem = fc.oneof(...Object.values(problems));

const failure = fc.record({
  problem,
  undoRefused: maybe(outside),
  production: fc.constantFrom('untouched', 'restored', 'mixed'),
  tags: list(
    fc.record({
      repository: anImage,
      tag: aTag,
      kind: fc.constantFrom('rollback', 'permanent', 'floating'),
      from: maybe(aDigest),
      holds: maybe(aDigest),
    }),
  ),
});

// One arbitrary for each state: the compiler asks for the missing one.
const states: { readonly [Kind in PromotionState['kind']]: fc.Arbitrary<Extract<PromotionState, { kind: Kind }>> } = {
  examining: fc.record({ kind: fc.constant('examining'), again: fc.boolean() }),
  'awaiting-approval': fc.record({ kind: fc.constant('awaiting-approval') }),
  scheduled: fc.record({ kind: fc.constant('scheduled'), cause: fc.constant('queue') }),
  applying: fc.record({ kind: fc.constant('applying'), since: int, undoing: maybe(problem) }),
  promoted: fc.record({ kind: fc.constant('promoted'), at: int }),
  'checks-failed': fc.record({ kind: fc.constant('checks-failed') }),
  rejected: fc.record({ kind: fc.constant('rejected'), by: person, reason: maybe(text) }),
  failed: fc.record({ kind: fc.constant('failed'), failure }),
  cancelled: fc.record({
    kind: fc.constant('cancelled'),
    by: maybe(person),
    because: fc.constantFrom('person', 'installation-gone', 'repository-gone'),
  }),
  deploying: fc.record({ kind: fc.constant('deploying'), at: int, since: int, url: maybe(text) }),
  deployed: fc.record({ kind: fc.constant('deployed'), at: int, since: int, url: maybe(text) }),
  'deployment-failed': fc.record({ kind: fc.constant('deployment-failed'), at: int, since: int, url: maybe(text) }),
  'waiting-for-image': fc.record({
    kind: fc.constant('waiting-for-image'),
    repository: anImage,
    commit: aCommit,
    tags: list(aTag),
    until: int,
  }),
  superseded: fc.record({
    kind: fc.constant('superseded'),
    by: fc.oneof(
      fc.record({ kind: fc.constant('promotion' as const), number: int }),
      fc.record({ kind: fc.constant('production' as const) }),
    ),
  }),
  expired: fc.record({ kind: fc.constant('expired') }),
};

const found = {
  image: anImage,
  platform: maybe(text),
  outcome: fc.constantFrom<Finding['outcome']>('pass', 'warn', 'fail', 'unknown'),
};
const none = fc.constant({});
const unknownSeen = fc.record({
  code: fc.constant('unknown' as const),
  reason: fc.record({ code: fc.constant('outside-error' as const), error: fc.record({ code: text, detail: text }) }),
});
const codeOf = <Code extends string>(...codes: Code[]): fc.Arbitrary<{ code: Code }> =>
  fc.record({ code: fc.constantFrom(...codes) });
const wantedText = { source: text };

// One arbitrary for each rule: the compiler asks for the missing one.
const anyFindings: { readonly [Rule in RuleId]: fc.Arbitrary<Extract<Finding, { rule: Rule }>> } = {
  completeness: fc.record({
    rule: fc.constant('completeness'),
    ...found,
    seen: fc.record({
      code: fc.constant('parts-missing' as const),
      parts: list(fc.record({ part: fc.constant('layer' as const), digest: aDigest, platform: text })),
      total: int,
    }),
    wanted: none,
    final: fc.constant(true as const),
  }),
  size: fc.record({
    rule: fc.constant('size'),
    ...found,
    seen: fc.record({ code: fc.constant('size'), bytes: int }),
    wanted: fc.record({ minBytes: int, maxBytes: int }),
  }),
  layers: fc.record({
    rule: fc.constant('layers'),
    ...found,
    seen: fc.record({ code: fc.constant('diff-ids-differ' as const), layers: int, diffIds: int }),
    wanted: fc.record({ max: int }),
  }),
  command: fc.record({
    rule: fc.constant('command'),
    ...found,
    seen: codeOf('not-set', 'entrypoint', 'cmd'),
    wanted: none,
    overridden: fc.constant(true as const),
  }),
  healthcheck: fc.record({
    rule: fc.constant('healthcheck'),
    ...found,
    seen: codeOf('not-set', 'switched-off', 'set'),
    wanted: none,
  }),
  source: fc.record({
    rule: fc.constant('source'),
    ...found,
    seen: fc.oneof(codeOf('label-missing'), unknownSeen),
    wanted: fc.record(wantedText),
  }),
  'credentials-in-label': fc.record({
    rule: fc.constant('credentials-in-label'),
    ...found,
    seen: fc.record({ code: fc.constant('credentials' as const), labels: list(text) }),
    wanted: none,
  }),
  'rejected-before': fc.record({
    rule: fc.constant('rejected-before'),
    ...found,
    seen: fc.record({ code: fc.constant('rejected' as const), promotion: int, by: text, at: int }),
    wanted: none,
  }),
  'tag-overwritten': fc.record({
    rule: fc.constant('tag-overwritten'),
    ...found,
    seen: fc.record({
      code: fc.constantFrom('overwritten' as const, 'rechecked' as const),
      tag: aTag,
      checked: aDigest,
      checkedAt: maybe(int),
      holds: aDigest,
      readAt: int,
    }),
    wanted: none,
  }),
  'version-jump': fc.record({
    rule: fc.constant('version-jump'),
    ...found,
    seen: fc.record({ code: fc.constant('skips-majors' as const), version: aTag, preceding: aTag, skipped: int }),
    wanted: none,
  }),
  'image-owner': fc.record({
    rule: fc.constant('image-owner'),
    ...found,
    seen: fc.record({ code: fc.constant('proven' as const), names: list(text) }),
    wanted: fc.record({ ...wantedText, repo: text }),
  }),
  revision: fc.record({
    rule: fc.constant('revision'),
    ...found,
    seen: fc.record({ code: fc.constant('not-on-branch' as const), commit: aCommit, branches: list(text) }),
    wanted: none,
  }),
  labels: fc.record({
    rule: fc.constant('labels'),
    ...found,
    seen: fc.record({ code: fc.constant('labels-missing' as const), labels: list(text) }),
    wanted: fc.record({ labels: list(text) }),
  }),
  'tag-commit': fc.record({
    rule: fc.constant('tag-commit'),
    ...found,
    seen: fc.record({ code: fc.constant('tag'), tag: aTag, hex: text, commit: aCommit }),
    wanted: none,
  }),
  'staging-deployed': fc.record({
    rule: fc.constant('staging-deployed'),
    ...found,
    seen: fc.record({ code: fc.constant('status' as const), state: text }),
    wanted: none,
  }),
  order: fc.record({
    rule: fc.constant('order'),
    ...found,
    seen: fc.record({
      code: fc.constant('older' as const),
      environment: text,
      promotion: maybe(int),
      commit: aCommit,
      behind: int,
      rollbackTo: maybe(text),
    }),
    wanted: none,
  }),
  content: fc.record({
    rule: fc.constant('content'),
    ...found,
    seen: fc.record({
      code: fc.constant('own-commits' as const),
      branch: text,
      count: maybe(int),
      commits: list(aCommit),
    }),
    wanted: fc.record({ match: fc.constant('subset' as const) }),
  }),
  platforms: fc.record({
    rule: fc.constant('platforms'),
    ...found,
    seen: fc.record({ code: fc.constant('missing' as const), held: list(text), required: list(text) }),
    wanted: fc.record({ required: list(text) }),
  }),
  'rolled-back': fc.record({
    rule: fc.constant('rolled-back'),
    ...found,
    seen: fc.record({ code: fc.constant('rolled-back'), by: int }),
    wanted: none,
  }),
  'permanent-tag': fc.record({
    rule: fc.constant('permanent-tag'),
    ...found,
    seen: fc.record({ code: fc.constant('version-taken'), tag: aTag, holds: aDigest, wanted: aDigest }),
    wanted: none,
  }),
  'in-production': fc.record({
    rule: fc.constant('in-production'),
    ...found,
    seen: fc.record({ code: fc.constant('holds-another'), tag: aTag, holds: maybe(aDigest) }),
    wanted: none,
  }),
};

const anyPromotion: fc.Arbitrary<Promotion> = fc.record({
  id: text,
  number: int,
  repo: fc.record({ id: int, name: fc.constant(repo.name), installationId: int }),
  requestedAs: fc.constant(repo.name),
  environment: text,
  kind: fc.constantFrom('promotion', 'rollback'),
  requester: person,
  reason: maybe(text),
  force: fc.boolean(),
  versionTag: maybe(aTag),
  source: fc.record({ typed: text, tag: maybe(aTag) }),
  images: list(
    fc.record({
      repository: anImage,
      digest: aDigest,
      commit: aCommit,
      commitTag: maybe(aTag),
      platforms: list(text),
    }),
  ),
  baseline: list(fc.record({ repository: anImage, tag: aTag, digest: maybe(aDigest) })),
  findings: list(fc.oneof(...Object.values(anyFindings))),
  reviews: list(
    fc.record(
      {
        verdict: fc.constantFrom('approve', 'reject'),
        by: person,
        at: int,
        via: fc.constantFrom('comment', 'check-run'),
        subject: text,
        void: fc.constant(true as const),
      },
      { requiredKeys: ['verdict', 'by', 'at', 'via', 'subject'] },
    ),
  ),
  moves: list(
    fc.oneof(
      fc.record({ kind: fc.constant('rollback' as const), repository: anImage, slug: text, digest: aDigest }),
      fc.record({
        kind: fc.constantFrom('permanent' as const, 'floating' as const),
        repository: anImage,
        tag: aTag,
        baseline: maybe(aDigest),
        digest: aDigest,
      }),
    ),
  ),
  policyBlob: text,
  rulesHash: text,
  otherReviewers: fc.constantFrom('some', 'none', 'unknown'),
  notice: maybe(
    fc.oneof(
      fc.record({
        kind: fc.constant('production-moved' as const),
        tags: list(fc.record({ repository: anImage, tag: aTag, from: maybe(aDigest), to: maybe(aDigest) })),
      }),
      fc.record({ kind: fc.constantFrom('policy-changed' as const, 'outcomes-changed' as const) }),
      fc.record({
        kind: fc.constant('other-deployment' as const),
        environment: text,
        commit: aCommit,
        by: text,
        at: int,
      }),
      fc.record({ kind: fc.constant('no-deployment' as const), problem: outside, at: int }),
    ),
  ),
  thread: maybe(fc.record({ issue: int })),
  state: fc.oneof(...Object.values(states)),
  version: int,
  createdAt: int,
  updatedAt: int,
});

test('a promotion comes back from its document as it was, and the document has one spelling', () => {
  fc.assert(
    fc.property(anyPromotion, (value) => {
      const document = formatPromotion(value);
      const read = readPromotion(document);
      expect(read).toEqual(value);
      expect(formatPromotion(read)).toBe(document);
      // PostgreSQL's TEXT takes no NUL; JSON spells it out.
      expect(document).not.toContain('\u0000');
    }),
    { numRuns: 300 },
  );
});

test.each([
  { what: 'an illegal digest', path: 'digest', from: digest('a'), to: 'sha256:short' },
  { what: 'an unknown state', path: 'state', from: '"examining"', to: '"pondering"' },
  { what: 'a member that is not known', path: 'Unrecognized', from: '"id":', to: '"colour":"red","id":' },
  { what: 'a missing member', path: 'otherReviewers', from: '"otherReviewers":"unknown",', to: '' },
])('$what in a document is refused', ({ from, to, path }) => {
  const document = formatPromotion(promotion());
  expect(() => readPromotion(document)).not.toThrow();
  expect(() => readPromotion(document.replace(from, to))).toThrow(path);
});
