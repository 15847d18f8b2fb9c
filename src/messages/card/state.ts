// The words for each state: a symbol, a title for check runs, a clause for sentences.
import { countChecks, failedChecks } from './findings.ts';
import { shownTally } from '../../domain/promotion/approval.ts';
import { formatNumber, movesProduction, type Promotion, type StateKind } from '../../domain/promotion/promotion.ts';
import { plural } from '../format.ts';
import type { PromotionView } from '../promotion-view.ts';

/** Completes "P12 …". */
export const STATE_CLAUSES: Readonly<Record<StateKind, string>> = {
  'waiting-for-image': 'is waiting for its image',
  examining: 'is being checked',
  'awaiting-approval': 'is waiting for approval',
  scheduled: 'is approved and queued',
  applying: 'is moving tags',
  promoted: 'was promoted',
  deploying: 'was promoted and is being deployed',
  deployed: 'was promoted and deployed',
  'deployment-failed': 'was promoted, but its deployment failed',
  'checks-failed': 'failed its checks',
  rejected: 'was rejected',
  failed: 'failed',
  cancelled: 'was cancelled',
  superseded: 'was superseded',
  expired: 'expired',
};

/** Plain symbols, one per kind of state; the words next to them carry the meaning. */
export const STATE_SYMBOLS: Readonly<Record<StateKind, string>> = {
  'waiting-for-image': '◌',
  examining: '◌',
  'awaiting-approval': '●',
  scheduled: '◔',
  applying: '▶',
  promoted: '✓',
  deploying: '▶',
  deployed: '✓',
  'deployment-failed': '✗',
  'checks-failed': '✗',
  rejected: '✗',
  failed: '✗',
  cancelled: '■',
  superseded: '■',
  expired: '■',
};

/** The state as plain text (check run titles are not Markdown), with what decided it. */
export function stateTitle(view: PromotionView): string {
  const { promotion, blockedBy } = view;
  const { state } = promotion;
  const done = doneWord(promotion);
  switch (state.kind) {
    case 'waiting-for-image':
      return `Waiting for the image of ${state.commit.slice(0, 7)}`;
    case 'examining':
      return state.again ? 'Checking the image again' : 'Checking the image';
    case 'awaiting-approval':
      return `${waitingTitle(view)}${overriddenChecks(promotion)}`;
    case 'scheduled':
      if (promotion.policyProblems !== undefined) return 'Waiting for a valid policy file';
      return blockedBy === null ? 'Queued' : `Waiting for ${formatNumber(blockedBy)}`;
    case 'applying':
      return state.undoing === null ? 'Moving tags' : 'Moving tags back';
    case 'promoted':
      if (!movesProduction(promotion)) return `${done} as ${promotion.versionTag ?? 'before'}`;
      return done;
    case 'deploying':
      return `${done}, deploying`;
    case 'deployed':
      return `${done} and deployed`;
    case 'deployment-failed':
      return `${done}, deployment failed`;
    case 'checks-failed':
      return failedChecks(promotion.findings);
    case 'rejected':
      return `Rejected by ${state.by.login}`;
    case 'failed':
      return `Failed, ${promotion.environment} ${FAILED_PRODUCTION[state.failure.production]}`;
    case 'cancelled':
      return state.by === null ? CANCELLED_BECAUSE[state.because] : `Cancelled by ${state.by.login}`;
    case 'superseded':
      return state.by.kind === 'promotion'
        ? `Superseded by ${formatNumber(state.by.number)}`
        : `${promotion.environment} already holds this image`;
    case 'expired':
      return `Expired: ${promotion.images.length === 0 ? 'no image was built' : 'no approval'} in time`;
  }
}

/** How a promotion is called that did its work. */
export function doneWord(promotion: Promotion): string {
  if (!movesProduction(promotion)) return 'Tagged';
  return promotion.kind === 'rollback' ? 'Rolled back' : 'Promoted';
}

const CANCELLED_BECAUSE = {
  person: 'Cancelled',
  'installation-gone': 'Cancelled: the App was removed or suspended',
  'repository-gone': 'Cancelled: the App lost access to the repository',
  'repository-archived': 'Cancelled: the repository was archived',
} as const;

const FAILED_PRODUCTION = { untouched: 'untouched', restored: 'restored', mixed: 'inconsistent' } as const;

/** `Waiting for approval`, or how many are missing where there is more than one. */
function waitingTitle({ promotion, rules, subject }: PromotionView): string {
  const required = Math.max(1, ...rules.map((one) => one.required));
  const { missing } = shownTally(promotion, { subject, rules });
  if (required === 1) return 'Waiting for approval';
  return `Waiting for ${plural(missing, missing < required ? 'more approval' : 'approval')}`;
}

/** `, 2 failed checks overridden`: a reviewer must not miss it. */
function overriddenChecks({ findings }: Promotion): string {
  const { overridden } = countChecks(findings);
  return overridden === 0 ? '' : `, ${plural(overridden, 'failed check')} overridden`;
}
