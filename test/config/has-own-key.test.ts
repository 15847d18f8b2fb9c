// Whether a text is meant as a policy file, also where it has mistakes.
import { expect, test } from 'vitest';
import { hasOwnKey } from '../../src/config/promotion-file/has-own-key.ts';

test.each([
  ['environments: { production: { approvals: { required: 2 } } }', true],
  ['preset: strict', true],
  ['\ufeffpreset: strict', true],
  ['{"environments": {"production": {}}}', true],
  ['name: x\nforce: { role: admin }', true],
  ['environments:\n  production:\n\tapprovals: {}\n', true],
  ['"environments": [\n', true],
  ['', false],
  ['# environments: {}\n', false],
  ['name: Promotion\non: push\njobs: {}', false],
  ['apiVersion: v1\nkind: Promotion\nspec: { environments: [] }', false],
  ['- environments', false],
  ['environments', false],
  ['{ "a": [', false],
  ['a: [\n  environments: x', false],
  ['\0', false],
])('%j: %s', (text, isOurs) => {
  expect(hasOwnKey(text)).toBe(isOurs);
});
