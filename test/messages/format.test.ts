// How times, ages, counts and lists are written.
import { expect, test } from 'vitest';
import { codeList, formatAge, formatTime, listWords, plural } from '../../src/messages/format.ts';
import { AT } from './sample-view.ts';

const SECOND_MS = 1000;
const AGES_MS = [-5, 0, 59, 60, 119, 3600, 7200, 86_400, 3 * 86_400].map((seconds) => seconds * SECOND_MS);

test('a time is in UTC, to the minute', () => {
  expect(formatTime(AT)).toBe('2026-11-24 06:33 UTC');
});

test('an age is in the largest unit that is full', () => {
  expect(AGES_MS.map((ageMs) => formatAge(AT, AT + ageMs)).join('\n')).toMatchSnapshot();
});

test('counts and lists', () => {
  expect([plural(1, 'rule'), plural(2, 'rule')]).toEqual(['1 rule', '2 rules']);
  const words = ['a', 'b', 'c'];
  expect([listWords(['a']), listWords(words), listWords(words, 'or'), codeList(words, { max: 2 })]).toMatchSnapshot();
});
