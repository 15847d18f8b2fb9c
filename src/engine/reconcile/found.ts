// One thing in which a promotion differs from what GitHub and the registry hold, with what heals it.
import type { Decision } from '../../domain/decide.ts';
import type { Effect } from '../../domain/effect.ts';
import type { Difference } from '../../domain/reply.ts';

export type ReconcileResult = {
  readonly difference: Difference;
  readonly effects: readonly Effect[];
  /** What is decided at once, where the news itself is all that there is to it. */
  readonly decision: Decision | null;
};

export function healedBy(difference: Difference, effects: readonly Effect[]): ReconcileResult {
  return { difference, effects, decision: null };
}
