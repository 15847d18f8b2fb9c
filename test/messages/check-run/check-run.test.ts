// The check run per state: GitHub's status, conclusion and buttons, the parts of its texts, and their limits.
import { describe, expect, test } from 'vitest';
import { planIdOf } from '../../../src/domain/promotion/approval.ts';
import type { Promotion, PromotionState } from '../../../src/domain/promotion/promotion.ts';
import { cardTitle } from '../../../src/messages/card/card.ts';
import { renderFacts } from '../../../src/messages/card/facts.ts';
import { renderFindings } from '../../../src/messages/card/findings.ts';
import { nextSteps } from '../../../src/messages/card/next-steps.ts';
import { renderReviews, whoCanApprove } from '../../../src/messages/card/reviews.ts';
import { stateTitle } from '../../../src/messages/card/state.ts';
import { renderStory } from '../../../src/messages/card/story.ts';
import { renderTags } from '../../../src/messages/card/tags.ts';
import { checkRunName, MAX_OUTPUT_LENGTH, renderCheckRun } from '../../../src/messages/check-run/check-run.ts';
import { failedWith, failure } from '../../domain/problem.ts';
import { AT, floodOfFindings, NEW, OLD, outcome, SUBJECT, viewOf } from '../sample-view.ts';

const DETAIL = { findings: 200, reviews: 50, tags: 100, textLength: 500 };
const JO = { id: 2, login: 'jo' };
const FAILURE = failure({ production: 'mixed' });
const NEWS = { at: AT, since: AT, url: null };

test.each<[PromotionState, string, string | null]>([
  [{ kind: 'examining', again: false }, 'in_progress', null],
  [{ kind: 'examining', again: true }, 'completed', 'action_required'],
  [{ kind: 'awaiting-approval' }, 'completed', 'action_required'],
  [{ kind: 'scheduled', cause: 'queue' }, 'completed', 'action_required'],
  [{ kind: 'applying', since: AT, undoing: null }, 'completed', 'action_required'],
  [{ kind: 'applying', since: AT, undoing: FAILURE.problem }, 'completed', 'action_required'],
  [{ kind: 'promoted', at: AT }, 'completed', 'success'],
  [{ kind: 'deploying', ...NEWS }, 'completed', 'success'],
  [{ kind: 'deployed', ...NEWS }, 'completed', 'success'],
  [{ kind: 'deployment-failed', ...NEWS }, 'completed', 'failure'],
  [{ kind: 'checks-failed' }, 'completed', 'failure'],
  [{ kind: 'rejected', by: JO, reason: null }, 'completed', 'failure'],
  [{ kind: 'failed', failure: FAILURE }, 'completed', 'failure'],
  [{ kind: 'cancelled', by: JO, because: 'person' }, 'completed', 'cancelled'],
  [{ kind: 'cancelled', by: null, because: 'repository-gone' }, 'completed', 'cancelled'],
  [{ kind: 'superseded', by: { kind: 'promotion', number: 13 } }, 'completed', 'neutral'],
  [{ kind: 'superseded', by: { kind: 'production' } }, 'completed', 'neutral'],
  [{ kind: 'expired' }, 'completed', 'timed_out'],
])('in state %j it is %s, %s', (state, status, conclusion) => {
  const view = viewOf({ state }, { blockedBy: 11 });
  const run = renderCheckRun(view);
  expect(run).toMatchObject({ name: 'imprimatur / production', status, conclusion, title: stateTitle(view) });
  expect(run.actions.map(({ identifier }) => identifier)).toEqual(
    state.kind === 'awaiting-approval' ? [`approve:${planIdOf(view.subject)}`, `reject:${planIdOf(view.subject)}`] : [],
  );
});

test('its name has the environment, that of a version the version', () => {
  expect(checkRunName({ kind: 'promotion', environment: 'canary' })).toBe('imprimatur / canary');
  expect(checkRunName({ kind: 'version', environment: 'canary' })).toBe('imprimatur / version');
});

test('the buttons keep to GitHub’s limits', () => {
  const { actions } = renderCheckRun(viewOf());
  expect(actions).toMatchSnapshot();
  for (const { label, description, identifier } of actions) {
    expect(label.length).toBeLessThanOrEqual(20);
    expect(description.length).toBeLessThanOrEqual(40);
    expect(identifier.length).toBeLessThanOrEqual(20);
  }
});

test('the summary has what it is, what happened, who can approve and how; the text has the tags and the checks', () => {
  const approval = { verdict: 'approve', by: JO, at: AT, via: 'comment', subject: '4'.repeat(64) } as const;
  const view = viewOf({ notice: { kind: 'policy-changed' }, reviews: [approval, { ...approval, subject: SUBJECT }] });
  const { summary, text } = renderCheckRun(view);
  expect(summary.split('\n\n<sub>')[0]).toBe(
    [
      `**${cardTitle(view)}**`,
      renderStory(view, DETAIL),
      renderFacts(view, DETAIL),
      `${whoCanApprove(view)} ${nextSteps(view, 'check-run')}`,
    ].join('\n\n'),
  );
  const { findings } = view.promotion;
  expect(text).toBe(
    [renderTags(view, DETAIL), renderFindings(findings, DETAIL), renderReviews(view, DETAIL)].join('\n\n'),
  );
});

test('the footer links the card, if there is one, and prints the head of the audit trail', () => {
  expect(renderCheckRun(viewOf()).summary.split('\n').at(-1)).toMatchSnapshot();
  expect(
    renderCheckRun(viewOf({}, { cardUrl: null }))
      .summary.split('\n')
      .at(-1),
  ).toBe('<sub>audit 123·ab12cd34</sub>');
});

describe('summary and text stay within GitHub’s limit', () => {
  const flood = '@all <b>`|𝕏'.repeat(500);
  const findings = floodOfFindings(flood);
  const tags = Array.from({ length: 500 }, () => outcome('main', { kind: 'floating', from: OLD, holds: NEW }));

  test.each<[string, Partial<Promotion>]>([
    ['of a request with a flood of text', { reason: flood, findings }],
    [
      'of a failure with a flood of tags',
      { state: { kind: 'failed', failure: failure({ problem: failedWith(flood), production: 'mixed', tags }) } },
    ],
  ])('%s', (_, promotion) => {
    const { summary, text } = renderCheckRun(viewOf(promotion));
    expect(new TextEncoder().encode(summary).length).toBeLessThanOrEqual(MAX_OUTPUT_LENGTH);
    expect(new TextEncoder().encode(text).length).toBeLessThanOrEqual(MAX_OUTPUT_LENGTH);
  });
});
