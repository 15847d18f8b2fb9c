// Every state with every event: the next state, the refusal, or nothing to do.
import { expect, test } from 'vitest';
import type { StateKind } from '../../../src/domain/promotion/promotion.ts';
import { context, must, NOW } from '../build.ts';
import { decide, EVENTS, promotionIn, summary, type EventName } from './build.ts';

const LATE = context({ now: NOW + 15 * 24 * 60 * 60 * 1000 });

/** In an end: internal news is too late, people are told what the state is. */
const END = {
  identified: '-',
  'examined well': '-',
  'examined badly': '-',
  'examination-failed': '-',
  approved: 'not-awaiting-approval',
  rejected: 'not-awaiting-approval',
  cancelled: 'cannot-cancel',
  rerequested: 'not-awaiting-approval',
  'production as planned': '-',
  'production moved': '-',
  'kept tag taken': '-',
  'production holds it': '-',
  'policy-changed': '-',
  'policy-broken': '-',
  'source went on': '-',
  'source as pinned': '-',
  'image-appeared': '-',
  'image-unreadable': '-',
  'deployment started': '-',
  'deployment succeeded': '-',
  'deployment failed': '-',
  'others deployed': '-',
  'deployment-refused': '-',
  'deployment-retried': '-',
  withdrawn: '-',
  overtaken: '-',
  applied: '-',
  'apply-stopped': '-',
  'apply-failed': '-',
  restored: '-',
  'time is up': '-',
} as const satisfies Record<EventName, string>;

/** The tags stand: the deployment may say how it goes, and what is wrong with it is told without a change of state. */
const STANDS = {
  ...END,
  'deployment started': 'deploying',
  'deployment succeeded': 'deployed',
  'deployment failed': 'deployment-failed',
} as const;

function staying(state: StateKind): Partial<Record<EventName, StateKind>> {
  return { 'others deployed': state, 'deployment-refused': state };
}

const NEXT: Record<StateKind, Record<EventName, string>> = {
  'waiting-for-image': {
    ...END,
    'image-appeared': 'examining',
    'image-unreadable': 'failed',
    cancelled: 'cancelled',
    withdrawn: 'cancelled',
    overtaken: 'superseded',
    'time is up': 'expired',
  },
  examining: {
    ...END,
    identified: 'examining',
    'examined well': 'awaiting-approval',
    'examined badly': 'checks-failed',
    'examination-failed': 'failed',
    cancelled: 'cancelled',
    withdrawn: 'cancelled',
    overtaken: 'superseded',
    'time is up': 'examining',
  },
  'awaiting-approval': {
    ...END,
    approved: 'applying',
    rejected: 'rejected',
    cancelled: 'cancelled',
    withdrawn: 'cancelled',
    'policy-changed': 'examining',
    'policy-broken': 'awaiting-approval',
    'source went on': 'awaiting-approval',
    rerequested: 'examining',
    'production moved': 'examining',
    'kept tag taken': 'checks-failed',
    'production holds it': 'superseded',
    overtaken: 'superseded',
    'time is up': 'expired',
  },
  scheduled: {
    ...END,
    rejected: 'rejected',
    cancelled: 'cancelled',
    withdrawn: 'cancelled',
    'policy-changed': 'examining',
    'policy-broken': 'scheduled',
    'production as planned': 'applying',
    'production moved': 'examining',
    'kept tag taken': 'checks-failed',
    'production holds it': 'superseded',
    overtaken: 'superseded',
    'time is up': 'scheduled',
  },
  applying: {
    ...END,
    'production as planned': 'applying',
    'production holds it': 'applying',
    'production moved': 'examining',
    'kept tag taken': 'checks-failed',
    applied: 'promoted',
    'apply-stopped': 'applying',
    'apply-failed': 'failed',
    'time is up': 'applying',
  },
  'checks-failed': { ...END, rerequested: 'examining' },
  failed: { ...END, restored: 'failed' },
  promoted: { ...STANDS, ...staying('promoted') },
  deploying: { ...STANDS, ...staying('deploying') },
  deployed: { ...STANDS, ...staying('deployed') },
  'deployment-failed': { ...STANDS, ...staying('deployment-failed') },
  rejected: END,
  cancelled: END,
  superseded: END,
  expired: END,
};

function isState(text: string): text is StateKind {
  return text in NEXT;
}

function isEvent(text: string): text is EventName {
  return text in EVENTS;
}

const PAIRS = Object.keys(NEXT)
  .filter(isState)
  .flatMap((state) =>
    Object.keys(EVENTS)
      .filter(isEvent)
      .map((event) => [state, event, NEXT[state][event]] as const),
  );

test('the table has every pair of a state and an event', () => {
  expect(PAIRS).toHaveLength(15 * 31);
  expect(new Set(Object.values(EVENTS).map(({ kind }) => kind)).size).toBe(23);
});

test.each(PAIRS)('%s, %s → %s', (state, event, next) => {
  const at = event === 'time is up' ? LATE : context();
  expect(summary(decide(promotionIn(state), must(EVENTS[event]), at))).toBe(next);
});
