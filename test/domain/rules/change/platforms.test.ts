// An image keeps the platforms of what its environment holds, and has those that the policy requires.
import { expect, test } from 'vitest';
import type { Changes, ContentsComparison } from '../../../../src/domain/image/changes.ts';
import { known } from '../../../../src/domain/image/image-facts.ts';
import type { Level } from '../../../../src/domain/policy/policy.ts';
import { platforms } from '../../../../src/domain/rules/change/platforms.ts';
import { facts, judge, OLD, ruleContext, unread } from '../../build.ts';

const HELD = { digest: OLD, promotion: 8, commit: null, version: null, at: 1 } as const;
const NOTHING: ContentsComparison = { added: [], removed: [], broken: [], platforms: [], config: [] };

function changes(contents: Partial<ContentsComparison> | 'gone' | 'unreadable'): Changes {
  const between =
    typeof contents === 'string'
      ? ({ kind: 'unknown', because: contents } as const)
      : ({ kind: 'compared', ...NOTHING, ...contents } as const);
  const commits = { kind: 'unknown', because: 'no-commit' } as const;
  return {
    kind: 'compared',
    environment: 'production',
    held: HELD,
    rollbackTo: null,
    readAt: 2,
    commits,
    contents: between,
  };
}

function judged(value: Changes, required: readonly string[] = [], level: Level = 'fail'): readonly unknown[] {
  const context = ruleContext({ platforms: { level, required } });
  return judge(platforms, facts({ changes: known(value) }), context).map(({ outcome, seen }) => [outcome, seen]);
}

test.each<[string, Changes, readonly string[], Level, unknown]>([
  ['the same platforms pass', changes({}), [], 'fail', null],
  ['a new platform passes', changes({ added: ['linux/s390x'] }), [], 'fail', null],
  [
    'a lost one fails',
    changes({ removed: ['linux/s390x'] }),
    [],
    'fail',
    ['fail', { code: 'missing', held: ['linux/s390x'], required: [] }],
  ],
  [
    'a lost one warns at that level',
    changes({ removed: ['linux/s390x'] }),
    [],
    'warn',
    ['warn', { code: 'missing', held: ['linux/s390x'], required: [] }],
  ],
  ['a lost one is nothing at level off', changes({ removed: ['linux/s390x'] }), [], 'off', null],
  [
    'one that nobody could run warns',
    changes({ removed: ['linux/s390x'], broken: ['linux/s390x'] }),
    [],
    'fail',
    ['warn', { code: 'held-incomplete', environment: 'production', platforms: ['linux/s390x'] }],
  ],
  [
    'another version of an operating system is the same platform',
    changes({ removed: ['linux/amd64 (10.0.1)'] }),
    [],
    'fail',
    null,
  ],
  [
    'required ones pass under any name',
    changes({}),
    ['linux/arm64/v8', 'linux/x86_64'],
    'fail',
    ['pass', { code: 'all' }],
  ],
  [
    'a required one that is missing fails, whatever the environment holds',
    { kind: 'nothing-held', environment: 'production' },
    ['linux/arm/v7'],
    'fail',
    ['fail', { code: 'missing', held: [], required: ['linux/arm/v7'] }],
  ],
  [
    'a current image that is gone warns',
    changes('gone'),
    [],
    'fail',
    ['warn', { code: 'held-unreadable', environment: 'production', because: 'gone' }],
  ],
])('%s', (_, value, required, level, expected) => {
  expect(judged(value, required, level)).toMatchObject(expected === null ? [] : [expected]);
});

test('what is not known is unknown where platforms are required, else a warning', () => {
  const unreadable = facts({ changes: unread('HTTP 500') });
  expect(judge(platforms, unreadable)).toMatchObject([{ outcome: 'warn' }]);
  const context = ruleContext({ platforms: { level: 'fail', required: ['linux/amd64'] } });
  expect(judge(platforms, unreadable, context)).toMatchObject([{ outcome: 'unknown' }]);
  expect(judge(platforms, facts({ contents: unread('HTTP 500') }))).toMatchObject([{ outcome: 'unknown' }]);
});
