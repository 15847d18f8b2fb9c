// What an environment held: a list, newest first, with the line that rolls back.
import { expect, test } from 'vitest';
import { parseCommandLine } from '../../../src/domain/command.ts';
import { renderHeld } from '../../../src/messages/card/held.ts';
import { githubLinksIn } from '../rendered.ts';
import { AT, FOREIGN, IMAGE, NEW, OLD, tagOf, TARGET } from '../sample-view.ts';

const DAY_MS = 24 * 3_600_000;
const TAGS = [
  { repository: IMAGE, tag: tagOf('main'), digest: NEW },
  { repository: IMAGE, tag: tagOf('latest'), digest: null },
];
const by = { id: 1, login: 'maria' };
const nothing = {
  approvedBy: [],
  commit: null,
  summary: null,
  floating: [],
  deployedTo: null,
  report: null,
  tags: [],
} as const;
const about = { by, forced: false, ...nothing } as const;
const old = { ...about, digest: OLD, promotion: 3, at: AT - 2 * DAY_MS, kind: 'promotion' } as const;

test('newest first, what it holds now marked, and the line that goes back', () => {
  const before = { ...old, kind: 'baseline', digest: FOREIGN } as const;
  const left = {
    ...old,
    forced: true,
    digest: FOREIGN,
    promotion: 4,
    at: AT - DAY_MS,
    tags: ['main-a', 'v1', 'b'].map(tagOf),
    approvedBy: ['bob', 'carl'],
    commit: null,
    summary: { subject: 'Fix `login` for @mia, see #12', author: 'ada' },
  };
  const back = { ...old, digest: NEW, promotion: 12, at: AT, kind: 'rollback' } as const;
  const table = renderHeld('production', {
    held: [before, old, left, back],
    tags: TAGS,
    target: { ...TARGET, name: 'P3' },
  });
  expect(table).toMatchSnapshot();
  expect(githubLinksIn(table)).toEqual([]);
});

test('of an environment that somebody moved by hand, and whose history is long', () => {
  const held = Array.from({ length: 25 }, (_, index) => ({ ...old, promotion: index + 1, at: AT + index }));
  const text = renderHeld('production', { held, tags: TAGS, target: { ...TARGET, name: 'P25' } });
  expect(text.split('\n').filter((line) => !/^(- |  )/.test(line))).toMatchSnapshot();
  const numbers = [...text.matchAll(/^- \*\*(P\d+)\*\* /gm)].map(([, number]) => number);
  expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => `P${25 - index}`));
  const [line = ''] = /\/rollback [^`]+/.exec(text) ?? [];
  expect(parseCommandLine({ text: line, line: 1, next: null })).toMatchObject({
    kind: 'command',
    command: { kind: 'rollback', target: { kind: 'promotion', number: 25 } },
  });
});

test('of an environment that held nothing', () => {
  expect(renderHeld('production', { held: [], tags: TAGS, target: null })).toBe('');
});
