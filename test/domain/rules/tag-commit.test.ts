// A tag that names a commit must hold an image of that commit.
import { expect, test } from 'vitest';
import { known, type ImageFacts } from '../../../src/domain/image/image-facts.ts';
import { commitHexOf, tagCommit } from '../../../src/domain/rules/tag-commit.ts';
import { COMMIT, facts, judge, tag, unread } from '../build.ts';

const onBranch = known({ kind: 'on-branch', commit: COMMIT, branch: 'staging' } as const);
const notOnBranch = known({ kind: 'not-on-branch', commit: COMMIT, branches: ['staging'], missing: [] } as const);

const ROWS: readonly (readonly [string, string | null, ImageFacts['lineage'], readonly string[]])[] = [
  ['seven digits of the revision pass', 'staging-abc1234', onBranch, ['pass']],
  ['the whole revision passes', `staging-${COMMIT}`, onBranch, ['pass']],
  ['upper-case digits are digits', 'staging-ABC1234', onBranch, ['pass']],
  ['digits of another commit fail', 'staging-abc1235', onBranch, ['fail']],
  ['upper-case digits of another commit fail', 'staging-DEADBEEF', onBranch, ['fail']],
  ['digits of a commit that is on no branch are compared too', 'staging-abc1235', notOnBranch, ['fail']],
  ['a hotfix tag is compared like a staging tag', 'hotfix-abc1234', onBranch, ['pass']],
  ['a hotfix tag of another commit fails', 'hotfix-abc1235', onBranch, ['fail']],
  ['`staging` names no commit', 'staging', onBranch, []],
  ['a word names no commit', 'staging-candidate', onBranch, []],
  ['five digits name no commit', 'staging-abc12', onBranch, []],
  ['an image without a tag is not compared', null, onBranch, []],
  ['no revision: the revision rule speaks', 'staging-abc1235', known({ kind: 'no-revision' }), []],
  ['unknown revision: the revision rule speaks', 'staging-abc1235', unread('HTTP 502'), []],
];

test.each(ROWS)('%s', (_name, name, lineage, outcomes) => {
  const findings = judge(tagCommit, facts({ tag: name === null ? null : tag(name), lineage }));
  expect(findings.map(({ outcome }) => outcome)).toEqual(outcomes);
});

test.each([
  ['staging-abc123', 'abc123'],
  [`staging-${'a'.repeat(40)}`, 'a'.repeat(40)],
  ['staging-abc12', null],
  [`staging-${'a'.repeat(65)}`, null],
  ['stagingabc1234', null],
  ['staging-abc123g', null],
  ['production-abc1234', null],
])('the commit digits of %s are %s', (text, hex) => {
  expect(commitHexOf(text, 'staging')).toBe(hex);
});
