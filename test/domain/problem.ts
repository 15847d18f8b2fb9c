// Outside problems and failures for tests that need one and do not care which.
import type { PolicyProblem } from '../../src/domain/policy/policy-problem.ts';
import type { OutsideProblem } from '../../src/domain/outside-problem.ts';
import type { FailureProblem } from '../../src/domain/promotion/failure.ts';
import type { Failure } from '../../src/domain/promotion/promotion.ts';

export const DENIED = outside('the registry answered 403');

export function outside(detail: string, code = 'registry-denied'): OutsideProblem {
  return { code, detail };
}

export function failedWith(detail: string): FailureProblem {
  return { code: 'outside-error', error: outside(detail) };
}

export function failure(change: Partial<Failure> = {}): Failure {
  return {
    problem: { code: 'outside-error', error: DENIED },
    undoRefused: null,
    production: 'untouched',
    tags: [],
    ...change,
  };
}

/** A problem of a policy file whose words carry this text. */
export function badYaml(detail: string, line = 1): PolicyProblem {
  return { line, column: 1, path: '', code: 'yaml-syntax', detail };
}
