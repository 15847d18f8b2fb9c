// What to type next: for each state a person can do something about, and the lines that ask again.
import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../../src/domain/command.ts';
import type { Failure, Promotion } from '../../../src/domain/promotion/promotion.ts';
import { nextSteps, promoteLine, rollbackLine } from '../../../src/messages/card/next-steps.ts';
import { failedWith, failure } from '../../domain/problem.ts';
import { namedTargetWords } from '../../../src/messages/target-origin.ts';
import { AT, finding, NEW, OLD, outcome, tagOf, TARGET, viewOf } from '../sample-view.ts';

const JO = { id: 2, login: 'jo' };
const NEWS = { at: AT, since: AT, url: null };
const V1 = tagOf('v1.2.3');
const ROLLBACK = { kind: 'rollback', source: { typed: 'P7', tag: null } } as const;
const FOREIGN_SOURCE = {
  ...finding({
    rule: 'source',
    outcome: 'fail',
    seen: { code: 'label', label: 'https://github.com/acme/other' },
    wanted: { source: 'https://github.com/acme/dotca' },
  }),
  final: true,
} as const;
const BEFORE_ALL = {
  ...TARGET,
  name: 'rollback-20261124-064000-release',
  origin: { kind: 'baseline', promotion: 1 },
} as const;
const TAGS = [
  outcome('rollback-20261124-064000-release', { kind: 'rollback', from: null, holds: OLD }),
  outcome('main', { kind: 'floating', from: OLD, holds: NEW }),
];

function failedState(production: Failure['production']): Promotion['state'] {
  return { kind: 'failed', failure: failure({ problem: failedWith('HTTP 403.'), production, tags: TAGS }) };
}

const CASES: readonly (readonly [string, Partial<Promotion>])[] = [
  ['awaiting approval', {}],
  ['waiting', { state: { kind: 'scheduled', cause: 'queue' } }],
  ['moving tags', { state: { kind: 'applying', since: AT, undoing: null } }],
  ['refused by the rules', { state: { kind: 'checks-failed' } }],
  [
    'with force, and what it does not override',
    { force: true, findings: [FOREIGN_SOURCE], state: { kind: 'checks-failed' } },
  ],
  ['a rollback refused by the rules', { ...ROLLBACK, state: { kind: 'checks-failed' } }],
  ['a version refused by the rules', { kind: 'version', versionTag: V1, state: { kind: 'checks-failed' } }],
  ['declined', { state: { kind: 'rejected', by: JO, reason: null } }],
  ['a rollback that expired', { ...ROLLBACK, state: { kind: 'expired' } }],
  ['failed', { state: failedState('untouched') }],
  ['failed, with production mixed', { state: failedState('mixed') }],
  ['superseded by a promotion', { state: { kind: 'superseded', by: { kind: 'promotion', number: 13 } } }],
  ['superseded by hand', { state: { kind: 'superseded', by: { kind: 'production' } } }],
  ['promoted', { state: { kind: 'promoted', at: AT } }],
  ['a deployment that failed', { state: { kind: 'deployment-failed', ...NEWS } }],
  ['a deployment of a rollback that failed', { ...ROLLBACK, state: { kind: 'deployment-failed', ...NEWS } }],
];

test.each(CASES)('on the card: %s', (_, promotion) => {
  expect(nextSteps(viewOf(promotion), 'card')).toMatchSnapshot();
});

test('on the card, without a check run', () => {
  for (const state of [{ kind: 'awaiting-approval' }, { kind: 'checks-failed' }] as const) {
    expect(nextSteps(viewOf({ state }, { checkRunUrl: null }), 'card')).toMatchSnapshot();
  }
});

test('on the check run, with and without a thread', () => {
  expect(nextSteps(viewOf(), 'check-run')).toMatchSnapshot('with a thread');
  expect(nextSteps(viewOf({ thread: null }), 'check-run')).toMatchSnapshot('without a thread');
});

test.each(CASES)('every line to type is a command: %s', (_, promotion) => {
  const lines = [...nextSteps(viewOf(promotion), 'card').matchAll(/`(\/[^`]+)`/g)].map(([, line = '']) => line);
  const parsed = lines.map((text) => parseCommandLine({ text: text.replace('<reason>', 'no'), line: 1, next: null }));
  expect(parsed.map(({ kind }) => kind)).toEqual(lines.map(() => 'command'));
});

describe('the way back', () => {
  test('of a mixed production goes to the previous digest', () => {
    const view = viewOf({ state: failedState('mixed') }, { rollbackTarget: { ...TARGET, name: OLD } });
    expect(nextSteps(view, 'card')).toContain(`/rollback to ${OLD} --reason "…"`);
  });

  test('names the target with its outcome', () => {
    const view = viewOf({ state: { kind: 'deployment-failed', ...NEWS } });
    for (const rollbackTarget of [TARGET, { ...TARGET, name: OLD }, BEFORE_ALL]) {
      expect(nextSteps({ ...view, rollbackTarget }, 'card')).toContain(namedTargetWords(rollbackTarget));
    }
  });

  test('is not shown where there is none', () => {
    for (const state of [failedState('mixed'), { kind: 'deployment-failed', ...NEWS } as const]) {
      expect(nextSteps(viewOf({ state }, { rollbackTarget: null }), 'card')).not.toContain('/rollback');
    }
  });

  test.each(['untouched', 'restored'] as const)('is not shown where production is %s', (production) => {
    expect(nextSteps(viewOf({ state: failedState(production) }), 'card')).not.toContain('/rollback');
  });
});

test.each<[string, Partial<Promotion>, string]>([
  ['as it was', {}, '/promote staging-abc1234'],
  ['to another environment', { environment: 'canary' }, '/promote staging-abc1234 to canary'],
  ['with the version', { versionTag: V1 }, '/promote staging-abc1234 as v1.2.3'],
  ['with force', { force: true }, '/promote staging-abc1234 force --reason "…"'],
  [
    'with all of them',
    { versionTag: V1, force: true, environment: 'canary' },
    '/promote staging-abc1234 to canary as v1.2.3 force --reason "…"',
  ],
  [
    'after a pushed git tag, by the commit of the image',
    { kind: 'version', versionTag: V1, source: { typed: 'v1.2.3', tag: null } },
    '/promote abc1234 as v1.2.3',
  ],
])('asking again: %s', (_name, change, line) => {
  expect(promoteLine(viewOf(change).promotion)).toBe(line);
});

test.each<[string, Partial<Promotion>, string]>([
  ['by its target', {}, '/rollback to P7 --reason "…"'],
  ['of another environment', { environment: 'canary' }, '/rollback canary to P7 --reason "…"'],
  [
    'to a tag',
    { source: { typed: 'main-staging-abc1234', tag: tagOf('main-staging-abc1234') } },
    '/rollback to main-staging-abc1234 --reason "…"',
  ],
])('asking for a rollback again: %s', (_name, change, line) => {
  const view = viewOf({ ...ROLLBACK, state: { kind: 'expired' }, ...change });
  expect(nextSteps(view, 'card')).toContain(`\`${line}\``);
});

test('a rollback without a target', () => {
  expect(rollbackLine({ environment: 'production' })).toBe('/rollback --reason "…"');
  expect(rollbackLine({ environment: 'eu' })).toBe('/rollback eu --reason "…"');
});
