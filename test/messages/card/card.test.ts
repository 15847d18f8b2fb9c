// The card: which parts it is made of, in which order, and its limits. The words of each part are asserted in its own test.
import { describe, expect, test } from 'vitest';
import type { Promotion, PromotionState } from '../../../src/domain/promotion/promotion.ts';
import { cardTitle, MAX_COMMENT_LENGTH, renderCard } from '../../../src/messages/card/card.ts';
import { renderFacts } from '../../../src/messages/card/facts.ts';
import { renderFindings } from '../../../src/messages/card/findings.ts';
import { nextSteps } from '../../../src/messages/card/next-steps.ts';
import { askNamed, renderReviews, whoCanApprove } from '../../../src/messages/card/reviews.ts';
import { STATE_SYMBOLS, stateTitle } from '../../../src/messages/card/state.ts';
import { renderStory } from '../../../src/messages/card/story.ts';
import { renderTags } from '../../../src/messages/card/tags.ts';
import { renderCheckRun } from '../../../src/messages/check-run/check-run.ts';
import { tokenWarningText } from '../../../src/messages/machine-token.ts';
import type { PromotionView } from '../../../src/messages/promotion-view.ts';
import { failedWith, failure, outside } from '../../domain/problem.ts';
import { plainTexts, withNamed } from '../rendered.ts';
import {
  AT,
  floodOfFindings,
  MOVED,
  must,
  NEW,
  OLD,
  outcome,
  PRODUCTION,
  SUBJECT,
  tagOf,
  viewOf,
} from '../sample-view.ts';

const DETAIL = { findings: 200, reviews: 50, tags: 100, textLength: 500 };
const JO = { id: 2, login: 'jo' };
const APPROVAL = { verdict: 'approve', by: JO, at: AT, via: 'check-run', subject: SUBJECT } as const;
const NEWS = { at: AT, since: AT, url: null };

const STATES: readonly PromotionState[] = [
  { kind: 'examining', again: false },
  { kind: 'awaiting-approval' },
  { kind: 'scheduled', cause: 'queue' },
  { kind: 'applying', since: AT, undoing: failedWith('HTTP 403.') },
  { kind: 'promoted', at: AT },
  { kind: 'deployment-failed', ...NEWS },
  { kind: 'checks-failed' },
  { kind: 'rejected', by: JO, reason: 'no' },
  { kind: 'failed', failure: failure({ production: 'restored', tags: MOVED }) },
  { kind: 'cancelled', by: JO, because: 'person' },
  { kind: 'superseded', by: { kind: 'production' } },
  { kind: 'expired' },
];

describe('a card has its parts, each only with content', () => {
  test.each(STATES)('in state $kind', (state) => {
    const environment = { ...PRODUCTION, approvals: { ...PRODUCTION.approvals, users: ['jo'] } };
    const tokenWarning = { kind: 'expires', at: AT } as const;
    const view = viewOf({ state, reviews: [APPROVAL] }, { outcomes: MOVED, environment, tokenWarning });
    const sentences = [whoCanApprove(view), askNamed(view), nextSteps(view, 'card')];
    const parts = [
      renderStory(view, DETAIL),
      renderFacts(view, DETAIL),
      renderTags(view, DETAIL),
      renderFindings(view.promotion.findings, DETAIL),
      renderReviews(view, DETAIL),
      tokenWarningText(view),
      sentences.filter((sentence) => sentence !== '').join(' '),
    ];
    expect(renderCard(view).split('\n\n<sub>')[0]).toBe(
      ['<!-- imprimatur P12 -->\n### ' + cardTitle(view), ...parts].filter((part) => part !== '').join('\n\n'),
    );
  });
});

describe('the title', () => {
  test.each<[string, Partial<Promotion>, string]>([
    ['of a promotion', {}, '`staging-abc1234` → `production`'],
    ['of another environment', { environment: 'canary' }, '`staging-abc1234` → `canary`'],
  ])('%s', (_, change, what) => {
    const view = viewOf(change);
    expect(cardTitle(view)).toBe(`${STATE_SYMBOLS['awaiting-approval']} P12 · ${what} · ${stateTitle(view)}`);
  });

  test.each<[string, Partial<Promotion>]>([
    ['of a rollback', { kind: 'rollback', source: { typed: 'P7', tag: null } }],
    ['under a version', { versionTag: tagOf('v1.2.3') }],
    [
      'of a version, which is called by it',
      { kind: 'version', versionTag: tagOf('v1.2.3'), source: { typed: 'v1.2.3', tag: tagOf('v1.2.3') } },
    ],
    ['by force', { force: true }],
  ])('%s', (_, change) => {
    const view = viewOf(change);
    expect(withNamed(cardTitle(view), { state: stateTitle(view) })).toMatchSnapshot();
  });
});

test('the footer links the check run, where there is one, and prints the head of the audit trail', () => {
  expect(renderCard(viewOf()).split('\n').at(-1)).toMatchSnapshot();
  expect(
    renderCard(viewOf({}, { checkRunUrl: null }))
      .split('\n')
      .at(-1),
  ).toBe('<sub>audit 123·ab12cd34</sub>');
});

describe('a card stays within GitHub’s limit', () => {
  const flood = '@all <b>`|'.repeat(500);
  const findings = floodOfFindings(flood);
  const worst: Partial<Promotion> = {
    reason: flood,
    findings,
    reviews: Array.from({ length: 500 }, (_, id) => ({ ...APPROVAL, by: { id, login: 'x'.repeat(100) } })),
    moves: Array.from({ length: 500 }, () => must(viewOf().promotion.moves[2] ?? null)),
  };

  test.each<[string, Partial<Promotion>]>([
    ['waiting', worst],
    ['rejected', { ...worst, state: { kind: 'rejected', by: JO, reason: flood } }],
    [
      'failed',
      {
        ...worst,
        state: {
          kind: 'failed',
          failure: {
            problem: failedWith(flood),
            undoRefused: outside(flood),
            production: 'mixed',
            tags: Array.from({ length: 500 }, () => outcome('main', { kind: 'floating', from: OLD, holds: NEW })),
          },
        },
      },
    ],
    ['of the widest characters', { ...worst, reason: '𝕏'.repeat(5000), findings: floodOfFindings('𝕏'.repeat(5000)) }],
  ])('%s', (_, promotion) => {
    const view = viewOf(promotion);
    const card = renderCard(view);
    expect(new TextEncoder().encode(card).length).toBeLessThanOrEqual(MAX_COMMENT_LENGTH);
    const none = { ...DETAIL, findings: 0, reviews: 0 };
    const [leftOut = ''] = renderReviews(view, none).split('\n').slice(-1);
    expect(card).toMatch(new RegExp(`^${leftOut.replace(/\d+/, String.raw`\d+`)}`, 'm'));
    expect(card).toMatch(/audit 123·ab12cd34<\/sub>$/);
  });
});

test('people’s texts mention nobody', () => {
  const card = renderCard(
    viewOf({ reason: '@maria @acme/ops', requester: { id: 1, login: 'maria' }, reviews: [APPROVAL] }),
  );
  expect(plainTexts(card).filter((text) => text.includes('@'))).toEqual([]);
});

test('people whom the policy lists are mentioned on the card only, not on the check run', () => {
  const approvals = {
    required: 1,
    role: 'write',
    users: ['jo'],
    selfApproval: false,
    apps: [],
    contributors: 'warn',
  } as const;
  const around: Partial<PromotionView> = { environment: { ...PRODUCTION, approvals } };
  expect(renderCard(viewOf({}, around))).toContain('@jo');
  const { summary, text } = renderCheckRun(viewOf({}, around));
  expect(`${summary}${text}`).not.toContain('@jo');
});
