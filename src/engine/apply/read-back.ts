// Step 4 of applying: every tag is read again; the old digest is lag, a third one is an alarm.
import type { Digest, Tag } from '../../domain/reference.ts';
import type { JournalRow } from '../../store/tag-moves.ts';
import { mark, readJournal, type Application } from './application.ts';
import type { Services } from '../services.ts';
import { insist } from './insist.ts';

export type ReadBack =
  | { readonly kind: 'confirmed' }
  /** Acknowledged, but still shown as before: ask again at this time. */
  | { readonly kind: 'lagging'; readonly tags: readonly Tag[]; readonly askAgainAt: number }
  /** Acknowledged, and never shown: what was written goes back. */
  | { readonly kind: 'never-shown'; readonly problem: string }
  /** Somebody else moved a tag right after: it is left alone. */
  | { readonly kind: 'foreign'; readonly problem: string; readonly seen: ReadonlyMap<Tag, Digest | null> };

/** How long a registry may show what was before a write that it acknowledged. */
const LAG_LIMIT_MS = 10 * 60 * 1000;
const FIRST_LOOK_MS = 250;

export async function readBack(application: Application): Promise<ReadBack> {
  const { services } = application;
  const open = (await readJournal(application)).filter(({ state }) => state === 'written');
  const held = await insist(services, () =>
    Promise.all(open.map(({ repository, tag }) => services.registry.findDigest(repository, tag))),
  );
  if (held.kind === 'failed') return laterOrNever(services, open, held.problem);
  const shown = open.map((row, position) => ({ row, digest: held.value[position] ?? null }));
  const foreign = shown.filter(({ row, digest }) => digest !== row.target && digest !== row.baseline);
  if (foreign.length > 0) {
    const named = foreign.map(({ row, digest }) => `${row.tag} holds ${digest ?? 'nothing'}`).join(', ');
    return {
      kind: 'foreign',
      problem: `All tags were written, but somebody else moved one right after: ${named}. It was left as it is.`,
      seen: new Map(foreign.map(({ row, digest }) => [row.tag, digest])),
    };
  }
  const behind: JournalRow[] = [];
  for (const { row, digest } of shown) {
    if (digest === row.target) await mark(application, row, 'confirmed');
    else behind.push(row);
  }
  if (behind.length === 0) return { kind: 'confirmed' };
  const named = behind.map(({ tag }) => tag).join(', ');
  return laterOrNever(services, behind, `It still shows what was before at ${named}.`);
}

/** Asks again after as long as has passed since the write, 250 ms to a minute; ten minutes after it, no more. */
function laterOrNever({ now }: Services, rows: readonly JournalRow[], problem: string): ReadBack {
  const sinceWriteMs = now() - Math.max(...rows.map(({ updatedAt }) => updatedAt));
  if (sinceWriteMs >= LAG_LIMIT_MS) {
    return {
      kind: 'never-shown',
      problem: `The registry acknowledged all tags, but could not be seen to hold them ten minutes later. ${problem}`,
    };
  }
  const pause = Math.min(Math.max(FIRST_LOOK_MS, sinceWriteMs), 60_000);
  return { kind: 'lagging', tags: rows.map(({ tag }) => tag), askAgainAt: now() + pause };
}
