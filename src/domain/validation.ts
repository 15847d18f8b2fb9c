// Facts → rules → findings: runs the catalogue over the facts of one image.
import type { ImageFacts } from './image-facts.ts';
import { isBlocking, type Finding, type RuleContext } from './rule.ts';
import { RULES } from './rules/catalogue.ts';

/** All findings, in catalogue order. */
export function validate(facts: ImageFacts, context: RuleContext): readonly Finding[] {
  return RULES.flatMap((rule) => rule.check(facts, context));
}

/** True when nothing seen keeps the image out. */
export function isAcceptable(findings: readonly Finding[]): boolean {
  return !findings.some(isBlocking);
}
