// The card: the one comment of a promotion, edited in place, that shows its state and the next command.
import { sourceName, formatNumber, type Promotion } from '../../domain/promotion/promotion.ts';
import { renderChanges } from './changes.ts';
import { renderWithin } from './detail.ts';
import { auditLine } from '../log/audit-line.ts';
import { joinBlocks, joinSentences } from '../blocks.ts';
import { code, escapeText, link } from '../escape.ts';
import { renderFacts } from './facts.ts';
import { renderFindings } from './findings.ts';
import { tokenWarningText } from '../machine-token.ts';
import { mergeLines } from './merge-lines.ts';
import { nextSteps } from './next-steps.ts';
import type { PromotionView } from '../promotion-view.ts';
import { askForApproval, nobodyHadTo, renderReviews } from './reviews.ts';
import { STATE_SYMBOLS, stateTitle } from './state.ts';
import { renderTakenNames } from './taken-names.ts';
import { renderStory } from './story.ts';
import { renderTags } from './tags.ts';
import { cardThreadText } from './thread.ts';

/** GitHub refuses a comment body over this. */
export const MAX_COMMENT_LENGTH = 65_536;

/** The first line of a card, by which it is found among our App's comments. */
export function cardMarker(number: number): string {
  return `<!-- imprimatur ${formatNumber(number)} -->`;
}

/** The whole body of the comment, within GitHub's limit. */
export function renderCard(view: PromotionView): string {
  return renderWithin(MAX_COMMENT_LENGTH, (detail) =>
    joinBlocks([
      `${cardMarker(view.promotion.number)}\n### ${cardTitle(view)}`,
      renderStory(view, detail),
      renderFacts(view, detail),
      renderChanges(view, detail),
      renderTags(view, detail),
      renderFindings(view.promotion.findings, detail),
      renderReviews(view, detail),
      nobodyHadTo(view),
      cardThreadText(view),
      tokenWarningText(view),
      renderTakenNames(view),
      joinSentences([askForApproval(view), nextSteps(view, 'card')]),
      mergeLines(view.promotion),
      footer(view),
    ]),
  );
}

/** `✓ P12 · staging-abc1234 → production · Promoted`, in Markdown. */
export function cardTitle(view: PromotionView): string {
  const { promotion } = view;
  const { number, kind, environment, force, state } = promotion;
  const what = `${kind === 'rollback' ? 'rollback to ' : ''}${code(sourceName(promotion))}${versionOf(promotion)}`;
  const how = force ? ', forced' : '';
  const title = escapeText(stateTitle(view), { maxLength: 200 });
  return `${STATE_SYMBOLS[state.kind]} ${formatNumber(number)} · ${what} → ${code(environment)}${how} · ${title}`;
}

/** ` as v1.2.3`, unless the version is what the promotion is called by. */
function versionOf(promotion: Promotion): string {
  const { versionTag } = promotion;
  return versionTag === null || versionTag === sourceName(promotion) ? '' : ` as ${code(versionTag)}`;
}

function footer({ auditHead, checkRunUrl }: PromotionView): string {
  const parts = [...(checkRunUrl === null ? [] : [link('check run', checkRunUrl)]), auditLine(auditHead)];
  return `<sub>${parts.join(' · ')}</sub>`;
}
