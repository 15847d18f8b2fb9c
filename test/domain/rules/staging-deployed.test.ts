// The rule on the staging deployment, by the policy's word and by what GitHub tells.
import { expect, test } from 'vitest';
import { known, unknown, type Fact, type StagingDeployment } from '../../../src/domain/image/image-facts.ts';
import type { Policy } from '../../../src/domain/policy/policy.ts';
import { stagingDeployed } from '../../../src/domain/rules/staging-deployed.ts';
import { facts, policy, ruleContext } from '../build.ts';

const status = (state: string): Fact<StagingDeployment> => known({ kind: 'status', state });

function outcomeOf(deployed: Policy['staging']['deployed'], change: Parameters<typeof facts>[0]): string {
  const base = policy();
  const context = { ...ruleContext(), policy: { ...base, staging: { ...base.staging, deployed } } };
  const [finding] = stagingDeployed.check(facts(change), context);
  return finding === undefined ? '-' : `${finding.outcome}: ${finding.seen}`;
}

test.each([
  ['it succeeded', status('success'), 'pass: success', 'pass: success'],
  ['it failed', status('failure'), 'warn: failure', 'fail: failure'],
  ['it was switched off, and nothing else is known', status('inactive'), 'warn: inactive', 'fail: inactive'],
  ['it is on its way', status('in_progress'), 'warn: in progress', 'fail: in progress'],
  ['it has no status', known({ kind: 'no-status' }), 'warn: it has no status yet', 'fail: it has no status yet'],
  [
    'other commits were deployed',
    known({ kind: 'none' }),
    'warn: this commit was never deployed there',
    'fail: this commit was never deployed there',
  ],
  ['nothing ever was', known({ kind: 'none-anywhere' }), '-', 'fail: nothing was ever deployed to staging'],
  ['GitHub does not tell', unknown('HTTP 403'), 'warn: HTTP 403', 'unknown: HTTP 403'],
] satisfies readonly (readonly [string, Fact<StagingDeployment>, string, string])[])(
  '%s: warned of, or required',
  (_name, stagingDeployment, warned, required) => {
    expect(outcomeOf('warn', { stagingDeployment })).toBe(warned);
    expect(outcomeOf('required', { stagingDeployment })).toBe(required);
    expect(outcomeOf('off', { stagingDeployment })).toBe('-');
  },
);

test('an image that proves no commit has no deployment to ask about', () => {
  const lineage = known({ kind: 'no-revision' } as const);
  expect(outcomeOf('warn', { lineage })).toBe('-');
  expect(outcomeOf('required', { lineage })).toBe('fail: the image proves no commit');
});
