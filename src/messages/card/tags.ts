// The tags of a promotion: what moves over what, progress, and the result.
import type { TagOutcome } from '../../domain/promotion/promotion.ts';
import { tagNameOf, type TagMove } from '../../domain/image/tag-plan.ts';
import type { Detail } from './detail.ts';
import { code } from '../escape.ts';
import { plural, shortDigest } from '../format.ts';
import type { PromotionView } from '../promotion-view.ts';

/** A heading and one line per tag; may be empty. */
export function renderTags({ promotion, outcomes }: PromotionView, detail: Detail): string {
  const { state, moves } = promotion;
  switch (state.kind) {
    case 'awaiting-approval':
    case 'scheduled':
      return section('Tags to move', moves.map(plannedLine), detail);
    case 'applying':
      return section(
        'Moving tags',
        moves.map((move) => `${plannedLine(move)}${isWritten(move, outcomes) ? ' ✓' : ''}`),
        detail,
      );
    case 'promoted':
    case 'deploying':
    case 'deployed':
    case 'deployment-failed':
      return section('Tags moved', outcomes.length > 0 ? outcomes.map(movedLine) : moves.map(plannedLine), detail);
    case 'failed':
      return section('Tags now', state.failure.tags.map(heldLine), detail);
    case 'waiting-for-image':
    case 'examining':
    case 'checks-failed':
    case 'rejected':
    case 'cancelled':
    case 'superseded':
    case 'expired':
      return '';
  }
}

function section(title: string, lines: readonly string[], { tags }: Detail): string {
  if (lines.length === 0) return '';
  const leftOut = lines.length - tags;
  const shown = lines.slice(0, tags).map((line) => `- ${line}`);
  return [`**${title}**`, '', ...shown, ...(leftOut > 0 ? [`- and ${plural(leftOut, 'more tag')}`] : [])].join('\n');
}

function plannedLine(move: TagMove): string {
  const name = code(tagNameOf(move));
  if (move.kind === 'rollback') return `${name}: new, for a rollback to ${shortDigest(move.digest)}`;
  const from = move.baseline === null ? 'new' : shortDigest(move.baseline);
  return `${name}: ${from} → ${shortDigest(move.digest)}`;
}

function movedLine({ tag, kind, from, holds }: TagOutcome): string {
  const to = holds === null ? 'nothing' : shortDigest(holds);
  if (kind === 'rollback') {
    return holds === null
      ? `${code(tag)}: not created, because the previous image is incomplete`
      : `${code(tag)}: new, for a rollback to ${to}`;
  }
  return `${code(tag)}: ${from === null ? 'new' : shortDigest(from)} → ${to}`;
}

/** In full: somebody may repair production from these digests. */
function heldLine({ tag, from, holds }: TagOutcome): string {
  const now = holds === null ? 'does not exist' : `holds ${code(holds)}`;
  if (holds === from) return `${code(tag)} ${now}, as before`;
  return `${code(tag)} ${now}; before, ${from === null ? 'it did not exist' : `it held ${code(from)}`}`;
}

function isWritten(move: TagMove, outcomes: readonly TagOutcome[]): boolean {
  return outcomes.some(
    ({ repository, kind, tag, holds }) =>
      repository === move.repository &&
      holds === move.digest &&
      (move.kind === 'rollback' ? kind === 'rollback' : tag === move.tag),
  );
}
