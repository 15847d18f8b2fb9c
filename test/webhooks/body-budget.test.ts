// Which body gets room, and which one gives way.
import { describe, expect, test } from 'vitest';
import { createBodyBudget, MAX_SMALL_BYTES, type BodyBudget, type BodyPart } from '../../src/webhooks/body-budget.ts';

type Body = BodyPart & { readonly isGivenUp: () => boolean };

function open(budget: BodyBudget): Body {
  let isGivenUp = false;
  const part = budget.open(() => {
    isGivenUp = true;
  });
  return { ...part, isGivenUp: () => isGivenUp };
}

function fill(budget: BodyBudget): readonly Body[] {
  return Array.from({ length: 64 }, () => {
    const body = open(budget);
    expect(body.take(MAX_SMALL_BYTES)).toBe(true);
    return body;
  });
}

describe('large bodies', () => {
  test('two are read at a time, whatever shows that they are large', () => {
    const budget = createBodyBudget();
    const bodies = [open(budget), open(budget), open(budget)];
    expect(bodies.map(({ take }) => take(MAX_SMALL_BYTES))).toEqual([true, true, true]);
    expect(bodies.map(({ take }) => take(1))).toEqual([true, true, false]);
    bodies[0]?.release();
    bodies[2]?.release();
    expect(open(budget).take(MAX_SMALL_BYTES + 1)).toBe(true);
  });

  test('take nothing from the small ones', () => {
    const budget = createBodyBudget();
    for (let count = 0; count < 2; count += 1) open(budget).take(25 * MAX_SMALL_BYTES);
    const bodies = fill(budget);
    expect(bodies.some(({ isGivenUp }) => isGivenUp())).toBe(false);
  });
});

describe('small bodies that fill the memory', () => {
  test('give way to the next one, the oldest first', () => {
    const budget = createBodyBudget();
    const bodies = fill(budget);
    const next = open(budget);
    expect(next.take(100)).toBe(true);
    expect(bodies.map(({ isGivenUp }) => isGivenUp())).toEqual(bodies.map((_body, at) => at === 0));
    expect(bodies[0]?.take(1)).toBe(false);
    bodies[0]?.release();
    expect(next.isGivenUp()).toBe(false);
  });

  test('stay once they have arrived and are being stored: then the next one is refused', () => {
    const budget = createBodyBudget();
    const bodies = fill(budget);
    for (const body of bodies) body.complete();
    expect(open(budget).take(100)).toBe(false);
    for (const body of bodies) body.release();
    expect(open(budget).take(100)).toBe(true);
  });
});
