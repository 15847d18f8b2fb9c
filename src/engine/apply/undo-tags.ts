// Moves back the floating tags that were written, newest first, and names those that can't be moved back.
import type { OutsideProblem } from '../../domain/outside-problem.ts';
import type { JournalRow } from '../../store/promotions/tag-moves.ts';
import { isFloating, arePermanentTagsDone, mark, readJournal, writeTag, type Application } from './application.ts';
import { retryWhileTransient } from './retry-while-transient.ts';

export type Undone = {
  /** `untouched`: no floating tag was ours. `mixed`: at least one still holds our digest, or may hold it. */
  readonly production: 'untouched' | 'restored' | 'mixed';
  /** The registry's refusal, if any: retried later. */
  readonly refused: OutsideProblem | null;
};

const OURS: readonly JournalRow['state'][] = ['written', 'confirmed', 'stuck'];

/**
 * Reads each floating tag that we wrote, and the one whose write failed (it may have succeeded). A tag
 * without baseline can't be removed on GHCR: it stays. A foreign digest is never overwritten.
 */
export async function undoTags(application: Application): Promise<Undone> {
  const rows = await readJournal(application);
  const floating = rows.filter(isFloating);
  const attempted = arePermanentTagsDone(rows) ? floating.find(({ state }) => state === 'planned') : undefined;
  const candidates = floating.filter((row) => row === attempted || OURS.includes(row.state));
  let moved = floating.some(({ state }) => state !== 'planned');
  let mixed = false;
  let refused: OutsideProblem | null = null;
  for (const row of candidates.toReversed()) {
    const back = await moveBack(application, row);
    if (back.kind === 'back') moved = true;
    if (back.kind === 'stays') mixed = true;
    if (back.kind === 'refused') {
      mixed = true;
      refused = back.error;
    }
  }
  return { production: mixed ? 'mixed' : moved ? 'restored' : 'untouched', refused };
}

type Back =
  | { readonly kind: 'back' }
  /** Never written, or moved by somebody else since: it stays. */
  | { readonly kind: 'not-ours' }
  /** A first promotion's tag: it held nothing before. */
  | { readonly kind: 'stays' }
  | { readonly kind: 'refused'; readonly error: OutsideProblem };

async function moveBack(application: Application, row: JournalRow): Promise<Back> {
  const { services } = application;
  const { repository, tag, baseline, target, state } = row;
  let isOurs = state !== 'planned';
  const done = await retryWhileTransient(services, async (): Promise<Back> => {
    const held = await services.registry.findDigest(repository, tag, [target, baseline]);
    if (held !== target && held !== baseline) return { kind: 'not-ours' };
    if (held === baseline && !isOurs) return { kind: 'not-ours' };
    isOurs = true;
    if (baseline === null) return { kind: 'stays' };
    // A tag of ours that shows its baseline may only lag: it is written back anyway.
    const manifest = await services.registry.fetchManifest(repository, baseline);
    await writeTag(application, { repository, tag, manifest });
    return { kind: 'back' };
  });
  const back: Back = done.kind === 'done' ? done.value : { kind: 'refused', error: done.error };
  // The journal says of a row that is `stuck` that the tag holds our digest; of an unclear one it says nothing new.
  if (isOurs) await mark(application, row, back.kind === 'stays' || back.kind === 'refused' ? 'stuck' : 'undone');
  return back;
}
