// The outcome of each tag of a promotion, by its journal.
import type { TagOutcome } from '../../domain/promotion/promotion.ts';
import type { JournalRow } from '../../store/promotions/tag-moves.ts';

/** Each tag of the plan, with what it holds now. */
export function outcomesOf(rows: readonly JournalRow[]): readonly TagOutcome[] {
  return rows.map(({ repository, tag, kind, baseline, target, state }) => {
    const holds = state === 'planned' || state === 'undone' ? baseline : target;
    return { repository, tag, kind, from: baseline, holds };
  });
}
