// Which slips are close enough to a word to be taken for it.
import { expect, test } from 'vitest';
import { isOneEdit, nearestOf } from '../../src/domain/edit-distance.ts';

test.each([
  ['one character is missing', 'promte', 'promote', true],
  ['one character is too many', 'promotte', 'promote', true],
  ['one character is another', 'promose', 'promote', true],
  ['two neighbours are swapped', 'porm', 'prom', true],
  ['two neighbours are swapped at the end', 'promoet', 'promote', true],
  ['the last character is missing', 'promot', 'promote', true],
  ['the first character is too many', 'xpromote', 'promote', true],
  ['nothing differs', 'promote', 'promote', false],
  ['two characters that are no neighbours are swapped', 'tromope', 'promote', false],
  ['two characters are missing', 'promo', 'promote', false],
  ['two neighbours are swapped and one is missing', 'pormoe', 'promote', false],
  ['the case differs in two', 'PRomote', 'promote', false],
  ['one of the words is empty', '', 'a', true],
])('%s: %s and %s', (_name, left, right, expected) => {
  expect([isOneEdit(left, right), isOneEdit(right, left)]).toEqual([expected, expected]);
});

test.each([
  ['inspct', 'inspect'],
  ['tag', 'tags'],
  ['ispect', 'inspect'],
  ['iNspect', 'inspect'],
  ['plna', 'plan'],
  ['audit verfiy', 'audit verify'],
  ['x', null],
  ['promote', null],
  ['p'.repeat(100), null],
])('%s is nearest to %s', (typed, word) => {
  expect(nearestOf(typed, ['inspect', 'plan', 'tags', 'audit verify'])).toBe(word);
});
