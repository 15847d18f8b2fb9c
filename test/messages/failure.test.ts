import { expect, test } from 'vitest';
import type { FailureProblem } from '../../src/domain/promotion/failure.ts';
import { failureWords } from '../../src/messages/failure.ts';
import { badYaml, outside } from '../domain/problem.ts';
import { withNamed } from './rendered.ts';
import { FOREIGN, IMAGE, NEW, OLD, REPO, tagOf } from './sample-view.ts';

const DENIED = outside('PUT tag main on ghcr.io/acme/dotca: HTTP 403 DENIED.');
const GONE = outside('GET manifest: HTTP 404 MANIFEST_UNKNOWN.', 'manifest-unknown');
const layer = { part: 'layer', digest: FOREIGN, platform: 'linux/arm64' } as const;
const target = { code: 'target-incomplete', repository: IMAGE, digest: OLD } as const;

const PROBLEMS: readonly FailureProblem[] = [
  { code: 'outside-error', error: DENIED },
  { code: 'target-gone', error: GONE, alternative: 'P2' },
  { code: 'target-gone', error: GONE, alternative: null },
  { ...target, because: { kind: 'no-platform' }, alternative: null },
  { ...target, because: { kind: 'manifest-missing' }, alternative: null },
  { ...target, because: { kind: 'parts-missing', first: layer, more: 0 }, alternative: null },
  { ...target, because: { kind: 'parts-missing', first: layer, more: 2 }, alternative: 'P2' },
  { code: 'policy-unreadable', problems: [badYaml('one'), badYaml('two', 2)], more: 0 },
  { code: 'policy-unreadable', problems: [badYaml('one')], more: 3 },
  { code: 'environment-gone', environment: 'canary' },
  { code: 'image-not-in-policy', image: IMAGE, images: [IMAGE] },
  { code: 'owner-not-allowed', owner: 'acme' },
  { code: 'image-not-granted', image: IMAGE, repo: REPO },
  { code: 'image-granted-elsewhere', image: IMAGE, repo: REPO, repoId: 7 },
  { code: 'image-of-another-repository', image: IMAGE, repo: REPO, repoId: 7 },
  { code: 'image-not-proven', image: IMAGE, repo: REPO, repoId: 7 },
  { code: 'tag-moved', tag: tagOf('main'), holds: FOREIGN, expected: OLD },
  { code: 'tag-moved', tag: tagOf('main'), holds: null, expected: null },
  { code: 'permanent-tag-taken', tag: tagOf('main-staging-abc1234'), holds: FOREIGN, isVersion: false },
  { code: 'permanent-tag-taken', tag: tagOf('v1.2.3'), holds: FOREIGN, isVersion: true },
  {
    code: 'moved-after-writing',
    tags: [
      { tag: tagOf('main'), holds: FOREIGN },
      { tag: tagOf('latest'), holds: null },
    ],
  },
  { code: 'writes-not-shown', because: { kind: 'old-digest', tags: [tagOf('main'), tagOf('latest')] } },
  { code: 'writes-not-shown', because: { kind: 'no-answer', error: DENIED } },
];

test('the words of each failure', () => {
  const words = PROBLEMS.map((problem) => failureWords({ problem, undoRefused: null }, { environment: 'production' }));
  expect(words.join('\n')).toMatchInlineSnapshot(`
    "PUT tag main on ghcr.io/acme/dotca: HTTP 403 DENIED.
    GET manifest: HTTP 404 MANIFEST_UNKNOWN. To roll back to P2, which is complete: /rollback to P2 --reason "…"
    GET manifest: HTTP 404 MANIFEST_UNKNOWN.
    ghcr.io/acme/dotca@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa can no longer be pulled: it has no runnable platform.
    ghcr.io/acme/dotca@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa can no longer be pulled: its manifest is missing.
    ghcr.io/acme/dotca@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa can no longer be pulled: layer sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff of linux/arm64 is missing.
    ghcr.io/acme/dotca@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa can no longer be pulled: layer sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff of linux/arm64 is missing, and 2 more. To roll back to P2, which is complete: /rollback to P2 --reason "…"
    .github/promotion.yml is not valid: line 1, column 1: this is not valid YAML: one; line 2, column 1: this is not valid YAML: two.
    .github/promotion.yml is not valid: line 1, column 1: this is not valid YAML: one; and 3 more.
    The policy file no longer defines the environment canary.
    The policy file now names ghcr.io/acme/dotca, not ghcr.io/acme/dotca.
    This server no longer serves acme. Its operator can add the account to ALLOWED_OWNERS.
    acme/dotca can no longer promote ghcr.io/acme/dotca. The operator of this server can grant it with IMAGE_GRANTS.
    The operator of this server granted ghcr.io/acme/dotca to another repository, not to acme/dotca. The operator of this server can grant it with IMAGE_GRANTS=ghcr.io/acme/dotca=acme/dotca@7.
    Another repository promoted ghcr.io/acme/dotca before acme/dotca did. The operator of this server can grant it with IMAGE_GRANTS=ghcr.io/acme/dotca=acme/dotca@7.
    ghcr.io/acme/dotca has no source label that names acme/dotca. The operator of this server can grant it with IMAGE_GRANTS=ghcr.io/acme/dotca=acme/dotca@7.
    Somebody else moved main to sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff (expected: sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa). It was not changed.
    Somebody else moved main to nothing (expected: nothing). It was not changed.
    main-staging-abc1234 did not exist when this was planned, and now holds sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff. Permanent tags are never moved. Build each commit once, or promote the digest that the tag holds.
    v1.2.3 did not exist when this was planned, and now holds sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff. A version is never moved. Use another version, or promote the digest that this one holds.
    All tags were moved, but then somebody else moved one: main holds sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff, latest holds nothing. It was not changed.
    The registry accepted all tags, but did not show them within ten minutes. It still shows the earlier image at main, latest.
    The registry accepted all tags, but did not show them within ten minutes. PUT tag main on ghcr.io/acme/dotca: HTTP 403 DENIED."
  `);
});

test('if moving the tags back was refused too, both are shown', () => {
  const failure = {
    problem: { code: 'tag-moved', tag: tagOf('main'), holds: NEW, expected: OLD },
    undoRefused: DENIED,
  } as const;
  const { problem } = failure;
  const alone = failureWords({ problem, undoRefused: null }, { environment: 'canary' });
  const both = failureWords(failure, { environment: 'canary' });
  expect(withNamed(both, { problem: alone, refused: DENIED.detail })).toMatchSnapshot();
});
