// The shape of a rule and of what it answers: an outcome, what was seen, what was wanted.
import type { ImageFacts } from './image/image-facts.ts';
import type { Policy } from './policy/policy.ts';

export type RuleId =
  | 'completeness'
  | 'size'
  | 'layers'
  | 'command'
  | 'healthcheck'
  | 'source'
  | 'revision'
  | 'labels'
  | 'tag-commit'
  | 'staging-deployed'
  | 'rolled-back'
  | 'permanent-tag'
  | 'in-production';

/** `unknown` counts as `fail`: what could not be seen is not trusted. */
export type Outcome = 'pass' | 'warn' | 'fail' | 'unknown';

export type Finding = {
  readonly rule: RuleId;
  /** The platform it is about, or null for the whole image. */
  readonly platform: string | null;
  readonly outcome: Outcome;
  /** Text for people; may carry text from labels, so it is escaped when shown. */
  readonly seen: string;
  readonly wanted: string;
  /** Set where no force may override it. */
  readonly final?: true;
  /** Set where force let it pass. */
  readonly overridden?: true;
};

export type Rule = {
  readonly id: RuleId;
  readonly check: (facts: ImageFacts, context: RuleContext) => readonly Finding[];
};

export type RuleContext = {
  readonly policy: Policy;
  /** The repository on GitHub that promotes, `owner/name`. */
  readonly repo: string;
  /** The host of GitHub's pages, such as `github.com`, that source labels name. */
  readonly githubHost: string;
};

/** True when this finding alone keeps the image out. */
export function isBlocking(finding: Finding): boolean {
  return finding.overridden !== true && (finding.outcome === 'fail' || finding.outcome === 'unknown');
}

/** Force lets pass what failed or could not be seen, and says so; what is final keeps the image out all the same. */
export function overrideByForce(finding: Finding): Finding {
  return isBlocking(finding) && finding.final !== true ? { ...finding, overridden: true } : finding;
}
