// An image that a rollback left may be promoted again, in everybody's sight.
import { expect, test } from 'vitest';
import { rolledBack } from '../../../src/domain/rules/rolled-back.ts';
import { known } from '../../../src/domain/image/image-facts.ts';
import { facts, IMAGE, judge, seenUnread, unread } from '../build.ts';

test('an image that no rollback left has no finding', () => {
  expect(judge(rolledBack, facts())).toEqual([]);
});

test('one that a rollback left warns, and names the rollback', () => {
  expect(judge(rolledBack, facts({ pastRollback: known({ kind: 'rolled-back', by: 14 }) }))).toEqual([
    {
      rule: 'rolled-back',
      image: IMAGE,
      platform: null,
      outcome: 'warn',
      seen: { code: 'rolled-back', by: 14 },
      wanted: {},
    },
  ]);
});

test('one without a readable history is unknown', () => {
  expect(judge(rolledBack, facts({ pastRollback: unread('no database') }))).toMatchObject([
    { outcome: 'unknown', seen: seenUnread('no database') },
  ]);
});
