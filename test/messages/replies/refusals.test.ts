// Every refusal says what was decided, what decided it, and who or what can change it.
import { expect, test } from 'vitest';
import {
  imagesNamedIn,
  type PromotionLine,
  type Refusal,
  type RefusedVerb,
  type RollbackChoice,
} from '../../../src/domain/refusal.ts';
import type { Digest } from '../../../src/domain/image/reference.ts';
import type { ImageOutcome } from '../../../src/domain/promotion/history.ts';
import { outcomeParts, outcomeSentence } from '../../../src/messages/held-words.ts';
import type { TargetOrigin, UnprovenCause } from '../../../src/domain/promotion/target-origin.ts';
import { renderRefusal } from '../../../src/messages/replies/refusals.ts';
import { githubWouldLink, plainTexts, withNamed } from '../rendered.ts';
import { AT, FOREIGN, IMAGE, must, NEW, OLD, REPO, tagOf } from '../sample-view.ts';
import { parseCommitSha, parseImageRepository, parseRepoName } from '../../../src/domain/image/reference.ts';
import { COMMANDS, isVerb, LONG_FORM, type Verb } from '../../../src/domain/command.ts';
import { policyProblemWords } from '../../../src/messages/policy-problem.ts';
import { badYaml, outside } from '../../domain/problem.ts';

const COMMIT = must(parseCommitSha('fedcba9'.padEnd(40, '0')));
const API = must(parseImageRepository('ghcr.io/acme/api'));
const BACKEND = must(parseRepoName('acme/backend'));
const LINES: readonly PromotionLine[] = [
  { number: 12, environment: 'production', source: 'staging-abc1234', state: 'awaiting-approval' },
  { number: 14, environment: 'canary', source: 'staging-def5678', state: 'awaiting-approval' },
];
const CHOICES: readonly RollbackChoice[] = [
  { promotion: 7, digest: OLD, at: AT, origin: { kind: 'held', promotion: 7, outcome: 'deployed', forced: true } },
  { promotion: 6, digest: OLD, at: AT, origin: { kind: 'held', promotion: 6, outcome: 'promoted', forced: false } },
  { promotion: 5, digest: NEW, at: AT - 60_000, origin: { ...unproven('left', 5), outcome: 'deployed' } },
  { promotion: 4, digest: NEW, at: AT - 70_000, origin: unproven('deployment-failed', 4) },
  { promotion: 3, digest: NEW, at: AT - 80_000, origin: unproven('other-tags', 3) },
  { promotion: null, digest: OLD, at: AT - 90_000, origin: { kind: 'baseline', promotion: 1 } },
];

function unproven(because: UnprovenCause, promotion: number): Extract<TargetOrigin, { kind: 'unproven' }> {
  return { kind: 'unproven', because, promotion, forced: false };
}

const HELD: ImageOutcome & { readonly digest: Digest } = {
  digest: NEW,
  environment: 'production',
  promotion: 7,
  isCurrent: false,
  isRolledBack: true,
  report: 'deployment-failed',
  forced: true,
  approvedBy: ['bob'],
};
const TAG = tagOf('staging-abc1234');
const NAMING: readonly Extract<Refusal, { readonly outcomes?: unknown }>[] = [
  { code: 'tag-holds-another', tag: TAG, named: OLD, holds: NEW },
  { code: 'source-ambiguous', typed: 'abc', candidates: [{ tag: TAG, digest: NEW }] },
  { code: 'digest-of-platform', named: OLD, tag: TAG, digest: NEW },
  { code: 'already-in-production', environment: 'production', digest: NEW, tags: [TAG] },
  { code: 'version-taken', tag: tagOf('v1.2.3'), holds: NEW, wanted: OLD },
  { code: 'image-changed', tag: TAG, shown: OLD, holds: NEW },
];

test.each(NAMING)('$code says what became of the image that it names', (refusal) => {
  const said = (outcomes: readonly (typeof HELD)[]): string => {
    const told: Refusal = { ...refusal, outcomes };
    return renderRefusal(told);
  };
  expect(imagesNamedIn(refusal)).toContain(NEW);
  const words = [outcomeSentence(HELD), outcomeParts(HELD).join(' · ')];
  expect(words.filter((one) => said([HELD]).includes(one))).toHaveLength(1);
  // Never held, or of another digest: nothing is said.
  for (const outcomes of [[], [{ ...HELD, digest: FOREIGN }]]) expect(said(outcomes)).toBe(renderRefusal(refusal));
});

test.each<[string, Refusal]>([
  ['owner-not-allowed', { code: 'owner-not-allowed', owner: 'stranger' }],
  ['image-not-granted', { code: 'image-not-granted', image: API, repo: BACKEND }],
  ['image-granted-elsewhere', { code: 'image-granted-elsewhere', image: API, repo: BACKEND, repoId: 7 }],
  ['image-of-another-repository', { code: 'image-of-another-repository', image: API, repo: BACKEND, repoId: 7 }],
  ['image-not-proven', { code: 'image-not-proven', image: API, repo: BACKEND, repoId: 7 }],
  [
    'environment-unknown, named',
    { code: 'environment-unknown', typed: 'prod', environments: ['production', 'canary'] },
  ],
  ['environment-unknown, not named', { code: 'environment-unknown', typed: null, environments: ['eu', 'us'] }],
  ['environment-unknown, no environment', { code: 'environment-unknown', typed: 'prod', environments: [] }],
  ['not-permitted', { code: 'not-permitted', verb: 'approve', role: 'read', wanted: 'write' }],
  ['not-permitted, no access at all', { code: 'not-permitted', verb: 'promote', role: 'none', wanted: 'write' }],
  ['not-a-reviewer', { code: 'not-a-reviewer', verb: 'approve', users: ['ada', 'bob'], role: null }],
  ['not-a-reviewer, a role too', { code: 'not-a-reviewer', verb: 'reject', users: ['ada'], role: 'maintain' }],
  ['bot-not-permitted', { code: 'bot-not-permitted', verb: 'approve' }],
  ['not-a-source', { code: 'not-a-source', typed: 'latest', prefixes: ['staging'] }],
  ['not-a-source, with force', { code: 'not-a-source', typed: 'main', prefixes: ['stage', 'fix'] }],
  ['environment-as-source', { code: 'environment-as-source', environment: 'production', source: 'staging-abc1234' }],
  ['environment-as-target', { code: 'environment-as-target', environment: 'production', reason: 'the "login" fails' }],
  ['not-own-image', { code: 'not-own-image', typed: 'ghcr.io/acme/api:staging', image: IMAGE }],
  [
    'not-own-commit',
    {
      code: 'not-own-commit',
      typed: 'https://github.com/acme/api/commit/abc1234',
      repo: BACKEND,
      githubHost: 'github.com',
    },
  ],
  ['tag-holds-another', { code: 'tag-holds-another', tag: tagOf('staging-abc1234'), named: OLD, holds: NEW }],
  ['source-not-found', { code: 'source-not-found', image: IMAGE, typed: 'abc1234', tried: [tagOf('staging-abc1234')] }],
  ['source-not-found, nothing tried', { code: 'source-not-found', image: IMAGE, typed: 'staging', tried: [] }],
  [
    'source-ambiguous',
    {
      code: 'source-ambiguous',
      typed: 'abc123',
      candidates: [
        { tag: tagOf('staging-abc1234'), digest: NEW },
        { tag: tagOf('staging-abc1235'), digest: OLD },
      ],
    },
  ],
  ['no-image-name', { code: 'no-image-name', repo: must(parseRepoName('acme/.github')), registryHost: 'ghcr.io' }],
  ['digest-of-platform', { code: 'digest-of-platform', named: OLD, tag: tagOf('staging-abc1234'), digest: NEW }],
  ['digest-not-staged', { code: 'digest-not-staged', image: IMAGE, digest: NEW, prefixes: ['staging'] }],
  [
    'digest-not-staged, with force',
    { code: 'digest-not-staged', image: IMAGE, digest: NEW, prefixes: ['staging', 'hotfix'] },
  ],
  [
    'already-in-production',
    { code: 'already-in-production', environment: 'production', digest: NEW, tags: [tagOf('main'), tagOf('latest')] },
  ],
  [
    'already-in-production, one tag',
    { code: 'already-in-production', environment: 'canary', digest: NEW, tags: [tagOf('canary')] },
  ],
  [
    'already-requested, waiting',
    { code: 'already-requested', promotion: 12, state: 'awaiting-approval', environment: 'production' },
  ],
  [
    'already-requested, waiting, by somebody who may approve it',
    {
      code: 'already-requested',
      promotion: 12,
      state: 'awaiting-approval',
      environment: 'production',
      mayApprove: true,
    },
  ],
  [
    'already-requested, waiting, by who asked for it',
    {
      code: 'already-requested',
      promotion: 12,
      state: 'awaiting-approval',
      environment: 'production',
      mayApprove: false,
    },
  ],
  [
    'already-requested, examining',
    { code: 'already-requested', promotion: 12, state: 'examining', environment: 'production' },
  ],
  [
    'already-requested, applying',
    { code: 'already-requested', promotion: 12, state: 'applying', environment: 'production' },
  ],
  [
    'registry-problem',
    {
      code: 'registry-problem',
      problem: outside(
        'GET of the tag list answered HTTP 403 DENIED; is GHCR_TOKEN a classic token with read:packages?',
      ),
    },
  ],
  ['github-problem', { code: 'github-problem', problem: outside('the policy file could not be read: HTTP 502.') }],
  [
    'already-requested, without the version that is asked for now',
    {
      code: 'already-requested',
      promotion: 12,
      state: 'awaiting-approval',
      environment: 'production',
      lacks: tagOf('v1.2.3'),
    },
  ],
  ['version-taken', { code: 'version-taken', tag: tagOf('v1.2.3'), holds: OLD, wanted: NEW }],
  [
    'not-a-rollback-target, no such image',
    {
      code: 'not-a-rollback-target',
      environment: 'production',
      typed: NEW,
      because: 'no-such-digest',
      choices: CHOICES,
    },
  ],
  [
    'not-a-rollback-target, no such tag',
    { code: 'not-a-rollback-target', environment: 'eu', typed: 'main-x', because: 'no-such-tag', choices: CHOICES },
  ],
  [
    'not-a-rollback-target, a promotion that never got there',
    { code: 'not-a-rollback-target', environment: 'production', typed: 'P9', because: 'never-there', choices: [] },
  ],
  [
    'nothing-to-roll-back-to, a first promotion',
    { code: 'nothing-to-roll-back-to', environment: 'production', current: NEW, choices: [] },
  ],
  [
    'nothing-to-roll-back-to, all were left',
    { code: 'nothing-to-roll-back-to', environment: 'production', current: null, choices: CHOICES },
  ],
  ['not-permitted, a rollback', { code: 'not-permitted', verb: 'rollback', role: 'write', wanted: 'maintain' }],
  ['promotion-not-found', { code: 'promotion-not-found', promotion: 99 }],
  ['nothing-waits-here, nor elsewhere', { code: 'nothing-waits-here', verb: 'approve', elsewhere: [] }],
  ['nothing-waits-here, but elsewhere', { code: 'nothing-waits-here', verb: 'reject', elsewhere: LINES }],
  ['several-wait-here', { code: 'several-wait-here', verb: 'approve', promotions: LINES }],
  ['own-request', { code: 'own-request', promotion: 12 }],
  ['already-approved', { code: 'already-approved', promotion: 12 }],
  ['not-awaiting-approval, too early', { code: 'not-awaiting-approval', promotion: 12, state: 'examining' }],
  ['not-awaiting-approval, over', { code: 'not-awaiting-approval', promotion: 12, state: 'promoted' }],
  ['plan-changed', { code: 'plan-changed', promotion: 12, plan: 'ab12cd34ef56' }],
  ['outside-reviewer', { code: 'outside-reviewer', verb: 'approve' }],
  ['another-account', { code: 'another-account', login: 'maria', id: 12_345 }],
  ['acted-through-app', { code: 'acted-through-app', verb: 'rollback', app: 'deployer' }],
  ['registry-user', { code: 'registry-user', promotion: 12 }],
  ['contributor', { code: 'contributor', promotion: 12, commits: 3, of: 12 }],
  ['own-request, by a floor', { code: 'own-request', promotion: 12, isFloor: true }],
  ['plan-changed, of an older version', { code: 'plan-changed', promotion: 12 }],
  ['plan-unclear', { code: 'plan-unclear', promotion: 12, plan: 'ab12cd34ef56' }],
  ['outdated-staging-check', { code: 'outdated-staging-check', commit: COMMIT, tag: tagOf('staging-abc1234') }],
  ['outdated-staging-check, without an image', { code: 'outdated-staging-check', commit: COMMIT, tag: null }],
  ['image-changed', { code: 'image-changed', tag: tagOf('staging-abc1234'), shown: OLD, holds: NEW }],
  ['policy-changed', { code: 'policy-changed', promotion: 12 }],
  ['outdated-check-run', { code: 'outdated-check-run', promotion: 12 }],
  ['cannot-cancel, moving', { code: 'cannot-cancel', promotion: 12, state: 'applying' }],
  ['cannot-cancel, over', { code: 'cannot-cancel', promotion: 12, state: 'rejected' }],
])('%s', (_, refusal) => {
  expect(renderRefusal(refusal)).toMatchSnapshot();
  expect(
    plainTexts(renderRefusal(refusal))
      .map(githubWouldLink)
      .filter((found) => found !== null),
  ).toEqual([]);
});

test('policy-unreadable: a line for each problem', () => {
  const problems = [badYaml('one'), badYaml('two', 2)] as const;
  const text = renderRefusal({ code: 'policy-unreadable', problems });
  const [first, second] = problems.map(policyProblemWords);
  expect(withNamed(text, { first: first ?? '', second: second ?? '' })).toMatchSnapshot();
});

const VERBS: readonly RefusedVerb[] = [
  ...Object.keys(COMMANDS).filter((verb): verb is Verb => isVerb(verb)),
  LONG_FORM,
  're-run',
  'promote with force',
];

test('every action that needs a right has its own words', () => {
  const sentences = VERBS.map((verb) => renderRefusal({ code: 'bot-not-permitted', verb }));
  expect(sentences.join('\n')).toMatchSnapshot();
});

test('the operator finds the line to add, ready to copy', () => {
  expect(renderRefusal({ code: 'image-not-granted', image: API, repo: BACKEND })).toContain(
    '`IMAGE_GRANTS=ghcr.io/acme/api=acme/backend`',
  );
  expect(renderRefusal({ code: 'owner-not-allowed', owner: 'stranger' })).toContain('`ALLOWED_OWNERS=stranger`');
});

test('what people typed can’t break out, however long', () => {
  const typed = '`@acme/all` <img src=x> [x](https://evil.example)\n# big '.repeat(1000);
  const text = renderRefusal({ code: 'environment-unknown', typed, environments: [typed, REPO] });
  expect(text.length).toBeLessThan(1000);
  expect(plainTexts(text).filter((plain) => /[@<]|evil/.test(plain))).toEqual([]);
});

test('long lists are cut, and show that', () => {
  const promotions = Array.from({ length: 60 }, (_, number): PromotionLine => {
    return { number, environment: 'production', source: 'staging', state: 'awaiting-approval' };
  });
  const text = renderRefusal({ code: 'several-wait-here', verb: 'approve', promotions });
  const lines = text.split('\n').filter((line) => line.startsWith('- '));
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)).toMatchSnapshot();
});
