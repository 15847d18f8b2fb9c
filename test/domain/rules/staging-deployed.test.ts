// The rule on the staging deployment, by the policy's word and by what GitHub tells.
import { expect, test } from 'vitest';
import { known, type Fact, type StagingDeployment } from '../../../src/domain/image/image-facts.ts';
import type { Policy } from '../../../src/domain/policy/policy.ts';
import { stagingDeployed } from '../../../src/domain/rules/staging-deployed.ts';
import { facts, judge, policy, ruleContext, unread } from '../build.ts';

const status = (state: string): Fact<StagingDeployment> => known({ kind: 'status', state });

function outcomeOf(deployed: Policy['staging']['deployed'], change: Parameters<typeof facts>[0]): string {
  const base = policy();
  const context = { ...ruleContext(), policy: { ...base, staging: { ...base.staging, deployed } } };
  const [finding] = judge(stagingDeployed, facts(change), context);
  if (finding === undefined) return '-';
  const { outcome, seen } = finding;
  return `${outcome}: ${seen.code}${seen.code === 'status' ? ` ${seen.state}` : ''}`;
}

test.each([
  ['it succeeded', status('success'), 'pass: status success', 'pass: status success'],
  ['it failed', status('failure'), 'warn: status failure', 'fail: status failure'],
  [
    'it was switched off, and nothing else is known',
    status('inactive'),
    'warn: status inactive',
    'fail: status inactive',
  ],
  ['it is on its way', status('in_progress'), 'warn: status in_progress', 'fail: status in_progress'],
  ['it has no status', known({ kind: 'no-status' }), 'warn: no-status', 'fail: no-status'],
  ['other commits were deployed', known({ kind: 'none' }), 'warn: commit-not-deployed', 'fail: commit-not-deployed'],
  ['nothing ever was', known({ kind: 'none-anywhere' }), '-', 'fail: never-deployed'],
  ['GitHub does not tell', unread('HTTP 403'), 'warn: unknown', 'unknown: unknown'],
] satisfies readonly (readonly [string, Fact<StagingDeployment>, string, string])[])(
  '%s: warned of, or required',
  (_name, stagingDeployment, warned, required) => {
    expect(outcomeOf('warn', { stagingDeployment })).toBe(warned);
    expect(outcomeOf('required', { stagingDeployment })).toBe(required);
    expect(outcomeOf('off', { stagingDeployment })).toBe('-');
  },
);

test('an image that proves no commit has no deployment to check', () => {
  const stagingDeployment = known({ kind: 'no-commit' } as const);
  expect(outcomeOf('warn', { stagingDeployment })).toBe('-');
  expect(outcomeOf('required', { stagingDeployment })).toBe('fail: no-commit');
});

test('if the commit is unknown, the rule revision reports it, and nothing counts as deployed', () => {
  const change = { lineage: unread('HTTP 502'), stagingDeployment: unread('HTTP 502') };
  expect(outcomeOf('warn', change)).toBe('-');
  expect(outcomeOf('required', change)).toBe('unknown: unknown');
});
