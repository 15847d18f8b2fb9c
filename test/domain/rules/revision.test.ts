// The revision label proves a commit of the staging or production branch.
import { expect, test } from 'vitest';
import { commitOf, known, REVISION_LABEL, unknown, type ImageFacts } from '../../../src/domain/image/image-facts.ts';
import type { Level } from '../../../src/domain/policy/policy.ts';
import { revision } from '../../../src/domain/rules/revision.ts';
import { COMMIT, facts, ruleContext } from '../build.ts';

const branches = ['staging', 'main'];
const other = 'f'.repeat(40);

const ROWS: readonly (readonly [string, ImageFacts['lineage'], string, string])[] = [
  [
    'a commit on a branch passes and is named with it',
    known({ kind: 'on-branch', commit: COMMIT, branch: 'staging' }),
    'pass',
    `${COMMIT}, on staging`,
  ],
  [
    'a commit of a fork fails',
    known({ kind: 'not-on-branch', commit: COMMIT, branches }),
    'fail',
    `${COMMIT}, which is not on staging or main`,
  ],
  ['a short id fails', known({ kind: 'malformed', seen: 'abc1234' }), 'fail', 'abc1234'],
  [
    'platforms of different commits fail',
    known({ kind: 'platforms-disagree', seen: [COMMIT, other] }),
    'fail',
    `the platforms name different commits: ${COMMIT}, ${other}`,
  ],
  ['what GitHub did not tell is unknown', unknown('GitHub answered 502'), 'unknown', 'GitHub answered 502'],
  ['a missing label warns', known({ kind: 'no-revision' }), 'warn', 'no such label'],
];

test.each(ROWS)('%s', (_name, lineage, outcome, seen) => {
  expect(revision.check(facts({ lineage }), ruleContext())).toMatchObject([
    { rule: 'revision', platform: null, outcome, seen },
  ]);
});

const MISSING: readonly (readonly [string, Level, readonly string[], readonly string[]])[] = [
  ['fails where the policy says so', 'fail', [REVISION_LABEL], ['fail']],
  ['is fine where it is not required', 'fail', [], []],
  ['is fine at level off', 'off', [REVISION_LABEL], []],
];

test.each(MISSING)('a missing label %s', (_name, level, required, outcomes) => {
  const findings = revision.check(
    facts({ lineage: known({ kind: 'no-revision' }) }),
    ruleContext({ labels: { level, required } }),
  );
  expect(findings.map(({ outcome }) => outcome)).toEqual(outcomes);
});

test('a wrong label fails though the policy asks for none', () => {
  const lineage = known({ kind: 'not-on-branch', commit: COMMIT, branches } as const);
  const findings = revision.check(facts({ lineage }), ruleContext({ labels: { level: 'off', required: [] } }));
  expect(findings.map(({ outcome }) => outcome)).toEqual(['fail']);
});

test.each(ROWS.map(([name, lineage, outcome]) => [name, lineage, outcome === 'pass' ? COMMIT : null] as const))(
  'the commit of an image is what it proves: %s',
  (_name, lineage, expected) => {
    expect(commitOf(facts({ lineage }))).toBe(expected);
  },
);
