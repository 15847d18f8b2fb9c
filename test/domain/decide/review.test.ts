// Whose review is taken, and what it makes of the promotion.
import { describe, expect, test } from 'vitest';
import type { PromotionEvent } from '../../../src/domain/decide.ts';
import { actor, ALICE, BOB, CAROL, context, environment, NEW, NOW, OLD, type TestContext } from '../build.ts';
import { decide, accept, approve, effectsOf, examined, KEPT, MOVED, promotionIn, replan, summary } from './build.ts';
import { production, promotion } from '../build.ts';

type Review = Extract<PromotionEvent, { kind: 'reviewed' }>;

function asking(
  required: number,
  change: {
    role?: 'write' | 'maintain' | null;
    users?: readonly string[];
    apps?: readonly string[];
    selfApproval?: boolean;
  } = {},
): TestContext {
  return context({
    environmentPolicy: environment({
      approvals: { required, role: 'write', users: [], selfApproval: false, apps: [], contributors: 'warn', ...change },
    }),
  });
}

const click = (current: boolean): Pick<Review, 'via'> => ({ via: { kind: 'check-run', id: 501, current } });
const byBob = approve(BOB);
const no: Review = { ...byBob, verdict: 'reject', reason: 'not now' };

const ROWS: readonly (readonly [string, Review, TestContext, string])[] = [
  ['somebody with write approves', byBob, asking(1), 'applying'],
  ['an admin approves', { ...byBob, by: actor(BOB, 'admin') }, asking(1), 'applying'],
  ['somebody who may triage approves', { ...byBob, by: actor(BOB, 'triage') }, asking(1), 'not-permitted'],
  ['somebody with write approves where maintain is asked', byBob, asking(1, { role: 'maintain' }), 'not-permitted'],
  ['a listed user with write approves', byBob, asking(1, { role: null, users: ['bob'] }), 'applying'],
  [
    'a listed user who may only read approves',
    { ...byBob, by: actor(BOB, 'read') },
    asking(1, { role: null, users: ['carol', 'Bob'] }),
    'applying',
  ],
  [
    'a listed user without access approves',
    { ...byBob, by: actor(BOB, 'none') },
    asking(1, { role: null, users: ['bob'] }),
    'not-permitted',
  ],
  [
    'an admin approves where only others are listed',
    { ...byBob, by: actor(BOB, 'admin') },
    asking(1, { role: null, users: ['carol'] }),
    'not-a-reviewer',
  ],
  [
    'an admin rejects where only others are listed',
    { ...no, by: actor(BOB, 'admin') },
    asking(1, { role: null, users: ['carol'] }),
    'not-a-reviewer',
  ],
  [
    'one who reaches the role that is written next to users',
    { ...byBob, by: actor(BOB, 'maintain') },
    asking(1, { role: 'maintain', users: ['carol'] }),
    'applying',
  ],
  [
    'a listed user below the role that is written next to users',
    { ...byBob, by: actor(BOB, 'read') },
    asking(1, { role: 'maintain', users: ['bob'] }),
    'applying',
  ],
  ['one below that role who is not listed', byBob, asking(1, { role: 'maintain', users: ['carol'] }), 'not-a-reviewer'],
  ['a listed requester approves', approve(ALICE), asking(1, { role: null, users: ['alice', 'bob'] }), 'own-request'],
  ['one of two listed approves', byBob, asking(2, { role: null, users: ['bob', 'carol'] }), 'awaiting-approval'],
  [
    'a listed bot approves',
    { ...byBob, by: actor(BOB, 'admin', 'bot') },
    asking(1, { role: null, users: ['bob'] }),
    'bot-not-permitted',
  ],
  ['a bot approves', { ...byBob, by: actor(BOB, 'admin', 'bot') }, asking(1), 'bot-not-permitted'],
  ['a bot rejects', { ...no, by: actor(BOB, 'admin', 'bot') }, asking(1), 'bot-not-permitted'],
  ['the requester approves', approve(ALICE), asking(1), 'own-request'],
  ['the requester approves as an admin', { ...byBob, by: actor(ALICE, 'admin') }, asking(1), 'own-request'],
  ['the requester approves by a click', { ...approve(ALICE), ...click(true) }, asking(1), 'own-request'],
  ['the requester under a new login', approve({ id: 1, login: 'al' }), asking(1), 'own-request'],
  ['the requester, where the policy lets them', approve(ALICE), asking(1, { selfApproval: true }), 'applying'],
  ['the requester rejects', { ...no, by: actor(ALICE) }, asking(1), 'rejected'],
  ['one of two approves', byBob, asking(2), 'awaiting-approval'],
  ['a click on the current check run', { ...byBob, ...click(true) }, asking(1), 'applying'],
  ['a click on an outdated check run', { ...byBob, ...click(false) }, asking(1), 'outdated-check-run'],
  ['a rejecting click on an outdated check run', { ...no, ...click(false) }, asking(1), 'outdated-check-run'],
  ['one rejection ends it', no, asking(2), 'rejected'],
  ['an approval while another promotion is applying', byBob, { ...asking(1), environmentBusy: true }, 'scheduled'],
];

test.each(ROWS)('%s: %s', (_name, event, at, expected) => {
  expect(summary(decide(promotionIn('awaiting-approval'), event, at))).toBe(expected);
});

test('a refused review is recorded with its code and its author, and changes nothing', () => {
  expect(decide(promotionIn('awaiting-approval'), approve(ALICE), context())).toEqual({
    kind: 'refused',
    refusal: { code: 'own-request', promotion: 12 },
    audit: [
      {
        kind: 'review-refused',
        at: NOW,
        promotion: 12,
        actor: ALICE,
        details: {
          verdict: 'approve',
          via: 'comment',
          commentId: 500,
          url: 'https://github.com/acme/dotca/issues/3#issuecomment-500',
          code: 'own-request',
        },
      },
    ],
  });
});

test.each<readonly [string, Review, string, object]>([
  [
    'a comment',
    byBob,
    'github.com',
    { commentId: 500, url: 'https://github.com/acme/dotca/issues/3#issuecomment-500' },
  ],
  [
    'a rejecting comment on another server',
    no,
    'github.example.com:8443',
    { commentId: 500, url: 'https://github.example.com:8443/acme/dotca/issues/3#issuecomment-500' },
  ],
  [
    'a click',
    { ...byBob, ...click(true) },
    'github.com',
    { checkRunId: 501, url: 'https://github.com/acme/dotca/runs/501' },
  ],
])('the trail names %s by its id and its address', (_name, event, githubHost, place) => {
  const { audit } = accept(promotionIn('awaiting-approval'), event, context({ githubHost }));
  expect(audit[0]).toMatchObject({ kind: 'reviewed', actor: BOB, details: place });
});

describe('an approval that was given before the plan was made', () => {
  const plannedAt = NOW - 60_000;
  test.each<readonly [string, Partial<Review>, number, string]>([
    ['by comment', { sentAt: plannedAt - 1000 }, plannedAt, 'plan-changed'],
    ['by a click', { ...click(true), sentAt: plannedAt - 1 }, plannedAt, 'plan-changed'],
    ['in the same second, by a clock that counts seconds', { sentAt: plannedAt }, plannedAt + 999, 'applying'],
    ['afterwards', { sentAt: plannedAt + 1 }, plannedAt, 'applying'],
    ['at a time that is not known', {}, plannedAt, 'applying'],
    ['but the clock was turned back since', { sentAt: NOW }, NOW + 3_600_000, 'applying'],
    ['as a rejection', { verdict: 'reject', sentAt: plannedAt - 1000 }, plannedAt, 'rejected'],
  ])('%s', (_name, change, at, expected) => {
    const asked = { ...promotionIn('awaiting-approval'), plannedAt: at };
    expect(summary(decide(asked, { ...byBob, ...change }, asking(1)))).toBe(expected);
  });
});

describe('of two needed approvals', () => {
  const once = accept(promotionIn('awaiting-approval'), byBob, asking(2)).promotion;

  test('a second one by the same person is refused', () => {
    expect(summary(decide(once, byBob, asking(2)))).toBe('already-approved');
    expect(summary(decide(once, approve({ ...BOB, login: 'robert' }), asking(2)))).toBe('already-approved');
  });

  test('a second one by the same person replaces a lost one', () => {
    const lost = { ...once, lostApprovals: [{ by: BOB, code: 'role-too-low' }] } as const;
    const again = accept(lost, approve({ ...BOB, login: 'robert' }), asking(2)).promotion;
    expect(again.lostApprovals).toBeUndefined();
    expect(summary(decide(again, approve(CAROL), asking(2)))).toBe('applying');
  });

  test('one by a person replaces one by an App for them that counts under the old rules only', () => {
    const app = { id: 7, slug: 'deployer' };
    const viaApp = { ...byBob, via: { kind: 'comment', id: 1, issue: 7, app } } as const;
    const { environmentPolicy: before } = asking(2, { apps: ['deployer#7'] });
    const both = { ...asking(2), requestPolicy: before };
    const byApp = accept(promotionIn('awaiting-approval'), viaApp, both).promotion;
    expect(summary(decide(byApp, viaApp, both))).toBe('already-approved');
    const inPerson = accept(byApp, byBob, both).promotion;
    expect(summary(decide(inPerson, byBob, both))).toBe('already-approved');
    expect(summary(decide(inPerson, approve(CAROL), both))).toBe('applying');
  });

  test('one by another person starts it', () => {
    expect(summary(decide(once, approve(CAROL), asking(2)))).toBe('applying');
  });

  test('the same person may still reject', () => {
    expect(accept(once, no, asking(2)).promotion.state).toEqual({ kind: 'rejected', by: BOB, reason: 'not now' });
  });

  test('one for an earlier plan no longer counts, and may be given again', () => {
    const moved = replan(once, MOVED, asking(2)).promotion;
    expect(summary(decide(moved, approve(CAROL), asking(2)))).toBe('awaiting-approval');
    const again = accept(moved, byBob, asking(2)).promotion;
    expect(summary(decide(again, approve(CAROL), asking(2)))).toBe('applying');
  });
});

test('the approval that starts it fixes the tags, in the order of writing, with their baselines', () => {
  const decision = accept(promotionIn('awaiting-approval'), byBob);
  expect(decision.promotion.state).toEqual({ kind: 'applying', since: NOW, undoing: null });
  expect(decision.journal.map(({ tag, kind, baseline, target }) => [tag, kind, baseline, target])).toEqual([
    ['rollback-20261124-063312-black-friday', 'rollback', null, OLD],
    [KEPT, 'permanent', null, NEW],
    ['main', 'floating', OLD, NEW],
    ['latest', 'floating', OLD, NEW],
  ]);
  expect(effectsOf(decision)).toEqual(['apply-tag-plan', 'update-check-run', 'update-card']);
  expect(decision.audit.map(({ kind, actor: by }) => [kind, by?.login ?? null])).toEqual([
    ['reviewed', 'bob'],
    ['applying', null],
  ]);
  const [review] = decision.promotion.reviews;
  expect(decision.audit[1]?.details['subject']).toBe(review?.subject);
});

test('a first promotion has no rollback tag in its journal', () => {
  const first = examined({ production: production({ main: null, latest: null, [KEPT]: null }) });
  const { journal } = accept(accept(promotion(), first).promotion, byBob);
  expect(journal.map(({ tag, baseline }) => [tag, baseline])).toEqual([
    [KEPT, null],
    ['main', null],
    ['latest', null],
  ]);
});
