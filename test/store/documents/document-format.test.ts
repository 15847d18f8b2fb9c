import { z } from 'zod';
import { expect, test } from 'vitest';
import { NewerFormat } from '../../../src/store/database/stored.ts';
import { documentFormat, type UpgradeStep } from '../../../src/store/documents/document-format.ts';
import { formatPromotion, promotionSchema, readPromotion } from '../../../src/store/promotions/promotion-document.ts';
import { PROMOTION_STEPS } from '../../../src/store/promotions/upgrade.ts';
import { promotion } from '../fixtures.ts';

/** What a later version may look like: it knows one member more, and gives it to what was written before. */
const addsColour: UpgradeStep = (document) => ({ ...document, colour: 'none' });
const later = documentFormat({
  name: 'promotion',
  schema: promotionSchema.extend({ colour: z.string() }),
  steps: [...PROMOTION_STEPS, addsColour],
});

test('a current promotion reads in a version with one more member', () => {
  expect(later.read(formatPromotion(promotion()))).toEqual({ ...promotion(), colour: 'none' });
});

test('the current version leaves a promotion of that version to it', () => {
  const newer = later.write({ ...later.read(formatPromotion(promotion())), colour: 'red' });
  expect(later.read(newer)).toMatchObject({ colour: 'red' });
  expect(() => readPromotion(newer)).toThrow(NewerFormat);
  expect(() => readPromotion(newer)).toThrow(
    `format ${later.format}, and this version reads up to ${later.format - 1}`,
  );
});

test('upgrade steps start at the format of the document', () => {
  const format = documentFormat({
    name: 'sum',
    schema: z.strictObject({ trail: z.array(z.string()) }),
    steps: [
      ({ trail }) => ({ trail: [...z.array(z.string()).parse(trail), '1 to 2'] }),
      ({ trail }) => ({ trail: [...z.array(z.string()).parse(trail), '2 to 3'] }),
    ],
  });
  expect(format.read('{"format":1,"trail":[]}')).toEqual({ trail: ['1 to 2', '2 to 3'] });
  expect(format.read('{"format":2,"trail":[]}')).toEqual({ trail: ['2 to 3'] });
  expect(format.read('{"format":3,"trail":[]}')).toEqual({ trail: [] });
  expect(format.write({ trail: ['x'] })).toBe('{"format":3,"trail":["x"]}');
});

test.each([
  ['without a format', '{"trail":[]}'],
  ['with a format that is no number', '{"format":"1","trail":[]}'],
  ['with format 0', '{"format":0,"trail":[]}'],
  ['with a value of another type', '{"format":1,"trail":"red"}'],
  ['with a member too many and another one missing', '{"format":1,"colour":"red"}'],
  ['that is no object', '[]'],
])('a document %s was written by something else', (_, text) => {
  const { read } = documentFormat({ name: 'x', schema: z.strictObject({ trail: z.array(z.string()) }), steps: [] });
  expect(() => read(text)).toThrow(z.ZodError);
});

const shape = z.strictObject({
  size: z.enum(['small', 'large']),
  mood: z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('calm') })]),
});

test.each([
  ['a member', '{"format":1,"size":"small","mood":{"kind":"calm"},"colour":"red"}', 'Unrecognized key: "colour"'],
  ['a kind', '{"format":1,"size":"small","mood":{"kind":"wild"}}', 'mood.kind'],
  ['a word', '{"format":1,"size":"vast","mood":{"kind":"calm"}}', 'size'],
])('a document with an unknown %s is of a newer version, whatever its number', (_, text, what) => {
  const { read } = documentFormat({ name: 'x', schema: shape, steps: [] });
  expect(() => read(text)).toThrow(NewerFormat);
  expect(() => read(text)).toThrow(what);
});

test.each([
  ['without a word', '{"format":1,"mood":{"kind":"calm"}}'],
  ['without a kind', '{"format":1,"size":"small","mood":{}}'],
  ['with a number for a word', '{"format":1,"size":7,"mood":{"kind":"calm"}}'],
])('a document %s is damaged, and not of a newer version', (_, text) => {
  const { read } = documentFormat({ name: 'x', schema: shape, steps: [] });
  expect(() => read(text)).toThrow(z.ZodError);
});
