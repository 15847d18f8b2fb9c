// The image's commit ran on staging: its latest deployment to GitHub's environment `staging` succeeded.
import { commitOf } from '../image/image-facts.ts';
import type { Finding, Rule } from '../rule.ts';

export const stagingDeployed: Rule = {
  id: 'staging-deployed',
  check: (facts, { policy }) => {
    const { deployed } = policy.staging;
    if (deployed === 'off') return [];
    const about = {
      rule: 'staging-deployed',
      platform: null,
      wanted: `the commit's latest deployment to ${STAGING_ENVIRONMENT} is a success`,
    } as const;
    const bad = deployed === 'required' ? 'fail' : 'warn';
    const found = (outcome: Finding['outcome'], seen: string): readonly Finding[] => [{ ...about, outcome, seen }];
    // Without a commit there is nothing to ask about; the rule on revisions says so.
    if (commitOf(facts) === null) return deployed === 'required' ? found('fail', 'the image proves no commit') : [];
    const { stagingDeployment: fact } = facts;
    if (fact.kind === 'unknown') return found(deployed === 'required' ? 'unknown' : 'warn', fact.reason);
    const { value } = fact;
    switch (value.kind) {
      case 'none-anywhere':
        return deployed === 'required' ? found('fail', `nothing was ever deployed to ${STAGING_ENVIRONMENT}`) : [];
      case 'none':
        return found(bad, 'this commit was never deployed there');
      case 'no-status':
        return found(bad, 'it has no status yet');
      case 'status':
        return found(value.state === 'success' ? 'pass' : bad, value.state.replaceAll('_', ' '));
    }
  },
};

/** GitHub's environment, whatever the staging branch is called. */
export const STAGING_ENVIRONMENT = 'staging';
