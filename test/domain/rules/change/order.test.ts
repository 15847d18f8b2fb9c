// An image is not older than what its environment holds.
import { expect, test } from 'vitest';
import type { Changes, CommitsBetween } from '../../../../src/domain/image/changes.ts';
import { known } from '../../../../src/domain/image/image-facts.ts';
import { order } from '../../../../src/domain/rules/change/order.ts';
import { COMMIT, facts, judge, OLD, ruleContext, tag, unread } from '../../build.ts';

const APART = { kind: 'compared', ahead: 2, behind: 3, commits: [] } as const;

function changes(commits: CommitsBetween, environment = 'production'): Changes {
  const held = { digest: OLD, promotion: 8, commit: COMMIT, version: tag('v1.4.2'), at: 1 };
  const contents = { kind: 'unknown', because: 'gone' } as const;
  return { kind: 'compared', environment, held, rollbackTo: 'P7', readAt: 2, commits, contents };
}

test.each<[string, CommitsBetween, string | null]>([
  ['a newer commit passes', { ...APART, behind: 0 }, null],
  ['the same commit passes', { ...APART, ahead: 0, behind: 0 }, null],
  ['a commit of its own branch passes', APART, null],
  ['an ancestor fails', { ...APART, ahead: 0 }, 'fail'],
  ['a commit that GitHub does not know any more warns', { kind: 'unknown', because: 'commit-gone' }, 'warn'],
  ['a current image without a commit warns', { kind: 'unknown', because: 'held-names-none' }, 'warn'],
  ['an image without a commit is left to the rule revision', { kind: 'unknown', because: 'no-commit' }, null],
  ['without GitHub it is unknown', { kind: 'no-access', detail: 'APP_ID is not set' }, 'unknown'],
])('%s', (_, commits, outcome) => {
  const findings = judge(order, facts({ changes: known(changes(commits)) }));
  expect(findings.map((finding) => finding.outcome)).toEqual(outcome === null ? [] : [outcome]);
});

test('an older image shows what it lacks, and how to go back to it', () => {
  const [finding] = judge(order, facts({ changes: known(changes({ ...APART, ahead: 0 })) }));
  const seen = { code: 'older', environment: 'production', promotion: 8, commit: COMMIT, behind: 3, rollbackTo: 'P7' };
  expect(finding).toMatchObject({ platform: null, outcome: 'fail', seen });
  expect(finding).not.toHaveProperty('final');
});

test('an environment that the policy does not order has no finding', () => {
  expect(judge(order, facts({ changes: known(changes({ ...APART, ahead: 0 }, 'elsewhere')) }))).toEqual([]);
});

test.each([{ kind: 'nothing-held', environment: 'production' }, { kind: 'several-environments' }] as const)(
  'with $kind there is nothing to compare',
  (value) => {
    expect(judge(order, facts({ changes: known(value) }))).toEqual([]);
  },
);

test('an unknown comparison is unknown, unless the commit is', () => {
  expect(judge(order, facts({ changes: unread('HTTP 500') }))).toMatchObject([{ outcome: 'unknown' }]);
  expect(judge(order, facts({ changes: unread('HTTP 500'), lineage: unread('HTTP 500') }))).toEqual([]);
});

test('it is off where no environment is ordered', () => {
  const { policy } = ruleContext();
  expect(order.isOn(policy)).toBe(true);
  const environments = policy.environments.map((environment) => ({ ...environment, order: 'off' }) as const);
  expect(order.isOn({ ...policy, environments })).toBe(false);
});
