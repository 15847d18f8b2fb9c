// The answer to /status: one promotion, or an environment with its tags, its last promotion and promotions in progress.
import type { AuditHead } from '../../domain/audit/audit.ts';
import type { Drift } from '../../domain/promotion/drift.ts';
import type { History } from '../../domain/promotion/history.ts';
import type { NamedTarget } from '../../domain/promotion/target-origin.ts';
import { formatNumber, type BaselineTag } from '../../domain/promotion/promotion.ts';
import type { Digest } from '../../domain/image/reference.ts';
import type { PromotionLine } from '../../domain/refusal.ts';
import { auditLine } from '../log/audit-line.ts';
import { joinBlocks, joinSentences } from '../blocks.ts';
import { cardTitle } from '../card/card.ts';
import { driftLines } from '../drift.ts';
import { changesSummary } from '../card/changes.ts';
import { code, escapeText, link } from '../escape.ts';
import { formatTime, listWords, shortDigest } from '../format.ts';
import { renderHeld } from '../card/held.ts';
import { nextSteps } from '../card/next-steps.ts';
import { promotionLines } from './promotion-lines.ts';
import type { PromotionView } from '../promotion-view.ts';
import { whoCanApprove } from '../card/reviews.ts';

export type StatusView =
  { readonly kind: 'promotion'; readonly view: PromotionView } | ({ readonly kind: 'environment' } & EnvironmentStatus);

export type EnvironmentStatus = {
  readonly environment: string;
  /** What the floating tags hold now, in policy order, or why that could not be read. */
  readonly tags: TagsRead;
  readonly open: readonly PromotionLine[];
  readonly lastPromoted: LastPromoted | null;
  /** Oldest first. */
  readonly held: History;
  readonly rollbackTarget: NamedTarget | null;
  /** Those that are not over. */
  readonly drifts: readonly Drift[];
  readonly auditHead: AuditHead | null;
};

type TagsRead =
  | { readonly kind: 'read'; readonly tags: readonly BaselineTag[] }
  | { readonly kind: 'unreadable'; readonly problem: string };

export type LastPromoted = {
  readonly number: number;
  readonly source: string;
  readonly digests: readonly Digest[];
  readonly at: number;
  readonly requester: string;
  readonly cardUrl: string | null;
};

/** Markdown, at most some kilobytes. */
export function renderStatus(status: StatusView): string {
  return status.kind === 'promotion' ? promotionStatus(status.view) : environmentStatus(status);
}

function promotionStatus(view: PromotionView): string {
  const { cardUrl, checkRunUrl, auditHead } = view;
  const links = [
    ...(cardUrl === null ? [] : [link('card', cardUrl)]),
    ...(checkRunUrl === null ? [] : [link('check run', checkRunUrl)]),
  ];
  return joinBlocks([
    `**${cardTitle(view)}**`,
    changesSummary(view),
    joinSentences([whoCanApprove(view), nextSteps(view, 'card')]),
    `<sub>${[...links, auditLine(auditHead)].join(' · ')}</sub>`,
  ]);
}

function environmentStatus(status: EnvironmentStatus): string {
  const { environment, tags, open, lastPromoted, held, rollbackTarget: target, drifts, auditHead } = status;
  return joinBlocks([
    `**${code(environment)} now**`,
    tags.kind === 'read'
      ? tags.tags.map(tagLine).join('\n')
      : `Its tags could not be read: ${escapeText(tags.problem, { maxLength: 500 })}`,
    ...drifts.map((drift) => `**Drift** since ${formatTime(drift.noticedAt)}:\n\n${driftLines(drift)}`),
    lastPromoted === null ? 'Nothing has been promoted here yet.' : lastLine(lastPromoted),
    renderHeld(environment, { held, tags: tags.kind === 'read' ? tags.tags : null, target }),
    open.length === 0
      ? 'No promotion in progress.'
      : `In progress:\n\n${promotionLines(open, ({ number }) => `/status ${formatNumber(number)}`)}`,
    `<sub>${auditLine(auditHead)}</sub>`,
  ]);
}

function tagLine({ tag, digest }: BaselineTag): string {
  return `- ${code(tag)}: ${digest === null ? 'does not exist' : code(digest)}`;
}

function lastLine({ number, source, digests, at, requester, cardUrl }: LastPromoted): string {
  const id = cardUrl === null ? formatNumber(number) : link(formatNumber(number), cardUrl);
  return `Last promoted: ${code(source)} (${listWords(digests.map(shortDigest))}) by ${id}, ${formatTime(at)}, requested by ${code(requester)}.`;
}
