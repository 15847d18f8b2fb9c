// The revision label proves a commit of the staging or production branch.
import { expect, test } from 'vitest';
import type { Finding } from '../../../src/domain/finding.ts';
import { commitOf, known, REVISION_LABEL, type ImageFacts } from '../../../src/domain/image/image-facts.ts';
import type { Level } from '../../../src/domain/policy/policy.ts';
import { revision } from '../../../src/domain/rules/revision.ts';
import { COMMIT, facts, judge, ruleContext, seenUnread, unread } from '../build.ts';

const branches = ['staging', 'main'];

const ROWS: readonly (readonly [string, ImageFacts['lineage'], string, Finding['seen']])[] = [
  [
    'a commit on a branch passes and is named with it',
    known({ kind: 'on-branch', commit: COMMIT, branch: 'staging' }),
    'pass',
    { code: 'on-branch', commit: COMMIT, branch: 'staging' },
  ],
  [
    'a commit of a fork fails',
    known({ kind: 'not-on-branch', commit: COMMIT, branches }),
    'fail',
    { code: 'not-on-branch', commit: COMMIT, branches },
  ],
  ['a short id fails', known({ kind: 'malformed', seen: 'abc1234' }), 'fail', { code: 'malformed', label: 'abc1234' }],
  [
    'platforms of different commits fail',
    known({ kind: 'platforms-disagree', seen: [COMMIT, null] }),
    'fail',
    { code: 'platforms-disagree', labels: [COMMIT, 'none'] },
  ],
  ['what GitHub did not tell is unknown', unread('HTTP 502'), 'unknown', seenUnread('HTTP 502')],
  ['a missing label fails', known({ kind: 'no-revision' }), 'fail', { code: 'label-missing' }],
];

test.each(ROWS)('%s', (_name, lineage, outcome, seen) => {
  expect(judge(revision, facts({ lineage }), ruleContext())).toMatchObject([
    { rule: 'revision', platform: null, outcome, seen },
  ]);
});

const MISSING: readonly (readonly [string, Level, readonly string[], readonly string[]])[] = [
  ['fails where the policy says so', 'fail', [REVISION_LABEL], ['fail']],
  ['is fine where it is not required', 'fail', [], []],
  ['is fine at level off', 'off', [REVISION_LABEL], []],
];

test.each(MISSING)('a missing label %s', (_name, level, required, outcomes) => {
  const findings = judge(
    revision,
    facts({ lineage: known({ kind: 'no-revision' }) }),
    ruleContext({ labels: { level, required } }),
  );
  expect(findings.map(({ outcome }) => outcome)).toEqual(outcomes);
});

test('a wrong label fails even if the policy requires none', () => {
  const lineage = known({ kind: 'not-on-branch', commit: COMMIT, branches } as const);
  const findings = judge(revision, facts({ lineage }), ruleContext({ labels: { level: 'off', required: [] } }));
  expect(findings.map(({ outcome }) => outcome)).toEqual(['fail']);
});

test.each(ROWS.map(([name, lineage, outcome]) => [name, lineage, outcome === 'pass' ? COMMIT : null] as const))(
  'the commit of an image is what it proves: %s',
  (_name, lineage, expected) => {
    expect(commitOf(facts({ lineage }))).toBe(expected);
  },
);
