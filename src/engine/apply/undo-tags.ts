// Moves back the floating tags that were written, newest first; what can't go back is named.
import type { Digest, Tag } from '../../domain/reference.ts';
import type { JournalRow } from '../../store/tag-moves.ts';
import { isFloating, mark, readJournal, type Application } from './application.ts';
import { insist } from './insist.ts';

export type Undone = {
  /** `mixed`: at least one floating tag still holds our digest. */
  readonly production: 'restored' | 'mixed';
  /** What the registry refused, if it did: worth another try later. */
  readonly refused: string | null;
  /** Tags that somebody else moved meanwhile, and to what: they are left alone. */
  readonly seen: ReadonlyMap<Tag, Digest | null>;
};

const OURS: readonly JournalRow['state'][] = ['written', 'confirmed', 'stuck'];

/**
 * Looks at each floating tag that we wrote, and at the one whose write failed (it may have been taken all the same). A tag
 * without baseline can't be removed on GHCR: it stays. A foreign digest is never overwritten.
 */
export async function undoTags(application: Application): Promise<Undone> {
  const floating = (await readJournal(application)).filter(isFloating);
  const attempted = floating.find(({ state }) => state === 'planned');
  const candidates = floating.filter((row) => row === attempted || OURS.includes(row.state));
  const seen = new Map<Tag, Digest | null>();
  let mixed = false;
  let refused: string | null = null;
  for (const row of candidates.toReversed()) {
    const back = await moveBack(application, row);
    if (back.kind === 'foreign') seen.set(row.tag, back.digest);
    if (back.kind === 'stays') mixed = true;
    if (back.kind === 'refused') {
      mixed = true;
      refused = back.problem;
    }
  }
  return { production: mixed ? 'mixed' : 'restored', refused, seen };
}

type Back =
  | { readonly kind: 'back' }
  | { readonly kind: 'foreign'; readonly digest: Digest | null }
  /** A first promotion's tag: nothing was there to go back to. */
  | { readonly kind: 'stays' }
  | { readonly kind: 'refused'; readonly problem: string };

async function moveBack(application: Application, row: JournalRow): Promise<Back> {
  const { services } = application;
  const { repository, tag, baseline, target, state } = row;
  const held = await insist(services, () => services.registry.findDigest(repository, tag));
  if (held.kind === 'failed') return refuse(application, row, held.problem);
  if (held.value !== target && held.value !== baseline) {
    await mark(application, row, 'undone');
    return { kind: 'foreign', digest: held.value };
  }
  if (held.value === baseline && state === 'planned') return { kind: 'back' };
  if (baseline === null) {
    await mark(application, row, 'stuck');
    return { kind: 'stays' };
  }
  // A tag of ours that shows its baseline may only lag behind: it is written back all the same.
  const put = await insist(services, async () => {
    const manifest = await services.registry.fetchManifest(repository, baseline);
    await services.registry.putManifest({ repository, tag, manifest });
  });
  if (put.kind === 'failed') return refuse(application, row, put.problem);
  await mark(application, row, 'undone');
  return { kind: 'back' };
}

async function refuse(application: Application, row: JournalRow, problem: string): Promise<Back> {
  if (row.state !== 'planned') await mark(application, row, 'stuck');
  return { kind: 'refused', problem };
}
