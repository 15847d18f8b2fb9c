// The lines that merge a hotfix: their words, and that no name of a branch becomes a command of its own.
import { expect, test } from 'vitest';
import { mergeLines } from '../../../src/messages/card/merge-lines.ts';
import { AT, viewOf } from '../sample-view.ts';

function linesFor(...unmergedInto: readonly string[]): string {
  return mergeLines(viewOf({ state: { kind: 'promoted', at: AT }, unmergedInto }).promotion);
}

test('for one branch, and for two', () => {
  expect(linesFor('staging')).toMatchSnapshot('one');
  expect(linesFor('staging', 'main')).toMatchSnapshot('two');
});

test.each<[string, string]>([
  ['release/1.x', 'release/1.x'],
  ['a;reboot', "'a;reboot'"],
  ['$(reboot)', "'$(reboot)'"],
  ["it's", String.raw`'it'\''s'`],
  ['```', "'```'"],
])('the branch %s is one word of the shell', (branch, quoted) => {
  expect(linesFor(branch).split('\n')).toEqual(
    expect.arrayContaining([`git switch ${quoted}`, `git push origin ${quoted}`]),
  );
});

test('a promotion that moved nothing else than a version shows none', () => {
  const { promotion } = viewOf({ state: { kind: 'promoted', at: AT }, unmergedInto: ['staging'], moves: [] });
  expect(mergeLines(promotion)).toBe('');
});
