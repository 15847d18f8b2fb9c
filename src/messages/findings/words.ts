// What the words of a rule are made of: a phrase for the value found, one for the value wanted, and perhaps a line that fixes it.
import type { Finding } from '../../domain/finding.ts';
import type { RuleId } from '../../domain/rules/catalogue.ts';

/** `what` says what to do with the line. */
export type Ready = { readonly what: string; readonly line: string };

export type FindingOf = { readonly [Rule in RuleId]: Extract<Finding, { rule: Rule }> };
export type Unknown = { readonly code: 'unknown' };
export type Words<Of extends Finding> = {
  readonly seen: (seen: Exclude<Of['seen'], Unknown>, finding: Of) => string;
  readonly wanted: (finding: Of) => string;
  readonly ready?: (finding: Of) => Ready | null;
};
