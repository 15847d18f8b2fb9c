// How lists mark an image that an environment holds or held, and its commit.
import type { CommitSummary } from '../domain/image/image-facts.ts';
import type { Holding } from '../domain/promotion/history.ts';
import type { DeploymentStatus } from '../domain/promotion/promotion-kind.ts';
import { code, escapeText } from './escape.ts';
import { codeList } from './format.ts';

/** `deployed`, or that nobody reported. */
export function reportWords(report: DeploymentStatus | null): string {
  return report === null ? 'no report' : REPORTS[report];
}

const REPORTS = {
  deploying: 'deploying',
  deployed: 'deployed',
  'deployment-failed': 'deployment failed',
} as const satisfies Readonly<Record<DeploymentStatus, string>>;

/** `isRolledBack`: a rollback left it, and it was not promoted since. */
export function markWords({ isRolledBack, forced }: Marks): readonly string[] {
  return [...(isRolledBack ? ['rolled back'] : []), ...(forced ? ['forced'] : [])];
}

type Marks = { readonly isRolledBack: boolean; readonly forced: boolean };

const MAX_SUBJECT = 80;

/** `Fix the login page, by ada`; empty if neither is known. */
export function summaryWords({ subject, author }: CommitSummary): string {
  const title = escapeText(subject, { maxLength: MAX_SUBJECT });
  const by = author === null ? '' : `by ${code(author, { maxLength: 40 })}`;
  return [title, by].filter((part) => part !== '').join(', ');
}

/** `approved by bob and carl`; empty if nobody had to. */
export function approvedWords(approvedBy: readonly string[]): readonly string[] {
  return approvedBy.length === 0 ? [] : [`approved by ${codeList(approvedBy, { max: MAX_NAMES })}`];
}

const MAX_NAMES = 3;

/** `isRolledBack`: a rollback left it, and it was not promoted since. */
export type HoldingMarks = Pick<Holding, 'kind' | 'report'> & Marks;

/** `rollback`, `deployed`, `rolled back`, `forced`: what applies, in this order. */
export function holdingMarks({ kind, report, forced, isRolledBack }: HoldingMarks): readonly string[] {
  return [
    ...(kind === 'rollback' ? ['rollback'] : []),
    ...(kind === 'baseline' ? [] : [reportWords(report?.status ?? null)]),
    ...markWords({ isRolledBack, forced }),
  ];
}
