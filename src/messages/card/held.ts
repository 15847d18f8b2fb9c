// What an environment held, as a table: when, which image, by whom, by which promotion, and the tags that keep it.
import type { History, Holding } from '../../domain/promotion/history.ts';
import { formatNumber, type BaselineTag } from '../../domain/promotion/promotion.ts';
import type { Digest } from '../../domain/image/reference.ts';
import { joinBlocks } from '../blocks.ts';
import { code } from '../escape.ts';
import { codeList, formatTime, shortDigest } from '../format.ts';
import { rollbackLine } from './next-steps.ts';
import { renderTable } from '../table.ts';

const SHOWN = 20;
const TAGS_SHOWN = 2;

/**
 * Newest first; empty where nothing was held. `tags`: what the floating tags hold now, null where that is not known.
 * `target`: what a rollback may go back to, null where there is nothing.
 */
export function renderHeld(
  environment: string,
  {
    held,
    tags,
    target,
  }: { readonly held: History; readonly tags: readonly BaselineTag[] | null; readonly target: string | null },
): string {
  if (held.length === 0) return '';
  const shown = held.toReversed().slice(0, SHOWN);
  const current = tags?.[0]?.digest ?? null;
  const now = shown.find(({ digest }) => digest === current);
  const title = held.length > SHOWN ? `the last ${SHOWN} of ${held.length}` : 'newest first';
  const rows = shown.map((holding) => rowOf(holding, holding === now ? namesHolding(tags, holding.digest) : null));
  return joinBlocks([
    `What ${code(environment)} held, ${title}:`,
    renderTable(['Since', 'Image', 'Promotion', 'Asked for by', 'Kept as'], rows),
    now === undefined && current !== null ? `No promotion of ours put ${shortDigest(current)} there.` : '',
    target === null ? '' : `To go back to one of them: ${code(rollbackLine({ environment }, target))}.`,
  ]);
}

/** `floating`: the tags that hold it now, where it is the current one. */
function rowOf(holding: Holding, floating: readonly string[] | null): readonly string[] {
  const { at, digest, promotion, kind, by, tags, forced } = holding;
  const number = formatNumber(promotion);
  const isBaseline = kind === 'baseline';
  return [
    isBaseline ? 'before' : formatTime(at),
    floating === null
      ? shortDigest(digest)
      : `${shortDigest(digest)} **now**: ${codeList(floating, { max: TAGS_SHOWN })}`,
    isBaseline
      ? `before ${number}`
      : `${number}${kind === 'rollback' ? ', a rollback' : ''}${forced ? ', with force' : ''}`,
    isBaseline ? '' : code(by.login),
    codeList(tags, { max: TAGS_SHOWN }),
  ];
}

function namesHolding(tags: readonly BaselineTag[] | null, digest: Digest): readonly string[] {
  return (tags ?? []).filter((tag) => tag.digest === digest).map(({ tag }) => tag);
}
