// An image has the code of its environment's branch, where the policy asks.
import { expect, test } from 'vitest';
import type { SameCode } from '../../../../src/domain/image/same-code.ts';
import { known } from '../../../../src/domain/image/image-facts.ts';
import { content } from '../../../../src/domain/rules/change/content.ts';
import { COMMIT, facts, judge, ruleContext, unread } from '../../build.ts';

const MADE = { sha: COMMIT, subject: 'Login', pull: null };
const COMPARED = {
  kind: 'compared',
  branch: 'main',
  files: 'differ',
  differing: ['a.ts'],
  own: 1,
  newest: [MADE],
} as const;

type Row = readonly [string, SameCode, identical: string | null, subset: string | null];
test.each<Row>([
  ['the same files', { ...COMPARED, files: 'same' }, 'pass same-files', 'pass same-files'],
  ['other files, no commits', { ...COMPARED, own: 0, newest: [] }, 'fail other-files', 'pass no-own-commits'],
  ['commits of its own', COMPARED, 'fail other-files', 'fail own-commits'],
  ['files that are not known', { ...COMPARED, files: 'unknown' }, 'unknown not-compared', 'fail own-commits'],
  ['too many commits', { ...COMPARED, own: null, newest: [] }, 'fail other-files', 'fail own-commits'],
  [
    'no comparison',
    { kind: 'unknown', branch: 'main', because: 'commit-gone' },
    'unknown not-compared',
    'unknown not-compared',
  ],
  ['no GitHub', { kind: 'no-access', branch: 'main', detail: 'x' }, 'unknown unknown', 'unknown unknown'],
  ['several environments', { kind: 'several-environments' }, null, null],
])('%s', (_, value, identical, subset) => {
  for (const [match, expected] of [
    ['identical', identical],
    ['subset', subset],
    ['off', null],
  ] as const) {
    const context = ruleContext({ content: { match, ignore: [] } });
    const findings = judge(content, facts({ sameCode: known(value) }), context);
    const seen = findings.map(({ outcome, seen: { code } }) => `${outcome} ${code}`);
    expect(seen, match).toEqual(expected === null ? [] : [expected]);
  }
});

test('it is off unless the policy asks, and unknown facts are unknown', () => {
  const { policy } = ruleContext();
  expect(content.isOn(policy)).toBe(false);
  const context = ruleContext({ content: { match: 'subset', ignore: [] } });
  expect(content.isOn(context.policy)).toBe(true);
  expect(judge(content, facts({ sameCode: unread('HTTP 500') }), context)).toMatchObject([{ outcome: 'unknown' }]);
});
