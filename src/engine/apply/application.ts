// One run over a promotion's journal: what the steps of applying share.
import type { Promotion, TagOutcome } from '../../domain/promotion.ts';
import type { Digest } from '../../domain/reference.ts';
import type { Lease } from '../../store/jobs.ts';
import { listJournal, markMove, type JournalRow } from '../../store/tag-moves.ts';
import type { Services } from '../services.ts';

export type Application = {
  readonly services: Services;
  readonly job: Lease;
  readonly promotion: Promotion;
};

/** Another worker took the job over: nothing more may be written. */
export class LeaseLost extends Error {}

/** Writes a row's new state, if the job is still ours. */
export async function mark(
  { services, job, promotion }: Application,
  row: JournalRow,
  state: JournalRow['state'],
): Promise<void> {
  const { position } = row;
  const held = await services.store.transaction((tx) =>
    markMove(tx, { promotionId: promotion.id, position, state, now: services.now(), fence: job }),
  );
  if (!held) throw new LeaseLost(`job ${job.id}`);
}

export async function readJournal({ services, promotion }: Application): Promise<readonly JournalRow[]> {
  return listJournal(services.store.db, promotion.id);
}

export function isFloating(row: JournalRow): boolean {
  return row.kind === 'floating';
}

/** What became of each tag, by the journal; `seen` holds digests of others that were met on the way. */
export function outcomesOf(
  rows: readonly JournalRow[],
  seen: ReadonlyMap<string, Digest | null> = new Map(),
): readonly TagOutcome[] {
  return rows.map((row) => {
    const { repository, tag, kind, baseline, target, state } = row;
    const holds = state === 'planned' || state === 'undone' ? baseline : target;
    return { repository, tag, kind, from: baseline, holds: seen.has(tag) ? (seen.get(tag) ?? null) : holds };
  });
}
