// Which file names are a mistaken `.github/promotion.yml`, and which belong to somebody else.
import { expect, test } from 'vitest';
import { isPolicyPath, likenessOf } from '../../../src/domain/policy/policy-file-name.ts';

test.each([
  ['promotion.yml', 'certain'],
  ['promotion.yaml', 'certain'],
  ['Promotion.yml', 'certain'],
  ['PROMOTION.YAML', 'certain'],
  ['promotion.yml ', 'certain'],
  ['promotions.yml', 'possible'],
  ['promtion.yaml', 'possible'],
  ['promotion', 'possible'],
  ['.promotion.yml', 'possible'],
  ['promotion.yml.txt', 'possible'],
  ['promotion.yaml.yml', 'possible'],
  ['promotion.json', 'possible'],
  ['imprimatur.yml', 'possible'],
  ['promotion.yml.bak', null],
  ['promotion.example.yml', null],
  ['promotion.md', null],
  ['promotion.schema.json', null],
  ['promote.yml', null],
  ['dependabot.yml', null],
  ['', null],
  ['a'.repeat(5000), null],
])('%j: %s', (name, likeness) => {
  expect(likenessOf(name)).toBe(likeness);
});

test.each([
  ['.github/promotion.yml', true],
  ['.github/promotion.yaml', true],
  ['.github/promotions.json', true],
  ['.GitHub/promotion.yml', true],
  ['promotion.yml', true],
  ['Promotion.yaml', true],
  ['promotions.json', false],
  ['.github/workflows/promotion.yml', false],
  ['deploy/promotion.yml', false],
  ['.github/README.md', false],
  ['.github', false],
])('the path %j: %s', (path, isPolicy) => {
  expect(isPolicyPath(path)).toBe(isPolicy);
});
