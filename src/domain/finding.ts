// What a rule found in an image, as stored: an outcome, the value found and the value wanted, in codes and values.
import { z } from 'zod';
import { RULES } from './rules/catalogue.ts';

const [first, ...others] = RULES.map(({ finding: schema }) => schema);
if (first === undefined) throw new Error('there are no rules');

/** The schema of all findings. Each rule decides which values belong to which code. */
export const finding = z.discriminatedUnion('rule', [first, ...others]);

export type Finding = z.output<typeof finding>;

/** True when this finding alone fails the checks of the image. */
export function isBlocking({ outcome, overridden }: Pick<Finding, 'outcome' | 'overridden'>): boolean {
  return overridden !== true && (outcome === 'fail' || outcome === 'unknown');
}

/** True when the checks of the image pass. */
export function isAcceptable(findings: readonly Finding[]): boolean {
  return !findings.some(isBlocking);
}

/** Force turns a failed or unknown finding into `overridden`. A final one still fails. */
export function overrideByForce(found: Finding): Finding {
  return isBlocking(found) && found.final !== true ? { ...found, overridden: true } : found;
}
