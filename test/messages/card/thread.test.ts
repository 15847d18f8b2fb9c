// What is read about GitHub's limit of comments: on the card, on the check run, in the next step, and in the new issue.
import { describe, expect, test } from 'vitest';
import { renderCard } from '../../../src/messages/card/card.ts';
import { nextSteps } from '../../../src/messages/card/next-steps.ts';
import { cardThreadText, checkRunThreadText, continuationIssue } from '../../../src/messages/card/thread.ts';
import { renderCheckRun } from '../../../src/messages/check-run/check-run.ts';
import type { ThreadView } from '../../../src/messages/promotion-view.ts';
import { AT, viewOf } from '../sample-view.ts';

const ROOM: ThreadView = { issue: 3, cardIn: 3, isFull: false, continuedIn: null };

type Row = {
  readonly name: string;
  readonly thread: ThreadView;
  readonly comments?: number;
  readonly cardUrl?: null;
};

const ROWS: readonly Row[] = [
  { name: 'near the limit at the request', thread: ROOM, comments: 2003 },
  { name: 'continued in another issue', thread: { ...ROOM, cardIn: 57 }, comments: 2499 },
  { name: 'full below its card, and continued', thread: { ...ROOM, isFull: true, continuedIn: 57 } },
  { name: 'full below its card, and not continued', thread: { ...ROOM, isFull: true } },
  { name: 'full before there was a card, and not continued', thread: { ...ROOM, isFull: true }, cardUrl: null },
];

describe.each(ROWS)('a thread that is $name', ({ thread, comments, cardUrl }) => {
  const stored = { issue: 3, ...(comments === undefined ? {} : { comments }) };
  const view = viewOf({ thread: stored }, { thread, ...(cardUrl === null ? { cardUrl } : {}) });

  test('in words', () => {
    const card = [cardThreadText(view), nextSteps(view, 'card')];
    const run = [checkRunThreadText(view), nextSteps(view, 'check-run')];
    expect({ card, run }).toMatchSnapshot();
  });

  test('is on the card and on the check run', () => {
    expect(renderCard(view)).toContain(cardThreadText(view));
    expect(renderCheckRun(view).summary).toContain(checkRunThreadText(view));
  });
});

test('a thread with room, and no thread, need no words', () => {
  for (const view of [viewOf(), viewOf({ thread: null }, { thread: null })]) {
    expect([cardThreadText(view), checkRunThreadText(view)]).toEqual(['', '']);
  }
});

test.each([
  { name: 'in the thread of the request', thread: ROOM, stored: { issue: 3 } },
  { name: 'in a thread that was near the limit', thread: ROOM, stored: { issue: 3, comments: 2003 } },
  { name: 'in another issue', thread: { ...ROOM, cardIn: 57 }, stored: { issue: 3 } },
])('the card of an ended promotion $name reads the same when its thread is full', ({ thread, stored }) => {
  const state = { kind: 'promoted', at: AT } as const;
  const before = viewOf({ state, thread: stored }, { thread });
  const after = viewOf({ state, thread: stored }, { thread: { ...thread, isFull: true, continuedIn: 60 } });
  expect(cardThreadText(after)).toBe(cardThreadText(before));
});

test('the issue that continues a thread names it, and its marker is of one repository', () => {
  expect(continuationIssue({ repoId: 7, issue: 12 })).toMatchSnapshot();
  const markers = [
    { repoId: 7, issue: 12 },
    { repoId: 71, issue: 2 },
    { repoId: 7, issue: 121 },
  ].map((about) => continuationIssue(about).marker);
  expect(new Set(markers).size).toBe(3);
});
