// Facts → rules → findings: runs the catalogue over the facts of one image.
import type { ImageFacts } from './image/image-facts.ts';
import { isBlocking, type Finding, type Rule, type RuleContext } from './rule.ts';
import { RULES } from './rules/catalogue.ts';

const MAX_SEEN_LENGTH = 1000;

/** All findings, in the order of the rules. What was seen may come from labels of any length; it is kept short enough to store. */
export function validate(facts: ImageFacts, context: RuleContext, rules: readonly Rule[] = RULES): readonly Finding[] {
  return rules
    .flatMap((rule) => rule.check(facts, context))
    .map((finding) => ({
      ...finding,
      seen: finding.seen.length > MAX_SEEN_LENGTH ? `${finding.seen.slice(0, MAX_SEEN_LENGTH)}…` : finding.seen,
    }));
}

/** True when nothing seen keeps the image out. */
export function isAcceptable(findings: readonly Finding[]): boolean {
  return !findings.some(isBlocking);
}
