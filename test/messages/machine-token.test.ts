// The line on a card while the server's token for ghcr.io is about to end.
import { expect, test } from 'vitest';
import { tokenWarningText } from '../../src/messages/machine-token.ts';
import { AT } from './sample-view.ts';

test('it shows the state of the token, the consequence, and what the operator can do', () => {
  expect(tokenWarningText({ tokenWarning: { kind: 'refused' } })).toMatchSnapshot('refused');
  expect(tokenWarningText({ tokenWarning: { kind: 'expires', at: AT } })).toMatchSnapshot('expires');
  const comments = { kind: 'can-comment', login: 'acme-bot' } as const;
  expect(tokenWarningText({ tokenWarning: { ...comments, isKnown: true } })).toMatchSnapshot('can comment');
  expect(tokenWarningText({ tokenWarning: { ...comments, isKnown: false } })).toMatchSnapshot('scopes not known');
  expect(tokenWarningText({ tokenWarning: null })).toBe('');
});
