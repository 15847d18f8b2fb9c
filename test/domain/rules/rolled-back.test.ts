// An image that a rollback left may be promoted again, in everybody's sight.
import { expect, test } from 'vitest';
import { rolledBack } from '../../../src/domain/rules/rolled-back.ts';
import { facts, ruleContext } from '../build.ts';

test('an image that no rollback left is not spoken of', () => {
  expect(rolledBack.check(facts(), ruleContext())).toEqual([]);
});

test('one that a rollback left warns, and names the rollback', () => {
  expect(rolledBack.check(facts({ rolledBackBy: 14 }), ruleContext())).toEqual([
    {
      rule: 'rolled-back',
      platform: null,
      outcome: 'warn',
      seen: 'P14 rolled this image back',
      wanted: 'an image that no rollback has left',
    },
  ]);
});
