// Facts → rules → findings: runs the rules over the facts of one image, and over the plan of its tags.
import type { Finding } from './finding.ts';
import type { FacetName, ImageFacts } from './image/image-facts.ts';
import type { TagPlan } from './image/tag-plan.ts';
import type { Policy } from './policy/policy.ts';
import type { RuledKind } from './promotion/promotion-kind.ts';
import type { PlanContext, RuleContext } from './rule.ts';
import { RULES } from './rules/catalogue.ts';

/** The findings on one image, in the order of the rules. */
export function validate(facts: ImageFacts, around: Omit<RuleContext, 'kind'>, kind: RuledKind): readonly Finding[] {
  const context = { ...around, kind };
  return RULES.flatMap((rule): readonly Finding[] => {
    const applies = rule.reads === 'image' && rule.kinds.some((one) => one === kind) && rule.isOn(context.policy);
    return applies ? rule.judge(facts, context) : [];
  });
}

/** The facets that rules read of a promotion of this kind under this policy. */
export function facetsFor(kind: RuledKind, policy: Policy): readonly FacetName[] {
  const names = RULES.flatMap((rule): readonly FacetName[] => {
    const applies = rule.reads === 'image' && rule.kinds.some((one) => one === kind) && rule.isOn(policy);
    return applies ? rule.facets : [];
  });
  return [...new Set(names)];
}

/** The findings on the plan. Force can't override any of them. */
export function validatePlan(plan: TagPlan, context: PlanContext, kind: RuledKind): readonly Finding[] {
  return RULES.flatMap((rule): readonly Finding[] =>
    rule.reads === 'plan' && rule.kinds.some((one) => one === kind) ? rule.judge(plan, context) : [],
  );
}

/** True for findings that each new plan computes again. */
export function isOfPlan({ rule: id }: Pick<Finding, 'rule'>): boolean {
  return RULES.some((rule) => rule.reads === 'plan' && rule.id === id);
}
