// The effective rules of an environment, as one canonical text: a review covers them, and an edit of anything else in the file voids none.
import { canonicalJson } from '../audit/canonical-json.ts';
import type { Promotion } from '../promotion/promotion.ts';
import type { RuledKind } from '../promotion/promotion-kind.ts';
import { formatReporter } from '../promotion/reporter.ts';
import {
  defaultEnvironment,
  environmentPolicyFor,
  otherNameOnGitHub,
  type EnvironmentPolicy,
  type Policy,
} from './policy.ts';

type RulesOf = { readonly policy: Policy; readonly environment: EnvironmentPolicy; readonly kind: RuledKind };

/**
 * Where commits may come from, who approves, which tags are written, what an image must be, and who may force (for a
 * rollback: who may roll back), and the environment of GitHub's that is deployed to. Whether a deployment is made, drift
 * and the images themselves are no rules: the subject of a review names its images by digest. A rule of a later version is left out of the text where a policy does not use it, so that an
 * update of Imprimatur voids no review.
 */
export function effectiveRules(args: RulesOf): string {
  const { policy, environment, kind } = args;
  const { reporters, ...sources } = policy.staging;
  const staging = reporters.length === 0 ? sources : { ...sources, reporters: setOf(reporters.map(formatReporter)) };
  const { hotfix, rollback, force } = policy;
  const { platforms, content, ...validation } = policy.validation;
  const platformRule = platforms.level === 'fail' && platforms.required.length === 0 ? {} : { platforms };
  const order = environment.order === defaultEnvironment(environment.name).order ? {} : { order: environment.order };
  const { required, role, users, selfApproval, apps, contributors } = environmentPolicyFor(args).approvals;
  const deployedTo = otherNameOnGitHub(environment);
  return canonicalJson({
    sources: { staging, hotfix, branch: environment.branch },
    approvals: {
      required,
      role,
      users: setOf(users.map((user) => user.toLowerCase())),
      selfApproval,
      ...(apps.length === 0 ? {} : { apps: setOf(apps.map((app) => app.toLowerCase())) }),
      ...(contributors === 'warn' ? {} : { contributors }),
    },
    tags: { floating: environment.tags, keepAs: environment.keepAs, rollbackTags: environment.rollbackTags },
    ...(deployedTo === null ? {} : { deployedTo }),
    validation: {
      ...validation,
      labels: { ...validation.labels, required: setOf(validation.labels.required) },
      ...platformRule,
      ...(content.match === 'off' ? {} : { content: { ...content, ignore: setOf(content.ignore) } }),
    },
    ...order,
    ...(kind === 'promotion' || kind === 'version' ? { force } : { rollback }),
  });
}

/** What a promotion keeps of the policy that it is planned under. `sha256` gives lower-case hex. */
export function policyMarks(
  args: RulesOf & { readonly sha256: (text: string) => string },
): Pick<Promotion, 'policyBlob' | 'rulesHash'> {
  return { policyBlob: args.policy.blob, rulesHash: args.sha256(effectiveRules(args)) };
}

/** The order of these lists means nothing. */
function setOf(words: readonly string[]): readonly string[] {
  return [...new Set(words)].toSorted();
}
