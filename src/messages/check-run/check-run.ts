// The check run of a promotion: GitHub's status and conclusion for its state, with the texts.
import type { Promotion, PromotionState } from '../../domain/promotion/promotion.ts';
import { planIdOf, type PlanId } from '../../domain/promotion/approval.ts';
import { auditLine } from '../log/audit-line.ts';
import { joinBlocks, joinSentences } from '../blocks.ts';
import { cardTitle } from '../card/card.ts';
import { renderChanges } from '../card/changes.ts';
import { renderWithin, type Detail } from '../card/detail.ts';
import { link } from '../escape.ts';
import { renderFacts } from '../card/facts.ts';
import { renderFindings } from '../card/findings.ts';
import { mergeLines } from '../card/merge-lines.ts';
import { nextSteps } from '../card/next-steps.ts';
import type { PromotionView } from '../promotion-view.ts';
import { nobodyHadTo, renderReviews, whoCanApprove } from '../card/reviews.ts';
import { stateTitle } from '../card/state.ts';
import { renderTakenNames } from '../card/taken-names.ts';
import { renderStory } from '../card/story.ts';
import { renderTags } from '../card/tags.ts';
import { checkRunThreadText } from '../card/thread.ts';

/** Each of `output.summary` and `output.text` may be this long. */
export const MAX_OUTPUT_LENGTH = 65_535;

export type CheckRunConclusion = 'action_required' | 'success' | 'failure' | 'cancelled' | 'neutral' | 'timed_out';

/** A button: label ≤ 20, description ≤ 40, identifier ≤ 20 characters. */
export type CheckRunAction = {
  readonly label: string;
  readonly description: string;
  /** With the plan that it was shown for. */
  readonly identifier: `${'approve' | 'reject'}:${PlanId}`;
};

export type RenderedCheckRun = {
  readonly name: string;
  readonly status: 'in_progress' | 'completed';
  /** Null exactly while `in_progress`. */
  readonly conclusion: CheckRunConclusion | null;
  /** Plain text; the rest is Markdown. */
  readonly title: string;
  readonly summary: string;
  readonly text: string;
  readonly actions: readonly CheckRunAction[];
};

/** The name under which branch protection finds it. A pushed git tag has its own, beside that of the promotion before. */
export function checkRunName({ kind, environment }: Pick<Promotion, 'kind' | 'environment'>): string {
  return kind === 'version' ? VERSION_CHECK_NAME : `imprimatur / ${environment}`;
}

export const VERSION_CHECK_NAME = 'imprimatur / version';

/** The content of the check run, within GitHub's limits. */
export function renderCheckRun(view: PromotionView): RenderedCheckRun {
  const { state } = view.promotion;
  const conclusion = conclusionOf(state);
  return {
    name: checkRunName(view.promotion),
    status: conclusion === null ? 'in_progress' : 'completed',
    conclusion,
    title: stateTitle(view),
    summary: renderWithin(MAX_OUTPUT_LENGTH, (detail) => summaryOf(view, detail)),
    text: renderWithin(MAX_OUTPUT_LENGTH, (detail) => textOf(view, detail)),
    actions: state.kind === 'awaiting-approval' ? actionsOf(planIdOf(view.subject)) : [],
  };
}

function actionsOf(plan: PlanId): readonly CheckRunAction[] {
  return [
    { label: 'Approve', description: 'Approve this promotion', identifier: `approve:${plan}` },
    { label: 'Reject', description: 'Reject this promotion', identifier: `reject:${plan}` },
  ];
}

/** Buttons show on completed runs only, and a completed run is never reopened: so it is `action_required` while work continues. */
function conclusionOf(state: PromotionState): CheckRunConclusion | null {
  switch (state.kind) {
    case 'waiting-for-image':
      return null;
    case 'examining':
      return state.again ? 'action_required' : null;
    case 'awaiting-approval':
    case 'scheduled':
    case 'applying':
      return 'action_required';
    case 'promoted':
    case 'deploying':
    case 'deployed':
      return 'success';
    case 'checks-failed':
    case 'rejected':
    case 'failed':
    case 'deployment-failed':
      return 'failure';
    case 'cancelled':
      return 'cancelled';
    case 'superseded':
      return 'neutral';
    case 'expired':
      return 'timed_out';
  }
}

function summaryOf(view: PromotionView, detail: Detail): string {
  const { auditHead, cardUrl } = view;
  const card = cardUrl === null ? [] : [link('card', cardUrl)];
  return joinBlocks([
    `**${cardTitle(view)}**`,
    renderStory(view, detail),
    renderFacts(view, detail),
    checkRunThreadText(view),
    joinSentences([whoCanApprove(view), nextSteps(view, 'check-run')]),
    mergeLines(view.promotion),
    `<sub>${[...card, auditLine(auditHead)].join(' · ')}</sub>`,
  ]);
}

function textOf(view: PromotionView, detail: Detail): string {
  return joinBlocks([
    renderChanges(view, detail),
    renderTags(view, detail),
    renderFindings(view.promotion.findings, detail),
    renderReviews(view, detail),
    nobodyHadTo(view),
    renderTakenNames(view),
  ]);
}
