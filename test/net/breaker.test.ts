import { describe, expect, test } from 'vitest';
import {
  admit,
  CLOSED,
  HeldBack,
  record,
  type Breaker,
  type RequestResult,
  type SentAs,
} from '../../src/net/breaker.ts';

const NOW = Date.UTC(2026, 10, 24, 9);
const UP: RequestResult = { kind: 'up' };
const DOWN: RequestResult = { kind: 'down', problem: 'HTTP 502' };

function after(
  breaker: Breaker,
  outcome: RequestResult,
  sent: { readonly at?: number; readonly as?: SentAs } = {},
): Breaker {
  const { at = NOW, as = 'usual' } = sent;
  return record(breaker, { as, outcome, now: at, random: 0 });
}

function failing(times: number, from: Breaker = CLOSED): Breaker {
  return times === 0 ? from : failing(times - 1, after(from, DOWN));
}

/** Asks at that time, and fails if it may: what is remembered then, and whether it was sent. */
function knock(breaker: Breaker, at: number): { readonly breaker: Breaker; readonly sent: boolean } {
  const admission = admit(breaker, at);
  if (admission.kind === 'held') return { breaker, sent: false };
  return { breaker: after(admission.breaker, DOWN, { at, as: admission.as }), sent: true };
}

describe('a closed breaker', () => {
  test('lets four failures in a row pass, and opens with the fifth', () => {
    expect(failing(4)).toEqual({ kind: 'closed', failuresInARow: 4 });
    expect(failing(5)).toMatchObject({ kind: 'open', since: NOW, problem: 'HTTP 502', heldUntil: NOW + 2000 });
  });

  test('counts failures in a row only', () => {
    expect(after(failing(4), UP)).toEqual(CLOSED);
    expect(failing(4, after(failing(4), UP)).kind).toBe('closed');
  });
});

describe('an open breaker', () => {
  const open = failing(5);

  test('holds requests back until its pause is over, and then sends one', () => {
    expect(admit(open, NOW + 1999)).toMatchObject({ kind: 'held', retryAt: NOW + 2000 });
    const probe = admit(open, NOW + 2000);
    expect(probe).toMatchObject({ kind: 'go', as: 'probe' });
    expect(admit(probe.breaker, NOW + 2001)).toMatchObject({ kind: 'held', retryAt: NOW + 32_001 });
  });

  test('closes with the first answer, be it of a request that was sent before it opened', () => {
    expect(after(open, UP, { as: 'probe' })).toEqual(CLOSED);
    expect(after(open, UP, { as: 'usual' })).toEqual(CLOSED);
  });

  test('learns nothing from failures of requests that were sent before it opened', () => {
    expect(after(open, DOWN, { at: NOW + 100 })).toBe(open);
  });

  test('doubles its pause with each probe that fails, up to half a minute', () => {
    const sentAt: number[] = [];
    let breaker: Breaker = open;
    for (let at = NOW; at < NOW + 150_000; at += 500) {
      const knocked = knock(breaker, at);
      if (knocked.sent) sentAt.push((at - NOW) / 1000);
      ({ breaker } = knocked);
    }
    expect(sentAt).toEqual([2, 6, 14, 30, 60, 90, 120]);
  });

  test('lengthens pauses randomly, never shortens them', () => {
    const late = record(failing(4), { as: 'usual', outcome: DOWN, now: NOW, random: 0.999 });
    expect(late).toMatchObject({ heldUntil: NOW + 2500 });
  });

  test('does not wait forever for a probe without a result', () => {
    const probe = admit(open, NOW + 2000);
    expect(admit(probe.breaker, NOW + 601_999).kind).toBe('held');
    expect(admit(probe.breaker, NOW + 602_000)).toMatchObject({ kind: 'go', as: 'probe' });
  });

  test('holds nothing back if the clock was set back since', () => {
    expect(admit(open, NOW - 3_600_000)).toMatchObject({ kind: 'go', as: 'probe' });
  });

  test('reports since when, why, and until when', () => {
    const held = admit(open, NOW + 500);
    if (held.kind !== 'held') throw new Error('it should have been held');
    expect(new HeldBack('ghcr.io', held)).toMatchObject({
      message: 'ghcr.io has failed since 09:00:00 UTC (HTTP 502), and is asked again at 09:00:02 UTC',
      retryAt: NOW + 2000,
    });
  });
});

test('in any ten minutes of an outage at most 27 requests are sent one after the other, then two a minute', () => {
  let breaker: Breaker = CLOSED;
  const sentAt: number[] = [];
  for (let at = NOW; at < NOW + 3_600_000; at += 100) {
    const knocked = knock(breaker, at);
    if (knocked.sent) sentAt.push(at - NOW);
    ({ breaker } = knocked);
  }
  expect(sentAt.filter((at) => at < 600_000)).toHaveLength(27);
  expect(sentAt.filter((at) => at >= 600_000)).toHaveLength(100);
});
