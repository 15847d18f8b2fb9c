// What became of an image: one set of words for candidates, rollback targets and the history.
import { describe, expect, test } from 'vitest';
import type { TargetOrigin } from '../../src/domain/promotion/target-origin.ts';
import { holdingMarks, outcomeParts, outcomeSentence, outcomeWords } from '../../src/messages/held-words.ts';
import { namedTargetWords, targetOriginWords, targetOutcomeWords } from '../../src/messages/target-origin.ts';
import { OLD } from './sample-view.ts';

const REPORTS = [null, 'deploying', 'deployed', 'deployment-failed'] as const;
const FLAGS = [false, true] as const;

test('the words', () => {
  expect(REPORTS.map((report) => outcomeWords({ report, isRolledBack: true, forced: true }).join(', '))).toEqual([
    'no report, rolled back, forced',
    'deploying, rolled back, forced',
    'deployed, rolled back, forced',
    'deployment failed, rolled back, forced',
  ]);
});

describe.each(REPORTS)('after the report %s', (report) => {
  test.each(FLAGS)('every place uses them, forced: %s', (forced) => {
    const outcome = report ?? 'promoted';
    const words = outcomeWords({ report, isRolledBack: false, forced }).join(', ');
    const origin: TargetOrigin = { kind: 'held', promotion: 7, outcome, forced };
    expect(targetOutcomeWords({ outcome, forced })).toBe(words);
    expect(targetOriginWords(origin)).toContain(words);
    expect(namedTargetWords({ name: 'P7', digest: OLD, origin })).toBe(`P7 (${words})`);
    const status = report === null ? null : { status: report, at: 0 };
    expect(holdingMarks({ kind: 'promotion', report: status, isRolledBack: false, forced }).join(', ')).toBe(words);
    for (const isCurrent of FLAGS) {
      const about = { environment: 'eu', promotion: 7, approvedBy: [], isCurrent, report, isRolledBack: false, forced };
      expect(outcomeParts(about).slice(1).join(', ')).toBe(words);
      expect(outcomeSentence(about)).toContain(`: ${words}.`);
    }
  });

  test('a target that a rollback left shows both', () => {
    const outcome = report ?? 'promoted';
    const words = outcomeWords({ report, isRolledBack: true, forced: true }).join(', ');
    const origin: TargetOrigin = { kind: 'unproven', because: 'left', promotion: 7, outcome, forced: true };
    expect(targetOriginWords(origin)).toContain(words);
  });
});

test('a target of an older version shows only what it kept', () => {
  const about = { kind: 'unproven', promotion: 7, forced: false } as const;
  expect(targetOriginWords({ ...about, because: 'left' })).toMatch(/rolled back$/);
  expect(targetOriginWords({ ...about, because: 'deployment-failed' })).toMatch(/deployment failed$/);
  expect(targetOriginWords({ ...about, because: 'other-tags' })).not.toContain('no report');
});

test('no deployer reports on what was there before the first promotion', () => {
  expect(holdingMarks({ kind: 'baseline', report: null, isRolledBack: false, forced: false })).toEqual([]);
});
