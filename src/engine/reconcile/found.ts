// One difference between a promotion and GitHub or the registry, with what corrects it.
import type { Decision } from '../../domain/decide.ts';
import type { Effect } from '../../domain/effect.ts';
import type { Difference } from '../../domain/reply.ts';

export type ReconcileResult = {
  readonly difference: Difference;
  readonly effects: readonly Effect[];
  /** The event to decide immediately, if no job is needed. */
  readonly decision: Decision | null;
};

export function healedBy(difference: Difference, effects: readonly Effect[]): ReconcileResult {
  return { difference, effects, decision: null };
}
