// The words for how the target of a rollback is known, on cards and in lists of targets.
import { formatNumber } from '../domain/promotion/promotion.ts';
import type { TargetOrigin, UnprovenCause } from '../domain/promotion/target-origin.ts';

/** `held by P7, deployed`: plain text, no full stop. */
export function targetOriginWords(origin: TargetOrigin): string {
  switch (origin.kind) {
    case 'held':
      return `held by ${formatNumber(origin.promotion)}, ${OUTCOMES[origin.outcome]}${forcedWords(origin)}`;
    case 'baseline':
      return `held before ${formatNumber(origin.promotion)}, the first promotion`;
    case 'unproven': {
      const { because, promotion } = origin;
      return `${promotion === null ? '' : `held by ${formatNumber(promotion)}, `}${CAUSES[because]}${forcedWords(origin)}`;
    }
  }
}

function forcedWords({ forced }: { readonly forced: boolean }): string {
  return forced ? ', forced' : '';
}

const OUTCOMES = {
  promoted: 'no report',
  deploying: 'deploying',
  deployed: 'deployed',
  'deployment-failed': 'deployment failed',
} as const satisfies Readonly<Record<Extract<TargetOrigin, { kind: 'held' }>['outcome'], string>>;

const CAUSES = {
  'never-held': 'never promoted here',
  'other-tags': 'under other tags',
  'other-deployment': 'deployed to another GitHub environment',
  'deployment-failed': 'deployment failed',
  left: 'rolled back',
  'not-recorded': 'not recorded by an earlier version',
} as const satisfies Readonly<Record<UnprovenCause, string>>;
