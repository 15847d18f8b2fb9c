// What an environment held, as a list: promotion, image, time, outcome, the tags that keep it, commit and people.
import { isLeft, type History, type Holding } from '../../domain/promotion/history.ts';
import type { NamedTarget } from '../../domain/promotion/target-origin.ts';
import { formatNumber, type BaselineTag } from '../../domain/promotion/promotion.ts';
import type { Digest } from '../../domain/image/reference.ts';
import { joinBlocks } from '../blocks.ts';
import { code } from '../escape.ts';
import { codeList, formatTime, shortDigest } from '../format.ts';
import { approvedWords, holdingMarks, summaryWords } from '../held-words.ts';
import { namedTargetWords } from '../target-origin.ts';
import { rollbackLine } from './next-steps.ts';

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
  }: { readonly held: History; readonly tags: readonly BaselineTag[] | null; readonly target: NamedTarget | null },
): string {
  if (held.length === 0) return '';
  const shown = held.toReversed().slice(0, SHOWN);
  const current = tags?.[0]?.digest ?? null;
  const now = shown.find(({ digest }) => digest === current);
  const title = held.length > SHOWN ? `the last ${SHOWN} of ${held.length}` : 'newest first';
  const rows = shown.map((holding) => {
    const isRolledBack = holding.digest !== current && isLeft(held, holding.digest);
    return rowOf(holding, { isRolledBack, floating: holding === now ? namesHolding(tags, holding.digest) : null });
  });
  return joinBlocks([
    `History of ${code(environment)}, ${title}:`,
    rows.join('\n'),
    now === undefined && current !== null ? `${shortDigest(current)} was not promoted by Imprimatur.` : '',
    target === null
      ? ''
      : `To roll back to ${namedTargetWords(target)}: ${code(rollbackLine({ environment }, target.name))}.`,
  ]);
}

/** `floating`: the tags that hold it now. `isRolledBack`: a rollback left it, and it was not promoted since. */
function rowOf(
  holding: Holding,
  { isRolledBack, floating }: { readonly isRolledBack: boolean; readonly floating: readonly string[] | null },
): string {
  const { at, digest, promotion, kind, by, approvedBy, summary, tags, forced, report } = holding;
  const number = formatNumber(promotion);
  const isBaseline = kind === 'baseline';
  const parts = [
    isBaseline ? `before ${number}` : `**${number}**`,
    shortDigest(digest),
    ...(isBaseline ? [] : [formatTime(at)]),
    ...holdingMarks({ kind, report, forced, isRolledBack }),
    ...(tags.length === 0 ? [] : [codeList(tags, { max: TAGS_SHOWN })]),
  ];
  const now = floating === null ? '' : ` **← now**: ${codeList(floating, { max: TAGS_SHOWN })}`;
  const people = [
    ...(summary === null ? [] : [summaryWords(summary)]),
    ...(isBaseline ? [] : [`Requested by ${code(by.login)}`, ...approvedWords(approvedBy)]),
  ].filter((part) => part !== '');
  return [`- ${parts.join(' · ')}${now}`, ...(people.length === 0 ? [] : [`  ${people.join(' · ')}`])].join('\n');
}

function namesHolding(tags: readonly BaselineTag[] | null, digest: Digest): readonly string[] {
  return (tags ?? []).filter((tag) => tag.digest === digest).map(({ tag }) => tag);
}
