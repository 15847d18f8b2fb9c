// One spelling for one value.
import { assert, dictionary, jsonValue, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, type Json } from '../../../src/domain/audit/canonical-json.ts';

const ROWS: readonly (readonly [string, Json, string])[] = [
  ['keys are sorted, at every depth', { b: { d: 1, c: 2 }, a: [] }, '{"a":[],"b":{"c":2,"d":1}}'],
  ['keys are sorted by code unit: capitals first', { a: 1, B: 2, _: 3 }, '{"B":2,"_":3,"a":1}'],
  [
    'a pair of surrogates sorts before U+FB33 (RFC 8785, 3.2.3)',
    { '\u{1F600}': 1, '\uFB33': 2, '\u20AC': 3 },
    '{"\u20AC":3,"\u{1F600}":1,"\uFB33":2}',
  ],
  ['the order of a list is kept', [3, 1, 2], '[3,1,2]'],
  ['no blanks, but those of texts', { 'a b': ' c ' }, '{"a b":" c "}'],
  ['null, true and false', [null, true, false], '[null,true,false]'],
  ['numbers as ECMAScript writes them', [1e21, 0.000001, 1e-7, -0, 4.5], '[1e+21,0.000001,1e-7,0,4.5]'],
  ['control characters and quotes are escaped', '"\\\u0000\u001f\n', '"\\"\\\\\\u0000\\u001f\\n"'],
  ['an empty object and an empty list differ', [{}, []], '[{},[]]'],
  ['a text and a number differ', ['1', 1], '["1",1]'],
];

test.each(ROWS)('%s', (_name, value, text) => {
  expect(canonicalJson(value)).toBe(text);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d has no spelling', (value) => {
  expect(() => canonicalJson({ deep: [value] })).toThrow(RangeError);
});

test('the text reads back as the value, and the order in which keys were written does not matter', () => {
  assert(
    property(dictionary(string(), jsonValue()), (members) => {
      const value: Json = JSON.parse(JSON.stringify(members));
      const reversed: Json = Object.fromEntries(Object.entries(value ?? {}).toReversed());
      expect(JSON.parse(canonicalJson(value))).toEqual(value);
      expect(canonicalJson(reversed)).toBe(canonicalJson(value));
    }),
  );
});
