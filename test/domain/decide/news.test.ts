// News from outside: production moved, a newer promotion, how the writing ended, time.
import { describe, expect, test } from 'vitest';
import { APPROVAL_EXPIRES_AFTER_MS } from '../../../src/domain/decide.ts';
import type { StateKind } from '../../../src/domain/promotion/promotion.ts';
import { actor, ALICE, BOB, CAROL, context, environment, FOREIGN, IMAGE, NEW, NOW, OLD } from '../build.ts';
import { DENIED, failure } from '../problem.ts';
import { production, promotion, tag } from '../build.ts';
import {
  decide,
  accept,
  approve,
  BEFORE,
  effectsOf,
  EVENTS,
  examined,
  KEPT,
  MOVED,
  promotionIn,
  replan,
  summary,
} from './build.ts';

const TWO = context({
  environmentPolicy: environment({
    approvals: { required: 2, role: 'write', users: [], selfApproval: false, apps: [], contributors: 'warn' },
  }),
});
const NONE = context({
  environmentPolicy: environment({
    approvals: { required: 0, role: 'write', users: [], selfApproval: false, apps: [], contributors: 'warn' },
  }),
});
const DAY_MS = 24 * 60 * 60 * 1000;
const revisit = { kind: 'revisit-environment', repoId: 77, environment: 'production' };

describe('production was read', () => {
  test('and moved: the image is compared with what is there now', () => {
    const decision = accept(promotionIn('awaiting-approval'), EVENTS['production moved']);
    expect(decision.promotion.state).toEqual({ kind: 'examining', again: true });
    expect(decision.audit).toMatchObject([{ kind: 'replanned', details: { state: 'examining', voided: [] } }]);
    expect(effectsOf(decision)).toEqual(['collect-facts', 'update-check-run', 'update-card']);
  });

  test('and its image was compared with what was there before: it is compared again, though no tag moved', () => {
    const old = { kind: 'production-read', production: BEFORE, isComparisonOld: true } as const;
    for (const state of ['awaiting-approval', 'scheduled'] as const) {
      const decision = accept(promotionIn(state), old);
      expect(decision.promotion.state).toEqual({ kind: 'examining', again: true });
      expect(effectsOf(decision)).toContain('collect-facts');
    }
  });

  test('and moved: then the moves are re-planned, and the card asks again with the reason', () => {
    const approved = accept(promotionIn('awaiting-approval'), approve(BOB), TWO).promotion;
    const decision = replan(approved, MOVED, TWO);
    expect(decision.promotion).toMatchObject({
      state: { kind: 'awaiting-approval' },
      baseline: [
        { tag: 'main', digest: FOREIGN },
        { tag: 'latest', digest: FOREIGN },
      ],
      moves: [{ kind: 'rollback', digest: FOREIGN }, {}, { baseline: FOREIGN }, { baseline: FOREIGN }],
      notice: {
        kind: 'production-moved',
        tags: [
          { tag: 'main', from: OLD, to: FOREIGN },
          { tag: 'latest', from: OLD, to: FOREIGN },
        ],
      },
    });
    expect(decision.audit).toMatchObject([{ kind: 'examined', details: { voided: ['bob'] } }]);
    expect(decision.effects.map(({ kind }) => kind)).toEqual(['update-check-run', 'update-card', 'reply']);
  });

  test('and moved when nobody had approved: there is nothing to explain', () => {
    const decision = replan(promotionIn('awaiting-approval'), MOVED);
    expect(decision.promotion.notice).toBeNull();
    expect(decision.audit).toMatchObject([{ details: { voided: [] } }]);
  });

  test('and a rollback to what was held is re-planned at once: nothing of it is compared', () => {
    const before = promotionIn('awaiting-approval');
    const target = { kind: 'held', promotion: 7, outcome: 'deployed', forced: false } as const;
    const rollback = { ...before, kind: 'rollback', source: { ...before.source, target } } as const;
    const decision = accept(rollback, EVENTS['production moved'], TWO);
    expect(decision.promotion).toMatchObject({
      state: { kind: 'awaiting-approval' },
      baseline: [{ digest: FOREIGN }, { digest: FOREIGN }],
    });
    expect(decision.audit).toMatchObject([{ kind: 'replanned', details: { state: 'awaiting-approval' } }]);
  });

  test('and came back to what it was: the approvals count again', () => {
    const planned = accept(promotion(), examined({}), TWO).promotion;
    const approved = accept(planned, approve(BOB), TWO).promotion;
    const back = replan(replan(approved, MOVED, TWO).promotion, BEFORE, TWO).promotion;
    expect(back.notice).toBeNull();
    expect(summary(decide(back, approve(CAROL), TWO))).toBe('applying');
  });

  test('and a tag that was not read is not moved', () => {
    const some = { kind: 'production-read', production: production({ main: OLD }) } as const;
    expect(summary(decide(promotionIn('awaiting-approval'), some, context()))).toBe('-');
  });

  test('and a floating tag vanished: it moved', () => {
    const gone = production({ main: OLD, latest: null, [KEPT]: null });
    expect(replan(promotionIn('awaiting-approval'), gone).promotion.moves.at(-1)).toMatchObject({ baseline: null });
  });

  test('and the kept tag was written by somebody with this very digest: it is not written again, and the card asks again', () => {
    const approved = accept(promotionIn('awaiting-approval'), approve(BOB), TWO).promotion;
    const kept = { kind: 'production-read', production: production({ main: OLD, latest: OLD, [KEPT]: NEW }) } as const;
    const { promotion: after } = accept(approved, kept, TWO);
    expect(after.moves.map(({ kind }) => kind)).toEqual(['rollback', 'floating', 'floating']);
    expect(after.notice).toEqual({
      kind: 'production-moved',
      tags: [{ repository: IMAGE, tag: KEPT, from: null, to: NEW }],
    });
  });

  test('while it waits for the environment that is still taken: nothing changes', () => {
    const busy = context({ environmentBusy: true });
    expect(summary(decide(promotionIn('scheduled'), EVENTS['production as planned'], busy))).toBe('-');
    expect(summary(decide(promotionIn('scheduled'), EVENTS['production moved'], busy))).toBe('examining');
  });

  test('while it waits for the environment, and the kept tag alone was taken: it is rejected', () => {
    const taken = {
      kind: 'production-read',
      production: production({ main: OLD, latest: OLD, [KEPT]: FOREIGN }),
    } as const;
    expect(summary(decide(promotionIn('scheduled'), taken, context()))).toBe('checks-failed');
  });

  test('when it was to be written, with a foreign digest: it asks again, and the environment is free', () => {
    const decision = accept(promotionIn('applying'), EVENTS['production moved']);
    expect(decision.effects.at(-1)).toEqual(revisit);
    expect(decision.journal).toEqual([]);
    expect(replan(promotionIn('applying'), MOVED).promotion).toMatchObject({
      state: { kind: 'awaiting-approval' },
      notice: { kind: 'production-moved' },
    });
  });

  test.each([
    ['a tag holds our own digest', production({ main: NEW, latest: OLD, [KEPT]: NEW })],
    ['the foreign digest is gone again', BEFORE],
  ])('when it was to be written, and %s: writing continues', (_name, read) => {
    const before = promotionIn('applying');
    expect(decide(before, { kind: 'production-read', production: read }, context())).toEqual({
      kind: 'accepted',
      promotion: before,
      effects: [{ kind: 'apply-tag-plan', promotionId: 'promotion-12' }],
      audit: [],
      journal: [],
    });
  });

  test('when it was to be written, and no approval is needed: it starts on the new plan', () => {
    const applying = accept(promotion(), examined({}), NONE).promotion;
    const decision = replan(applying, MOVED, NONE);
    expect(decision.promotion.state).toEqual({ kind: 'applying', since: NOW, undoing: null });
    expect(decision.journal.filter(({ kind }) => kind === 'floating').map(({ baseline }) => baseline)).toEqual([
      FOREIGN,
      FOREIGN,
    ]);
    expect(effectsOf(decision)).toEqual(['apply-tag-plan', 'update-check-run', 'update-card']);
  });
});

describe('the queue key', () => {
  const leaving: readonly (readonly [keyof typeof EVENTS, string])[] = [
    ['applied', 'promoted'],
    ['apply-failed', 'failed'],
    ['production moved', 'examining'],
    ['kept tag taken', 'checks-failed'],
  ];

  test.each(leaving)('%s → %s frees it, and waiting promotions are revisited', (event, state) => {
    const decision = accept(promotionIn('applying'), EVENTS[event]);
    expect(decision.promotion.state.kind).toBe(state);
    expect(decision.effects.filter(({ kind }) => kind === 'revisit-environment')).toEqual([revisit]);
  });

  const elsewhere: readonly (readonly [StateKind, keyof typeof EVENTS])[] = [
    ['awaiting-approval', 'cancelled'],
    ['awaiting-approval', 'production moved'],
    ['scheduled', 'cancelled'],
    ['examining', 'examination-failed'],
  ];

  test.each(elsewhere)('%s, %s does not change it', (state, event) => {
    expect(effectsOf(accept(promotionIn(state), EVENTS[event]))).not.toContain('revisit-environment');
  });
});

describe('a newer promotion reached production', () => {
  test.each(['examining', 'awaiting-approval', 'scheduled'] as const)('an older one in %s is superseded', (state) => {
    const { promotion: after, audit } = accept(promotionIn(state), EVENTS.overtaken);
    expect(after.state).toEqual({ kind: 'superseded', by: { kind: 'promotion', number: 13 } });
    expect(audit).toMatchObject([{ kind: 'superseded', details: { by: 13 } }]);
  });

  test.each([11, 12])('P%i supersedes nothing of P12', (by) => {
    expect(summary(decide(promotionIn('awaiting-approval'), { kind: 'overtaken', by }, context()))).toBe('-');
  });
});

describe('writing ended', () => {
  test('well: promoted, with each tag recorded', () => {
    const { promotion: after, audit } = accept(promotionIn('applying'), EVENTS.applied);
    expect(after.state).toEqual({ kind: 'promoted', at: NOW });
    expect(audit).toMatchObject([
      {
        kind: 'promoted',
        details: { tags: [{ repository: IMAGE, tag: 'main', kind: 'floating', from: OLD, holds: NEW }] },
      },
    ]);
  });

  const failures = [
    ['untouched', ['update-check-run', 'update-card', 'notify-requester', 'revisit-environment']],
    ['restored', ['update-check-run', 'update-card', 'notify-requester', 'revisit-environment']],
    ['mixed', ['update-check-run', 'update-card', 'notify-requester', 'restore-production', 'revisit-environment']],
  ] as const;

  test.each(failures)('badly, production %s: %s', (state, effects) => {
    const failed = failure({ production: state });
    const decision = accept(promotionIn('applying'), { kind: 'apply-failed', failure: failed, undoAgain: true });
    expect(decision.promotion.state).toEqual({ kind: 'failed', failure: failed });
    expect(effectsOf(decision)).toEqual(effects);
  });

  test('badly, production mixed, by a tag that can’t be removed: the undo is not retried', () => {
    const mixed = failure({ production: 'mixed' });
    const decision = accept(promotionIn('applying'), { kind: 'apply-failed', failure: mixed, undoAgain: false });
    expect(effectsOf(decision)).not.toContain('restore-production');
  });

  test('half-way: the decision to undo is final', () => {
    const { problem } = EVENTS['apply-stopped'];
    const stopped = accept(promotionIn('applying'), EVENTS['apply-stopped']);
    expect(stopped.promotion.state).toEqual({ kind: 'applying', since: NOW, undoing: problem });
    expect(stopped.audit).toMatchObject([{ kind: 'undoing', details: { problem } }]);
    const next = (name: keyof typeof EVENTS): string => summary(decide(stopped.promotion, EVENTS[name], context()));
    expect(next('apply-stopped')).toBe('-');
    expect(next('applied')).toBe('-');
    expect(next('production moved')).toBe('-');
    expect(next('cancelled')).toBe('cannot-cancel');
    expect(next('apply-failed')).toBe('failed');
  });

  test('badly, and production was restored later: reported once, and waiting promotions are revisited', () => {
    const decision = accept(promotionIn('failed'), EVENTS.restored);
    expect(decision.promotion.state).toMatchObject({
      kind: 'failed',
      failure: { problem: { error: DENIED }, production: 'restored', tags: [{ holds: OLD }] },
    });
    expect(effectsOf(decision)).toEqual(['update-check-run', 'update-card', 'revisit-environment']);
    expect(decision.audit).toMatchObject([{ kind: 'restored' }]);
    expect(summary(decide(decision.promotion, EVENTS.restored, context()))).toBe('-');
  });
});

describe('time passed', () => {
  const due = promotion().createdAt + APPROVAL_EXPIRES_AFTER_MS;

  test('a millisecond short of 14 days, it still waits', () => {
    expect(summary(decide(promotionIn('awaiting-approval'), EVENTS['time is up'], context({ now: due - 1 })))).toBe(
      '-',
    );
  });

  test('at 14 days it expires', () => {
    expect(summary(decide(promotionIn('awaiting-approval'), EVENTS['time is up'], context({ now: due })))).toBe(
      'expired',
    );
  });

  test.each(['examining', 'scheduled', 'applying'] as const)('%s is checked again a day later', (state) => {
    const before = promotionIn(state);
    expect(decide(before, EVENTS['time is up'], context({ now: due }))).toEqual({
      kind: 'accepted',
      promotion: before,
      effects: [{ kind: 'expire-promotion', promotionId: 'promotion-12', at: due + DAY_MS }],
      audit: [],
      journal: [],
    });
  });
});

describe('a cancellation', () => {
  test.each([
    ['by the requester', actor(ALICE), 'cancelled'],
    ['by another with write', actor(BOB), 'cancelled'],
    ['by somebody who may read', actor(BOB, 'read'), 'not-permitted'],
    ['by a bot', actor(BOB, 'admin', 'bot'), 'bot-not-permitted'],
  ])('%s: %s', (_name, by, expected) => {
    expect(summary(decide(promotionIn('awaiting-approval'), { kind: 'cancelled', by }, context()))).toBe(expected);
  });

  test('of one that waits for the environment shows who did it', () => {
    const { promotion: after, audit } = accept(promotionIn('scheduled'), EVENTS.cancelled);
    expect(after.state).toEqual({ kind: 'cancelled', by: ALICE, because: 'person' });
    expect(audit).toMatchObject([{ kind: 'cancelled', actor: ALICE }]);
  });
});

test('the plan uses the latest read', () => {
  const moved = replan(promotionIn('awaiting-approval'), MOVED).promotion;
  expect(moved.baseline.map(({ digest }) => digest)).toEqual([FOREIGN, FOREIGN]);
  const back = replan(moved, BEFORE).promotion;
  expect(back.baseline).toEqual(promotionIn('awaiting-approval').baseline);
  expect(back.baseline.map((held) => held.tag)).toEqual([tag('main'), tag('latest')]);
});
