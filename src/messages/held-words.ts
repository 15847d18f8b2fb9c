// How lists mark an image that an environment holds or held, and its commit.
import type { CommitSummary } from '../domain/image/image-facts.ts';
import type { Holding, ImageOutcome } from '../domain/promotion/history.ts';
import { formatNumber } from '../domain/promotion/promotion.ts';
import type { DeploymentStatus } from '../domain/promotion/promotion-kind.ts';
import { code, escapeText, plainText } from './escape.ts';
import { codeList } from './format.ts';

type Marks = {
  /** Null: no deployer reported. Undefined: none is expected, or nobody kept it. */
  readonly report: DeploymentStatus | null | undefined;
  /** A rollback left it, and it was not promoted since. */
  readonly isRolledBack: boolean;
  readonly forced: boolean;
};

/** What became of an image, in these words wherever it is listed: `deployed`, `rolled back`, `forced`. */
export function outcomeWords({ report, isRolledBack, forced }: Marks): readonly string[] {
  return [
    ...(report === undefined ? [] : [report === null ? 'no report' : REPORTS[report]]),
    ...(isRolledBack ? ['rolled back'] : []),
    ...(forced ? ['forced'] : []),
  ];
}

const REPORTS = {
  deploying: 'deploying',
  deployed: 'deployed',
  'deployment-failed': 'deployment failed',
} as const satisfies Readonly<Record<DeploymentStatus, string>>;

/** `**in `production`** (P7)`, `deployed`: the parts of a line in a list. */
export function outcomeParts(outcome: ImageOutcome): readonly string[] {
  const { environment, isCurrent, promotion } = outcome;
  const place = isCurrent ? `**in ${code(environment)}**` : `was in ${code(environment)}`;
  return [`${place}${promotion === null ? '' : ` (${formatNumber(promotion)})`}`, ...outcomeWords(outcome)];
}

/** `It was in `production` (P7): deployed, rolled back.` */
export function outcomeSentence(outcome: ImageOutcome): string {
  return `It ${outcome.isCurrent ? 'is' : 'was'} in ${placeAndWords(outcome, code(outcome.environment))}.`;
}

/** `was in production (P7): deployed, rolled back`: plain text. */
export function outcomeText(outcome: ImageOutcome): string {
  const place = placeAndWords(outcome, plainText(outcome.environment, { maxLength: 100 }));
  return `${outcome.isCurrent ? 'in' : 'was in'} ${place}`;
}

function placeAndWords(outcome: ImageOutcome, environment: string): string {
  const number = outcome.promotion === null ? '' : ` (${formatNumber(outcome.promotion)})`;
  return `${environment}${number}: ${outcomeWords(outcome).join(', ')}`;
}

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

export type HoldingMarks = Pick<Holding, 'kind' | 'report' | 'forced'> & Pick<Marks, 'isRolledBack'>;

/** `rollback`, `deployed`, `rolled back`, `forced`: what applies, in this order. */
export function holdingMarks({ kind, report, ...marks }: HoldingMarks): readonly string[] {
  const status = report?.status ?? (kind === 'baseline' ? undefined : null);
  return [...(kind === 'rollback' ? ['rollback'] : []), ...outcomeWords({ ...marks, report: status })];
}
