// The warning that a name of the policy belongs to somebody else by now.
import { expect, test } from 'vitest';
import { renderTakenNames } from '../../../src/messages/card/taken-names.ts';
import { AT, viewOf } from '../sample-view.ts';

const MARIA = { kind: 'user', name: 'maria', id: 1234, firstUsed: AT, holder: 5678 } as const;

test('says whose name it was, who has it now, and what to write', () => {
  const takenNames = [MARIA, { ...MARIA, kind: 'app', name: 'release-bot' } as const];
  expect(renderTakenNames(viewOf({}, { takenNames }))).toMatchSnapshot();
});

test('is shown only while approvals are needed', () => {
  const state = { kind: 'scheduled', cause: 'queue' } as const;
  expect(renderTakenNames(viewOf({ state }, { takenNames: [MARIA] }))).toBe('');
  expect(renderTakenNames(viewOf())).toBe('');
});
