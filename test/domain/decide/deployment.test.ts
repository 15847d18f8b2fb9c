// Deployment statuses in and out of order, what follows promoted tags, and deployments by others.
import { describe, expect, test } from 'vitest';
import type { PromotionEvent } from '../../../src/domain/decide.ts';
import type { Promotion } from '../../../src/domain/promotion/promotion.ts';
import { CAROL, COMMIT, commit, environment, NEW, NOW, OLD } from '../build.ts';
import { accept, decide, effectsOf, EVENTS, promotionIn } from './build.ts';
import { context } from '../build.ts';

type Status = Extract<PromotionEvent, { kind: 'deployment-status' }>;
type Others = Extract<PromotionEvent, { kind: 'deployed-by-others' }>;

const SECOND = 1000;
const OTHER = commit('f'.repeat(40));
const SHOW = ['update-check-run', 'update-card'];

/** A status so many seconds after the tags stood. */
function status(word: Status['status'], seconds: number, url: string | null = null): Status {
  return { kind: 'deployment-status', status: word, since: NOW + seconds * SECOND, url, isCurrent: true };
}

function late(word: Status['status'], seconds: number): Status {
  return { ...status(word, seconds), isCurrent: false };
}

function others(change: Partial<Others['deployment']> = {}): Others {
  const deployment = { id: 900, environment: 'Production', commit: OTHER, digests: [], createdAt: NOW, ...change };
  return { kind: 'deployed-by-others', deployment, by: CAROL };
}

/** Where the statuses lead, in the order of their coming; those that change nothing are passed over. */
function after(events: readonly PromotionEvent[], from: Promotion = promotionIn('promoted')): Promotion {
  return events.reduce((promotion, event) => {
    const decision = decide(promotion, event, context());
    return decision.kind === 'accepted' ? decision.promotion : promotion;
  }, from);
}

describe('statuses', () => {
  test.each([
    ['started and succeeded', [status('deploying', 1), status('deployed', 2)], 'deployed', 2],
    ['succeeded, and the start comes late', [status('deployed', 2), status('deploying', 1)], 'deployed', 2],
    ['in one second, in order', [status('deploying', 1), status('deployed', 1)], 'deployed', 1],
    ['in one second, the end first', [status('deployed', 1), status('deploying', 1)], 'deployed', 1],
    ['failed, and deployed again', [status('deployment-failed', 1), status('deploying', 2)], 'deploying', 2],
    [
      'failed twice, and an old success comes late',
      [status('deployment-failed', 1), status('deployment-failed', 3), status('deployed', 2)],
      'deployment-failed',
      3,
    ],
    ['the same twice', [status('deployed', 1), status('deployed', 1)], 'deployed', 1],
  ])('%s', (_, events, state, seconds) => {
    expect(after(events).state).toEqual({ kind: state, at: NOW, since: NOW + seconds * SECOND, url: null });
  });

  test('a repeated status only changes the time, unless it links another page', () => {
    const deploying = after([status('deploying', 1)]);
    expect(accept(deploying, status('deploying', 2))).toMatchObject({ effects: [], audit: [] });
    const elsewhere = accept(deploying, status('deploying', 2, 'https://ci.example.com/7'));
    expect(elsewhere.effects.map(({ kind }) => kind)).toEqual(SHOW);
    expect(elsewhere.audit).toMatchObject([{ kind: 'deploying', details: { url: 'https://ci.example.com/7' } }]);
  });

  test('a failure notifies the requester, and so does a second one after another try', () => {
    const failed = accept(promotionIn('promoted'), status('deployment-failed', 1));
    expect(effectsOf(failed)).toEqual([...SHOW, 'notify-requester']);
    const again = after([status('deploying', 2)], failed.promotion);
    expect(effectsOf(accept(again, status('deployment-failed', 3)))).toContain('notify-requester');
    expect(effectsOf(accept(failed.promotion, status('deployment-failed', 3)))).not.toContain('notify-requester');
  });
});

describe('statuses that come after the next promotion', () => {
  test('results count and are shown, and nobody is mentioned', () => {
    const failed = accept(promotionIn('deployed'), late('deployment-failed', 1));
    expect([failed.promotion.state.kind, ...effectsOf(failed)]).toEqual(['deployment-failed', ...SHOW]);
    expect(failed.audit).toMatchObject([{ kind: 'deployment-failed' }]);
    expect(after([late('deployed', 2)], failed.promotion).state).toMatchObject({ kind: 'deployed' });
  });

  test('an older one changes nothing', () => {
    const known = after([status('deployment-failed', 3)]);
    expect(decide(known, late('deployed', 2), context()).kind).toBe('ignored');
  });

  test('a retry is not a result: the failure stays', () => {
    const failed = promotionIn('deployment-failed');
    expect(decide(failed, late('deploying', 1), context()).kind).toBe('ignored');
  });
});

describe('after the tags are written', () => {
  const applying = promotionIn('applying');

  test('the deployment is created before anything is shown', () => {
    expect(effectsOf(accept(applying, EVENTS.applied)).slice(0, 3)).toEqual(['create-deployment', ...SHOW]);
  });

  test.each([
    [
      'the policy wants none',
      applying,
      environment({ deployment: { create: false, reporters: [], environment: 'production' } }),
    ],
    [
      'the image proves no commit',
      { ...applying, images: applying.images.map((image) => ({ ...image, commit: null })) },
      environment(),
    ],
    [
      'only a kept tag was added',
      { ...applying, moves: applying.moves.filter(({ kind }) => kind === 'permanent') },
      environment(),
    ],
  ])('none is made where %s', (_, before, environmentPolicy) => {
    expect(effectsOf(accept(before, EVENTS.applied, context({ environmentPolicy })))).not.toContain(
      'create-deployment',
    );
  });

  test('a refusal by GitHub is recorded and shown, until something is deployed', () => {
    const refused = accept(promotionIn('promoted'), EVENTS['deployment-refused']);
    expect(refused.audit).toMatchObject([{ kind: 'deployment-refused' }]);
    expect(refused.effects.map(({ kind }) => kind)).toEqual(SHOW);
    expect(refused.promotion.notice).toMatchObject({ kind: 'no-deployment', at: NOW });
    const retried = accept(refused.promotion, EVENTS['deployment-retried']);
    expect(retried.promotion).toMatchObject({ notice: null, state: { kind: 'promoted' } });
    expect(effectsOf(retried)).toEqual(['create-deployment', ...SHOW]);
    expect(after([status('deploying', 1)], refused.promotion).notice).not.toBeNull();
    expect(after([status('deployed', 1)], refused.promotion).notice).toBeNull();
  });
});

describe('deployments by others', () => {
  const notice = { kind: 'other-deployment', environment: 'Production', commit: OTHER, by: 'carol', at: NOW };

  test('of another commit are recorded and shown', () => {
    const decision = accept(promotionIn('deployed'), others());
    expect(decision.promotion).toMatchObject({ state: { kind: 'deployed' }, notice });
    expect(decision.effects.map(({ kind }) => kind)).toEqual(SHOW);
    expect(decision.audit).toEqual([
      {
        kind: 'deployment-by-others',
        at: NOW,
        promotion: 12,
        actor: CAROL,
        details: { environment: 'Production', commit: OTHER, creator: 'carol', deployment: 900 },
      },
    ]);
  });

  test.each([
    ['of the commit that the tags hold', others({ commit: COMMIT })],
    ['of any commit, whose payload names the digest that the tags hold', others({ digests: [NEW] })],
    ['from before the tags stood', others({ createdAt: NOW - 60 * SECOND })],
  ])('%s are only recorded', (_, event) => {
    const decision = accept(promotionIn('promoted'), event);
    expect(decision).toMatchObject({ effects: [], audit: [{ kind: 'deployment-by-others' }] });
    expect(decision.promotion.notice).toBeNull();
  });

  test('of our commit, whose payload names another digest, are shown with it', () => {
    const { promotion: told } = accept(promotionIn('promoted'), others({ commit: COMMIT, digests: [OLD] }));
    expect(told.notice).toMatchObject({ kind: 'other-deployment', commit: COMMIT, digest: OLD });
  });

  test('are not compared if the image proves no commit', () => {
    const promoted = promotionIn('promoted');
    const images = promoted.images.map((image) => ({ ...image, commit: null }));
    expect(accept({ ...promoted, images }, others())).toMatchObject({ effects: [], promotion: { notice: null } });
  });

  test('are over once the promoted image is deployed again, by others or by a later status', () => {
    const told = accept(promotionIn('deployed'), others()).promotion;
    expect(after([others({ commit: COMMIT, createdAt: NOW + SECOND })], told).notice).toBeNull();
    expect(after([status('deploying', 1), status('deployed', 2)], told).notice).toBeNull();
    expect(after([others({ commit: COMMIT, createdAt: NOW - SECOND })], told).notice).toEqual(notice);
  });
});
