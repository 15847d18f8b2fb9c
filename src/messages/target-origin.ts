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
  return forced ? ', promoted with force' : '';
}

const OUTCOMES = {
  promoted: 'no deployment reported',
  deploying: 'deployment not finished',
  deployed: 'deployed',
  'deployment-failed': 'deployment failed',
} as const satisfies Readonly<Record<Extract<TargetOrigin, { kind: 'held' }>['outcome'], string>>;

const CAUSES = {
  'never-held': 'not known to have been held',
  'other-tags': 'not under the tags of today',
  'deployment-failed': 'deployment failed',
  left: 'left by a rollback',
  'not-recorded': 'requested from an older version',
} as const satisfies Readonly<Record<UnprovenCause, string>>;
