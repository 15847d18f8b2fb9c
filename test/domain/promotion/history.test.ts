// What an environment held, written as a line of letters: `A B C <B` is three promotions and a rollback to B.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  defaultRollbackTarget,
  defaultTargets,
  leftByRollback,
  mayRollBackTo,
  newestOfEach,
  promotionOf,
  pastRollbackOf,
  wasHeldBeforeHistory,
  type History,
  type Holding,
} from '../../../src/domain/promotion/history.ts';
import { parseDigest, type Digest } from '../../../src/domain/image/reference.ts';

const digestOf = (letter: string): Digest => {
  const digest = parseDigest(`sha256:${letter.toLowerCase().repeat(64)}`);
  if (digest === null) throw new Error(`${letter} is no hex digit`);
  return digest;
};
const letterOf = (digest: Digest | null): string => digest?.slice(-1).toUpperCase() ?? 'none';
const holdingOf = (step: string, index: number): Holding => ({
  digest: digestOf(step.slice(-1)),
  promotion: index + 1,
  at: index * 1000,
  by: { id: 1, login: 'ada' },
  kind: step.startsWith('<') ? 'rollback' : 'promotion',
  tags: [],
});
const historyOf = (line: string): History => (line === '' ? [] : line.split(' ').map(holdingOf));

describe('the default target of a rollback', () => {
  test.each([
    ['the one before the current', 'A B C', 'C', 'B'],
    ['a second rollback goes on to the one before', 'A B C <B', 'B', 'A'],
    ['a third finds nothing that was not left', 'A B C <B <A', 'A', 'none'],
    ['after a rollback that named an older one, the one it passed over', 'A B C <A', 'A', 'B'],
    ['a digest promoted after a rollback goes back to what the rollback chose', 'A B C <B D', 'D', 'B'],
    ['a left digest that was promoted again stays left', 'A B C <B C D', 'D', 'B'],
    ['while a left digest is held again, the one before it', 'A B C <B C', 'C', 'B'],
    ['a digest promoted twice in a row is one digest', 'A B B', 'B', 'A'],
    ['a digest that comes back is counted from its last time', 'A B A', 'A', 'B'],
    ['moved by hand to an unknown digest, the last that was promoted', 'A B', 'F', 'B'],
    ['moved by hand after a rollback, what the rollback chose', 'A B <A', 'F', 'A'],
    ['moved by hand to the first of its history, nothing: what followed may be why', 'A B C', 'A', 'none'],
    ['moved by hand to an older digest, the one before that', 'A B C', 'B', 'A'],
    ['moved by hand, then a rollback to the last that was promoted: it is not left by that', 'A B <B C', 'C', 'B'],
    ['no tag any more, the last that was promoted', 'A B', null, 'B'],
    ['only one, and it is held', 'A', 'A', 'none'],
    ['only one, and it is not held any more', 'A', 'F', 'A'],
    ['no history', '', 'A', 'none'],
    ['no history and no tag', '', null, 'none'],
  ])('%s: %s, now %s → %s', (_, line, current, wanted) => {
    const target = defaultRollbackTarget({
      history: historyOf(line),
      current: current === null ? null : digestOf(current),
    });
    expect(letterOf(target)).toBe(wanted);
  });

  test('is never the current one, never one that a rollback left, and always one that history proves', () => {
    const steps = fc.array(fc.constantFrom('A', 'B', 'C', 'D', '<A', '<B', '<C', '<D'), { maxLength: 12 });
    fc.assert(
      fc.property(steps, fc.constantFrom('A', 'B', 'C', 'D', 'F'), (line, now) => {
        const history = historyOf(line.join(' '));
        const current = digestOf(now);
        const target = defaultRollbackTarget({ history, current });
        if (target === null) return;
        expect(target).not.toBe(current);
        expect(leftByRollback(history).has(target)).toBe(false);
        expect(mayRollBackTo({ history, digest: target })).toBe(true);
      }),
    );
  });

  test('asked again and again, rollbacks walk back through every promotion once', () => {
    const walked: string[] = [];
    let line = 'A B C D';
    let now = 'D';
    while (now !== 'none' && walked.length < 10) {
      now = letterOf(defaultRollbackTarget({ history: historyOf(line), current: digestOf(now) }));
      walked.push(now);
      line += ` <${now}`;
    }
    expect(walked).toEqual(['C', 'B', 'A', 'none']);
  });
});

describe('what rollbacks left', () => {
  test.each([
    ['nothing without a rollback', 'A B C', []],
    ['what was held just before', 'A B C <B', ['C']],
    ['each of several', 'A B C <B <A', ['C', 'B']],
    ['not what a rollback goes back to once more, after a change by hand', 'A B <B', []],
    ['nothing by a rollback that is the first we know of', '<A B', []],
    ['still, after it was promoted again', 'A B <A B C', ['B']],
  ])('%s: %s', (_, line, left) => {
    expect([...leftByRollback(historyOf(line))].map(letterOf)).toEqual(left);
  });
});

describe('a digest may be gone back to', () => {
  test.each([
    ['when it was held', 'A B C', 'A', true],
    ['when a rollback left it: somebody named it', 'A B <A', 'B', true],
    ['not when it was never held', 'A B C', 'F', false],
    ['not without history', '', 'A', false],
  ])('%s: %s, %s', (_, line, letter, allowed) => {
    expect(mayRollBackTo({ history: historyOf(line), digest: digestOf(letter) })).toBe(allowed);
  });
});

test.each([
  ['no rollback', 'A B C', 'C', null],
  ['the rollback that left it', 'A B C <B', 'C', 4],
  ['the last of several that did', 'A B <A B <A', 'B', 5],
  ['the rollback still, after it was promoted again', 'A B <A B C', 'B', 3],
  ['not the rollback that went back to it', 'A B C <B', 'B', null],
])('who rolled a digest back is %s: %s, %s', (_, line, letter, wanted) => {
  const expected = wanted === null ? { kind: 'none' } : { kind: 'rolled-back', by: wanted };
  expect(pastRollbackOf({ history: historyOf(line), digest: digestOf(letter) })).toEqual(expected);
});

test.each([
  ['each digest once, by its newest holding', 'A B A C', 'C', ['A3', 'B2']],
  ['none that a rollback left', 'A B C <B', 'B', ['A1']],
  ['none that came after the current one', 'A B C', 'B', ['A1']],
  ['all, when history does not know the current one', 'A B C', 'F', ['C3', 'B2', 'A1']],
])('what may take the place of the default target: %s: %s, now %s', (_, line, current, wanted) => {
  const targets = defaultTargets({ history: historyOf(line), current: digestOf(current) });
  expect(targets.map(({ digest, promotion }) => `${letterOf(digest)}${promotion}`)).toEqual(wanted);
});

test.each([
  ['the promotion that put it there last', 'A B A', 'A', 3],
  ['the promotion, not the rollback that followed', 'A B <A', 'A', 1],
  ['the rollback, where no promotion of ours put it there', 'A <B', 'B', 2],
  ['nothing, when it was never held', 'A', 'F', null],
])('a digest is known by %s: %s, %s', (_, line, letter, wanted) => {
  expect(promotionOf(historyOf(line), digestOf(letter))).toBe(wanted);
});

test('the newest holding of each digest, newest first', () => {
  const newest = newestOfEach(historyOf('A B A C C'));
  expect(newest.map(({ digest, promotion }) => `${letterOf(digest)}${promotion}`)).toEqual(['C5', 'A3', 'B2']);
});

describe('what a rollback tag keeps stands in for history', () => {
  test.each([
    ['when there is no history', '', 'A', 'F', 0, true],
    ['when it was held before all of history', 'A', 'A', 'F', 0, true],
    ['not when it is the current one', '', 'F', 'F', 0, false],
    ['not when history knows it: history has decided against it', 'A B <A', 'A', 'B', 2000, false],
    ['not when it was held after the current one', 'A B', 'A', 'F', 1000, false],
    ['when history does not know the current one', 'A B', 'E', 'F', 9999, true],
  ])('%s: %s, now %s, kept %s', (_, line, current, kept, until, wanted) => {
    const args = { history: historyOf(line), current: digestOf(current), kept: { digest: digestOf(kept), until } };
    expect(wasHeldBeforeHistory(args)).toBe(wanted);
  });
});
