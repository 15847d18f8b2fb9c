// All rules, in the order in which people read their findings.
import type { Promotion } from '../promotion/promotion.ts';
import type { Rule } from '../rule.ts';
import { command } from './command.ts';
import { completeness } from './completeness.ts';
import { healthcheck } from './healthcheck.ts';
import { labels } from './labels.ts';
import { layers } from './layers.ts';
import { revision } from './revision.ts';
import { rolledBack } from './rolled-back.ts';
import { size } from './size.ts';
import { source } from './source.ts';
import { stagingDeployed } from './staging-deployed.ts';
import { tagCommit } from './tag-commit.ts';

export const RULES: readonly Rule[] = [
  completeness,
  size,
  layers,
  command,
  healthcheck,
  source,
  revision,
  labels,
  tagCommit,
  stagingDeployed,
  rolledBack,
];

/** What a rollback goes back to ran there before: all that is asked is whether it can still be pulled. */
const ROLLBACK_RULES: readonly Rule[] = [completeness];

/** A pushed git tag names what production runs: it must be whole, and ours. */
const VERSION_RULES: readonly Rule[] = [completeness, source];

/** The rules that judge a promotion of this kind. */
export function rulesFor(kind: Promotion['kind']): readonly Rule[] {
  return { promotion: RULES, rollback: ROLLBACK_RULES, version: VERSION_RULES }[kind];
}
