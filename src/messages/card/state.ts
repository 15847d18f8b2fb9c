// The words for each state: a symbol, a title for check runs, a clause for sentences.
import { isBlocking } from '../../domain/finding.ts';
import { formatNumber, movesProduction, type Promotion, type StateKind } from '../../domain/promotion/promotion.ts';
import { plural } from '../format.ts';
import type { PromotionView } from '../promotion-view.ts';

/** Completes "P12 …". */
export const STATE_CLAUSES: Readonly<Record<StateKind, string>> = {
  'waiting-for-image': 'waits for its image',
  examining: 'is being examined',
  'awaiting-approval': 'waits for approval',
  scheduled: 'is approved and waits for its turn',
  applying: 'is moving tags',
  promoted: 'was promoted',
  deploying: 'was promoted and is being deployed',
  deployed: 'was promoted and deployed',
  'deployment-failed': 'was promoted, but its deployment failed',
  'checks-failed': 'was refused by the rules',
  rejected: 'was declined',
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
export function stateTitle({ promotion, blockedBy }: PromotionView): string {
  const { state } = promotion;
  const done = promotion.kind === 'rollback' ? 'Rolled back' : 'Promoted';
  switch (state.kind) {
    case 'waiting-for-image':
      return `Waits for the image of ${state.commit.slice(0, 7)}`;
    case 'examining':
      return state.again ? 'Examines the image again' : 'Examines the image';
    case 'awaiting-approval':
      return `Waits for approval${overriddenRules(promotion)}`;
    case 'scheduled':
      if (promotion.policyProblems !== undefined) return 'Waits for a policy file that can be read';
      return blockedBy === null ? 'Waits for its turn' : `Waits for ${formatNumber(blockedBy)} to finish`;
    case 'applying':
      return state.undoing === null ? 'Moves the tags' : 'Moves the tags back';
    case 'promoted':
      if (!movesProduction(promotion)) return `Tagged as ${promotion.versionTag ?? 'before'}`;
      return done;
    case 'deploying':
      return `${done}, being deployed`;
    case 'deployed':
      return `${done} and deployed`;
    case 'deployment-failed':
      return `${done}, but the deployment failed`;
    case 'checks-failed':
      return `Refused: ${blockingRules(promotion)}`;
    case 'rejected':
      return `Declined by ${state.by.login}`;
    case 'failed':
      return `Failed, production ${FAILED_PRODUCTION[state.failure.production]}`;
    case 'cancelled':
      return state.by === null ? CANCELLED_BECAUSE[state.because] : `Cancelled by ${state.by.login}`;
    case 'superseded':
      return state.by.kind === 'promotion'
        ? `Superseded by ${formatNumber(state.by.number)}`
        : `${promotion.environment} holds this image already`;
    case 'expired':
      return `Expired: ${promotion.images.length === 0 ? 'no image was built' : 'nobody approved'} in time`;
  }
}

const CANCELLED_BECAUSE = {
  person: 'Cancelled',
  'installation-gone': 'Cancelled: the App was removed or suspended',
  'repository-gone': 'Cancelled: the repository left the App',
  'repository-archived': 'Cancelled: the repository was archived',
} as const;

const FAILED_PRODUCTION = { untouched: 'untouched', restored: 'restored', mixed: 'is mixed' } as const;

/** `, 2 rules overridden by force`: whoever approves must not miss it. */
function overriddenRules({ findings }: Promotion): string {
  const rules = new Set(findings.filter(({ overridden }) => overridden === true).map(({ rule }) => rule));
  return rules.size === 0 ? '' : `, ${plural(rules.size, 'rule')} overridden by force`;
}

/** `1 rule fails`; rules are counted, not platforms. */
function blockingRules({ findings }: Promotion): string {
  const rules = new Set(findings.filter(isBlocking).map(({ rule }) => rule));
  return `${plural(rules.size, 'rule')} ${rules.size === 1 ? 'fails' : 'fail'}`;
}
