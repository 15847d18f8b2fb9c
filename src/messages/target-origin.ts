// The words for how the target of a rollback is known, on cards and in lists of targets.
import { formatNumber } from '../domain/promotion/promotion.ts';
import type { NamedTarget, TargetOrigin, TargetOutcome, UnprovenCause } from '../domain/promotion/target-origin.ts';
import { code } from './escape.ts';
import { shortDigest } from './format.ts';
import { outcomeWords } from './held-words.ts';

/** `held by P7, deployed`: plain text, no full stop. */
export function targetOriginWords(origin: TargetOrigin): string {
  const holder = origin.kind === 'baseline' || origin.promotion === null ? [] : [origin.promotion];
  return [...holder.map((promotion) => `held by ${formatNumber(promotion)}`), ...knownWords(origin)].join(', ');
}

/** `P7 (deployed)`, in Markdown. */
export function namedTargetWords({ name, digest, origin }: NamedTarget): string {
  const shown = name === digest ? shortDigest(digest) : /^P\d+$/.test(name) ? name : code(name);
  return `${shown} (${name === digest ? targetOriginWords(origin) : knownWords(origin).join(', ')})`;
}

/** `deployed, forced`: plain text. */
export function targetOutcomeWords({ outcome, forced }: TargetOutcome): string {
  return outcomeWords({ report: reportIn(outcome), isRolledBack: false, forced }).join(', ');
}

function knownWords(origin: TargetOrigin): readonly string[] {
  switch (origin.kind) {
    case 'held':
      return [targetOutcomeWords(origin)];
    case 'baseline':
      return [`held before ${formatNumber(origin.promotion)}, the first promotion`];
    case 'unproven': {
      const { because, outcome, forced } = origin;
      const cause = CAUSES[because];
      const report = because === 'deployment-failed' ? because : outcome && reportIn(outcome);
      const words = outcomeWords({ report, isRolledBack: because === 'left', forced });
      return cause === null ? words : [cause, ...words];
    }
  }
}

function reportIn(outcome: TargetOutcome['outcome']): Exclude<TargetOutcome['outcome'], 'promoted'> | null {
  return outcome === 'promoted' ? null : outcome;
}

/** Null: its outcome says so. */
const CAUSES = {
  'never-held': 'never promoted here',
  'other-tags': 'under other tags',
  'other-deployment': 'deployed to another GitHub environment',
  'deployment-failed': null,
  left: null,
  'not-recorded': 'not recorded by an earlier version',
} as const satisfies Readonly<Record<UnprovenCause, string | null>>;
