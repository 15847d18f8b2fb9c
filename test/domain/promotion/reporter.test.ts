// Whose deployment statuses count.
import { expect, test } from 'vitest';
import { isCountedReporter, reportersLine, type Reporter } from '../../../src/domain/promotion/reporter.ts';

const ADA: Reporter = { id: 7, login: 'ada', kind: 'user' };
const ACTIONS: Reporter = { id: 41_898_282, login: 'github-actions[bot]', kind: 'bot' };

test.each<[string, Reporter | null, boolean]>([
  ['GitHub Actions', ACTIONS, true],
  ['a person called like it', { ...ACTIONS, kind: 'user' }, false],
  ['another App', { id: 8, login: 'github-actions-2[bot]', kind: 'bot' }, false],
  ['who made the deployment', { id: 3, login: 'carol', kind: 'user' }, true],
  ['who is listed', { id: 9, login: 'argocd[bot]', kind: 'bot' }, true],
  ['who is listed, under a new login', { id: 9, login: 'flux[bot]', kind: 'bot' }, true],
  ['somebody else with the login that is listed', { id: 10, login: 'argocd[bot]', kind: 'bot' }, false],
  ['anybody else', ADA, false],
  ['nobody', null, false],
])('%s: %s', (_, by, counts) => {
  const listed = [{ id: 9, login: 'argocd[bot]' }];
  expect(isCountedReporter(by, { creatorId: 3, reporters: listed })).toBe(counts);
});

test('an unknown creator matches nobody', () => {
  expect(isCountedReporter(ADA, { creatorId: null, reporters: [] })).toBe(false);
});

test('the line to add', () => {
  expect(reportersLine(ADA)).toBe('reporters: ["ada#7"]');
});
