// Step 4 of applying: reads every tag back. The old digest is lag; a third one raises an alert.
import type { FailureProblem } from '../../domain/promotion/failure.ts';
import type { Tag } from '../../domain/image/reference.ts';
import type { JournalRow } from '../../store/promotions/tag-moves.ts';
import type { Services } from '../core/services.ts';
import { isFloating, mark, readJournal, standingTags, type Application } from './application.ts';
import { retryWhileTransient } from './retry-while-transient.ts';

export type ReadBack =
  | { readonly kind: 'confirmed' }
  /** Acknowledged, but the registry still shows the old digest: read again at this time. */
  | { readonly kind: 'lagging'; readonly tags: readonly Tag[]; readonly askAgainAt: number }
  /** Acknowledged, but never shown: the written tags are moved back. */
  | { readonly kind: 'never-shown'; readonly problem: FailureProblem }
  /** Somebody else moved a tag right after: it stays. */
  | { readonly kind: 'foreign'; readonly problem: FailureProblem };

/** How long a registry may show the old digest after a write that it acknowledged. */
const LAG_LIMIT_MS = 10 * 60 * 1000;
const FIRST_READ_MS = 250;

export async function readBack(application: Application): Promise<ReadBack> {
  const { services, promotion } = application;
  const rows = await readJournal(application);
  const written = rows.filter(({ state }) => state === 'written');
  // A version alone names what production held when it was written, wherever production moves afterwards.
  const standing = rows.some(isFloating) ? standingTags(promotion, rows) : [];
  const held = await retryWhileTransient(services, () =>
    Promise.all([
      ...written.map(({ repository, tag, target, baseline }) =>
        services.registry.findDigest(repository, tag, [target, baseline]),
      ),
      ...standing.map(({ repository, tag, target }) => services.registry.findDigest(repository, tag, [target])),
    ]),
  );
  if (held.kind === 'failed') return laterOrNever(services, rows, { kind: 'no-answer', error: held.error });
  const shown = written.map((row, position) => ({ row, digest: held.value[position] ?? null }));
  const foreign = [
    // For some seconds, GHCR may not find a tag that was just written: that is lag too.
    ...shown
      .filter(({ row, digest }) => digest !== null && digest !== row.target && digest !== row.baseline)
      .map(({ row, digest }) => ({ tag: row.tag, digest })),
    ...standing
      .map(({ tag, target }, position) => ({ tag, target, digest: held.value[written.length + position] ?? null }))
      .filter(({ target, digest }) => digest !== target),
  ];
  if (foreign.length > 0) {
    const tags = foreign.map(({ tag, digest: holds }) => ({ tag, holds }));
    return { kind: 'foreign', problem: { code: 'moved-after-writing', tags } };
  }
  const behind: JournalRow[] = [];
  for (const { row, digest } of shown) {
    if (digest === row.target) await mark(application, row, 'confirmed');
    else behind.push(row);
  }
  if (behind.length === 0) return { kind: 'confirmed' };
  return laterOrNever(services, behind, { kind: 'old-digest', tags: behind.map(({ tag }) => tag) });
}

/** Reads again after as long as has passed since the write, 250 ms to a minute; for ten minutes. */
function laterOrNever(
  { now }: Services,
  rows: readonly JournalRow[],
  because: Extract<FailureProblem, { code: 'writes-not-shown' }>['because'],
): ReadBack {
  const sinceWriteMs = now() - Math.max(...rows.map(({ updatedAt }) => updatedAt));
  if (sinceWriteMs >= LAG_LIMIT_MS) {
    return { kind: 'never-shown', problem: { code: 'writes-not-shown', because } };
  }
  const pause = Math.min(Math.max(FIRST_READ_MS, sinceWriteMs), 60_000);
  return { kind: 'lagging', tags: rows.map(({ tag }) => tag), askAgainAt: now() + pause };
}
