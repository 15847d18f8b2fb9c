// What an examination makes of a promotion, and what a Re-run keeps.
import { describe, expect, test } from 'vitest';
import { decideRequest } from '../../../src/domain/decide.ts';
import { known, SOURCE_LABEL } from '../../../src/domain/image/image-facts.ts';
import {
  actor,
  ALICE,
  BOB,
  CAROL,
  COMMIT,
  context,
  environment,
  facts,
  FOREIGN,
  IMAGE,
  NEW,
  NOW,
  OLD,
} from '../build.ts';
import { failure } from '../problem.ts';
import { config, platform, production, promotion, ruleContext, unread } from '../build.ts';
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
  summary,
} from './build.ts';
import { decide as decideInDomain } from '../../../src/domain/decide.ts';

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
const smaller = facts({ platforms: [platform({ sizeBytes: known(1) }), platform({ platform: 'linux/arm64' })] });

describe('a rollback', () => {
  const held = { kind: 'held', promotion: 7, outcome: 'deployed', forced: false } as const;
  const left = { kind: 'unproven', because: 'left', promotion: 7, forced: false } as const;
  const rollback = { kind: 'rollback', source: { typed: 'P7', tag: null, target: held } } as const;

  test('that nobody has to approve starts at once, keeps the previous image, and writes no permanent tag', () => {
    const decision = accept(promotion(rollback), examined({}), NONE);
    expect(decision.promotion.state.kind).toBe('applying');
    expect(decision.journal.map(({ kind, tag, target }) => `${kind} ${tag} ${target === NEW}`)).toEqual([
      'rollback rollback-20261124-063312-black-friday false',
      'floating main true',
      'floating latest true',
    ]);
  });

  test('waits where the policy asks for an approval', () => {
    const rules = { role: 'write', approvals: { required: 1 } } as const;
    const asking = context({ policy: { ...ruleContext().policy, rollback: rules } });
    expect(summary(decide(promotion(rollback), examined({}), asking))).toBe('awaiting-approval');
  });

  test('is judged by its completeness alone', () => {
    const other = facts({
      ...smaller,
      lineage: known({ kind: 'no-revision' }),
      pastRollback: known({ kind: 'rolled-back', by: 9 }),
    });
    const decision = accept(promotion(rollback), examined({ facts: other }), NONE);
    expect(decision.promotion.findings.map(({ rule, outcome }) => `${rule} ${outcome}`)).toEqual(['completeness pass']);
  });

  test('to an unproven target is also judged by its source, and needs the approvals of the environment', () => {
    const nothing = platform({ config: known(config({ labels: {} })) });
    const event = { ...examined({ facts: facts({ platforms: [nothing] }) }), target: left };
    const { promotion: asked } = accept(promotion(rollback), event, context());
    expect(asked.state.kind).toBe('awaiting-approval');
    expect(asked.source.target).toEqual(left);
    const outcomes = asked.findings.map(({ rule, outcome }) => `${rule} ${outcome}`);
    expect(outcomes).toEqual(['completeness pass', 'source warn']);
    const foreign = platform({ config: known(config({ labels: { [SOURCE_LABEL]: 'https://github.com/evil/app' } })) });
    const other = { ...event, ...examined({ facts: facts({ platforms: [foreign] }) }) };
    expect(summary(decide(promotion(rollback), other, context()))).toBe('checks-failed');
  });

  test('whose target is no longer proven at the release is examined again', () => {
    const decision = decide(promotion(rollback), examined({}), { ...NONE, isTargetHeld: false });
    expect(summary(decision)).toBe('examining');
  });

  test('to an image with a missing part fails its checks', () => {
    const broken = facts({ missingParts: known([{ part: 'layer', digest: OLD, platform: 'linux/amd64' }]) });
    expect(summary(decide(promotion(rollback), examined({ facts: broken }), NONE))).toBe('checks-failed');
  });
});

test('a request is examined, expires after 14 days, and is recorded', () => {
  const requested = decideRequest(promotion({ createdAt: NOW }));
  expect(requested.promotion).toEqual(promotion({ createdAt: NOW }));
  expect(requested.effects).toEqual([
    { kind: 'collect-facts', promotionId: 'promotion-12' },
    { kind: 'expire-promotion', promotionId: 'promotion-12', at: NOW + 14 * 24 * 60 * 60 * 1000 },
  ]);
  expect(requested.audit).toEqual([
    {
      kind: 'requested',
      at: NOW,
      promotion: 12,
      actor: ALICE,
      details: {
        kind: 'promotion',
        environment: 'production',
        reason: 'Black Friday',
        force: false,
        version: null,
        source: 'staging-abc1234',
        tag: 'staging-abc1234',
        images: [`${IMAGE}@${NEW}`],
      },
    },
  ]);
});

test('the commit is known before the findings: the check run can be opened', () => {
  const { promotion: after, effects, audit } = accept(promotion(), EVENTS.identified);
  expect(after.images).toMatchObject([{ commit: COMMIT, platforms: ['linux/amd64', 'linux/arm64'] }]);
  expect(effects).toEqual([{ kind: 'update-check-run', promotionId: 'promotion-12' }]);
  expect(audit).toEqual([]);
});

test('an examined promotion has findings, a plan, and whether others can approve', () => {
  const { promotion: after, audit, journal } = accept(promotion(), EVENTS['examined well']);
  expect(after).toMatchObject({
    state: { kind: 'awaiting-approval' },
    images: [{ commit: COMMIT, commitTag: 'staging-abc1234', platforms: ['linux/amd64', 'linux/arm64'] }],
    baseline: [
      { tag: 'main', digest: OLD },
      { tag: 'latest', digest: OLD },
    ],
    moves: [{ kind: 'rollback' }, { kind: 'permanent', tag: KEPT }, { tag: 'main' }, { tag: 'latest' }],
    policyBlob: 'none',
    otherReviewers: 'some',
    notice: null,
    updatedAt: NOW,
  });
  expect(audit).toMatchObject([{ kind: 'examined', actor: null, details: { state: 'awaiting-approval', voided: [] } }]);
  expect(journal).toEqual([]);
});

test('the baseline is in the order of the policy, whatever the order of reading', () => {
  const read = accept(promotion(), examined({ production: BEFORE.toReversed() })).promotion;
  expect(read.baseline).toEqual(promotionIn('awaiting-approval').baseline);
});

test('a kept tag that holds another digest rejects, with both digests', () => {
  const taken = examined({ production: production({ main: OLD, latest: OLD, [KEPT]: FOREIGN }) });
  const { promotion: after } = accept(promotion(), taken);
  expect(after.state).toEqual({ kind: 'checks-failed' });
  expect(after.findings.at(-1)).toMatchObject({
    rule: 'permanent-tag',
    outcome: 'fail',
    final: true,
    seen: { code: 'permanent-tag-taken', tag: KEPT, holds: FOREIGN, wanted: NEW },
  });
});

test('if production holds the digest by then, there is nothing to promote', () => {
  const held = examined({ production: production({ main: NEW, latest: NEW }) });
  expect(accept(promotion(), held).promotion.state).toEqual({ kind: 'superseded', by: { kind: 'production' } });
});

test('a promotion with failed checks starts nothing, even if no approval is needed', () => {
  const { promotion: after, journal, effects } = accept(promotion(), EVENTS['examined badly'], NONE);
  expect(after.state).toEqual({ kind: 'checks-failed' });
  expect(journal).toEqual([]);
  expect(effects.map(({ kind }) => kind)).toEqual(['update-check-run', 'update-card']);
});

test('if no approval is needed, it starts at once or waits for the environment', () => {
  expect(summary(decide(promotion(), EVENTS['examined well'], NONE))).toBe('applying');
  expect(summary(decide(promotion(), EVENTS['examined well'], { ...NONE, environmentBusy: true }))).toBe('scheduled');
});

test('a final failure of the examination notifies the requester', () => {
  const decision = accept(promotion(), EVENTS['examination-failed']);
  expect(decision.promotion.state).toEqual({
    kind: 'failed',
    failure: failure(),
  });
  expect(effectsOf(decision)).toEqual(['update-check-run', 'update-card', 'notify-requester']);
});

test('an edit of the policy file between request and first examination voids nothing', () => {
  const edited = context({ policy: { ...ruleContext().policy, blob: 'a1b2c3' } });
  expect(accept(promotion(), examined({}), edited).promotion).toMatchObject({ policyBlob: 'a1b2c3', notice: null });
});

describe('a Re-run', () => {
  const asking = accept(promotion(), EVENTS['examined well'], TWO).promotion;
  const approvedByBob = accept(asking, approve(BOB), TWO).promotion;
  const rerun = accept(approvedByBob, EVENTS.rerequested, TWO).promotion;

  test('examines again: the check run stays completed', () => {
    const decision = accept(approvedByBob, EVENTS.rerequested, TWO);
    expect(decision.promotion.state).toEqual({ kind: 'examining', again: true });
    expect(effectsOf(decision)).toEqual(['collect-facts', 'update-check-run', 'update-card']);
    expect(decision.audit).toMatchObject([{ kind: 're-run', actor: BOB }]);
  });

  test('with the same outcomes keeps the reviews, even if values differ', () => {
    const seen = facts({
      platforms: [platform({ sizeBytes: known(400_000_000) }), platform({ platform: 'linux/arm64' })],
    });
    const { promotion: after, audit } = accept(rerun, examined({ facts: seen }), TWO);
    expect(after.notice).toBeNull();
    expect(audit).toMatchObject([{ kind: 'examined', details: { voided: [] } }]);
    expect(accept(after, approve(CAROL), TWO).promotion.state.kind).toBe('applying');
  });

  test('with other outcomes voids the reviews, and says that outcomes changed', () => {
    const { promotion: after, audit } = accept(rerun, examined({ facts: smaller }), TWO);
    expect(after.state).toEqual({ kind: 'awaiting-approval' });
    expect(after.notice).toEqual({ kind: 'outcomes-changed' });
    expect(audit).toMatchObject([{ kind: 'examined', details: { voided: ['bob'] } }]);
    expect(accept(after, approve(CAROL), TWO).promotion.state.kind).toBe('awaiting-approval');
  });

  test('that finds production moved reports that', () => {
    const { promotion: after } = accept(rerun, examined({ production: MOVED }), TWO);
    expect(after.notice).toMatchObject({
      kind: 'production-moved',
      tags: [{ tag: 'main', from: OLD, to: FOREIGN }, {}],
    });
  });

  test('with other outcomes has nothing to explain if nobody had approved', () => {
    const again = accept(promotionIn('awaiting-approval'), EVENTS.rerequested).promotion;
    expect(accept(again, examined({ facts: smaller })).promotion.notice).toBeNull();
  });

  test('whose notice is answered by a new approval drops it', () => {
    const told = accept(rerun, examined({ facts: smaller }), TWO).promotion;
    expect(accept(told, approve(CAROL), TWO).promotion.notice).toEqual({ kind: 'outcomes-changed' });
    expect(accept(told, approve(BOB), TWO).promotion.notice).toBeNull();
  });

  test('that brings the old outcomes back makes the old review count again', () => {
    const told = accept(rerun, examined({ facts: smaller }), TWO).promotion;
    const back = accept(accept(told, EVENTS.rerequested, TWO).promotion, examined({}), TWO).promotion;
    expect(back.notice).toBeNull();
    expect(accept(back, approve(CAROL), TWO).promotion.state.kind).toBe('applying');
  });

  const edited = { ...TWO, policy: { ...ruleContext({ command: 'warn' }).policy, blob: 'a1b2c3' } };

  test('under edited rules voids the reviews', () => {
    const { promotion: after } = accept(rerun, examined({}), edited);
    expect(after).toMatchObject({ policyBlob: 'a1b2c3', notice: { kind: 'policy-changed' } });
    expect(accept(after, approve(CAROL), edited).promotion.state.kind).toBe('awaiting-approval');
  });

  test('under another policy file with the same rules keeps the reviews', () => {
    const { policy } = ruleContext();
    const other = { ...TWO, policy: { ...policy, blob: 'a1b2c3' } };
    const { promotion: after } = accept(rerun, examined({}), other);
    expect(after).toMatchObject({ policyBlob: 'a1b2c3', notice: null });
    expect(accept(after, approve(CAROL), other).promotion.state.kind).toBe('applying');
  });

  test('because the policy of the plan is no longer readable voids the reviews, whatever the outcomes', () => {
    const unreadable = { ...TWO, environmentPolicy: null };
    const again = decideInDomain(approvedByBob, { kind: 'policy-changed', change: null }, unreadable);
    if (again.kind !== 'accepted') throw new Error(again.kind);
    expect(again.audit).toMatchObject([
      { kind: 'policy-changed', details: { before: 'none', readable: false, voided: ['bob'] } },
    ]);
    const after = accept(again.promotion, examined({}), TWO).promotion;
    expect(after).toMatchObject({ state: { kind: 'awaiting-approval' }, notice: { kind: 'policy-changed' } });
    expect(accept(after, approve(CAROL), TWO).promotion.state.kind).toBe('awaiting-approval');
    expect(accept(accept(after, approve(CAROL), TWO).promotion, approve(BOB), TWO).promotion.state.kind).toBe(
      'applying',
    );
  });

  test('under edited rules shows that, even if nobody had approved, until it is approved', () => {
    const again = accept(asking, { kind: 'policy-changed', change: null }, TWO).promotion;
    const { promotion: after } = accept(again, examined({}), edited);
    expect(after).toMatchObject({ state: { kind: 'awaiting-approval' }, notice: { kind: 'policy-changed' } });
    const half = accept(after, approve(BOB), edited).promotion;
    expect(half.notice).toEqual({ kind: 'policy-changed' });
    expect(accept(half, approve(CAROL), edited).promotion).toMatchObject({
      state: { kind: 'applying' },
      notice: null,
    });
  });

  test('of a rejected promotion examines again, and its time starts to run again', () => {
    const rejected = accept(promotion(), examined({ facts: facts({ missingParts: unread('HTTP 502') }) })).promotion;
    const late = context({ now: NOW + 20 * 24 * 60 * 60 * 1000 });
    const decision = accept(rejected, EVENTS.rerequested, late);
    expect(decision.promotion.state).toEqual({ kind: 'examining', again: true });
    expect(decision.effects.at(-1)).toEqual({
      kind: 'expire-promotion',
      promotionId: 'promotion-12',
      at: NOW + 21 * 24 * 60 * 60 * 1000,
    });
    expect(accept(decision.promotion, EVENTS['examined well'], late).promotion.state.kind).toBe('awaiting-approval');
  });

  test.each([
    ['a bot', actor(BOB, 'admin', 'bot'), 'bot-not-permitted'],
    ['somebody who may read', actor(BOB, 'read'), 'not-permitted'],
    ['somebody who may triage', actor(BOB, 'triage'), 'not-permitted'],
    ['the requester', actor(ALICE), 'examining'],
  ])('requested by %s: %s', (_name, by, expected) => {
    expect(summary(decide(promotionIn('awaiting-approval'), { kind: 'rerequested', by }, context()))).toBe(expected);
  });
});
