// The image's commit ran on staging: its latest deployment to GitHub's environment `staging` succeeded.
import { z } from 'zod';
import type { StagingDeployment } from '../image/image-facts.ts';
import { outsideText } from '../outside-text.ts';
import { imageRule, KINDS_OF_NEW_IMAGES, NO_VALUES, type Outcome } from '../rule.ts';

const seen = z.discriminatedUnion('code', [
  z.strictObject({ code: z.enum(['no-commit', 'never-deployed', 'commit-not-deployed', 'no-status']) }),
  z.strictObject({ code: z.literal('status'), state: outsideText }),
  /** By an account that the policy does not list. */
  z.strictObject({ code: z.literal('not-counted'), state: outsideText, login: outsideText, id: z.int() }),
]);

export const stagingDeployed = imageRule({
  id: 'staging-deployed',
  kinds: KINDS_OF_NEW_IMAGES,
  facets: ['lineage', 'stagingDeployment'],
  seen,
  wanted: NO_VALUES,
}).checkedBy({
  want: () => ({}),
  isOn: ({ staging }) => staging.deployed !== 'off',
  whenUnknown: ({ staging }, { lineage }) => {
    if (staging.deployed === 'required') return 'unknown';
    // The rule `revision` reports it.
    return lineage.kind === 'unknown' ? null : 'warn';
  },
  check: ({ stagingDeployment: { value } }, { policy }) => {
    const isRequired = policy.staging.deployed === 'required';
    const answer = seenOf(value);
    // Without a commit there is nothing to ask about, and the rule on revisions says so; where nothing is ever deployed
    // there, GitHub may not know of it.
    if (!isRequired && (answer.code === 'no-commit' || answer.code === 'never-deployed')) return [];
    const bad: Outcome = isRequired ? 'fail' : 'warn';
    const isSuccess = answer.code === 'status' && answer.state === 'success';
    return [{ platform: null, outcome: isSuccess ? 'pass' : bad, seen: answer }];
  },
});

/** GitHub's environment, whatever the staging branch is called. */
export const STAGING_ENVIRONMENT = 'staging';

function seenOf(deployment: StagingDeployment): z.output<typeof seen> {
  switch (deployment.kind) {
    case 'no-commit':
    case 'no-status':
      return { code: deployment.kind };
    case 'none-anywhere':
      return { code: 'never-deployed' };
    case 'none':
      return { code: 'commit-not-deployed' };
    case 'status':
      return { code: 'status', state: deployment.state };
    case 'not-counted':
      return { code: 'not-counted', state: deployment.state, login: deployment.by.login, id: deployment.by.id };
  }
}
