// From which time on a comment counts as written, and which of its lines are for us.
import { describe, expect, test } from 'vitest';
import type { ReadComment } from '../../../src/engine/core/enqueue-comment.ts';
import { mayBeOurs, selectCommands, timeOfWriting } from '../../../src/engine/threads/select-commands.ts';

const RECEIVED_AT = Date.UTC(2026, 10, 24, 9);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function comment(over: Partial<ReadComment> & { readonly text?: readonly string[] } = {}): ReadComment {
  const { text = ['/status'], ...rest } = over;
  const lines = text.map((line, index) => ({ text: line, line: index + 1, next: null }));
  const by = { id: 5, login: 'ada', kind: 'user' } as const;
  return { by, writtenAt: null, sentAt: null, lines, hint: null, notRun: null, ...rest };
}

test.each<readonly [string, number | null, number]>([
  ['received at once', RECEIVED_AT - 1000, RECEIVED_AT - 1000],
  ['received late', RECEIVED_AT - 59 * MINUTE_MS, RECEIVED_AT - 59 * MINUTE_MS],
  ['of another age', RECEIVED_AT - 61 * MINUTE_MS, RECEIVED_AT],
  ['of the future', RECEIVED_AT + MINUTE_MS, RECEIVED_AT],
  ['without a time', null, RECEIVED_AT],
])('a comment %s', (_name, writtenAt, expected) => {
  expect(timeOfWriting(comment({ writtenAt }), RECEIVED_AT)).toBe(expected);
});

test.each<readonly [string, { readonly writtenAt: number | null; readonly sentAt: number }, number]>([
  ['sent', { writtenAt: null, sentAt: RECEIVED_AT - 9 * HOUR_MS }, RECEIVED_AT - 9 * HOUR_MS],
  [
    'written',
    { writtenAt: RECEIVED_AT - 9 * HOUR_MS - 2000, sentAt: RECEIVED_AT - 9 * HOUR_MS },
    RECEIVED_AT - 9 * HOUR_MS - 2000,
  ],
  [
    'sent, after all, if the two clocks differ',
    { writtenAt: RECEIVED_AT - 30 * HOUR_MS, sentAt: RECEIVED_AT - HOUR_MS },
    RECEIVED_AT - HOUR_MS,
  ],
  ['received, if it was sent in the future', { writtenAt: null, sentAt: RECEIVED_AT + HOUR_MS }, RECEIVED_AT],
])('a comment that was heard of hours later counts from when it was %s', (_name, times, expected) => {
  expect(timeOfWriting(comment(times), RECEIVED_AT)).toBe(expected);
});

describe('of a comment that was edited before it was found, or found days later,', () => {
  test.each<readonly [string, readonly string[], 'edited' | 'old']>([
    ['its first command is answered, and nothing is run', ['/promote staging', '/approve P1'], 'edited'],
    ['too many of them change nothing', Array.from({ length: 11 }, () => '/promote staging'), 'old'],
  ])('%s', (_name, text, notRun) => {
    const lines = selectCommands(comment({ text, notRun }), { threadIsOurs: false });
    expect(lines).toEqual([{ kind: 'not-run', because: notRun, typed: '/promote staging', verb: 'promote' }]);
  });

  test('words for other bots are not answered, unless the thread is ours', () => {
    const edited = comment({ text: ['/lgtm', '/aprove'], notRun: 'edited' });
    expect(selectCommands(edited, { threadIsOurs: false })).toEqual([]);
    expect(selectCommands(edited, { threadIsOurs: true })).toMatchObject([{ typed: '/aprove', verb: 'approve' }]);
  });

  test('a hint is not given', () => {
    const hint = { line: '/promote staging', place: 'backticks' } as const;
    expect(mayBeOurs(comment({ text: [], hint, notRun: 'old' }))).toBe(false);
    expect(mayBeOurs(comment({ text: [], hint }))).toBe(true);
  });
});
