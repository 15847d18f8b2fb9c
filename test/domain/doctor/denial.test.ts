// Which of the two usual causes a denial by GHCR has, told by what GitHub says of the token.
import { expect, test } from 'vitest';
import { findDenialCause } from '../../../src/domain/doctor/denial.ts';
import type { MachineToken } from '../../../src/domain/machine-token.ts';
import { parseImageRepository } from '../../../src/domain/image/reference.ts';
import { must } from '../../messages/sample-view.ts';

const GHCR = must(parseImageRepository('ghcr.io/acme/dotca'));
const OTHER = must(parseImageRepository('registry.example.com/acme/dotca'));
const WRITES: MachineToken = {
  kind: 'accepted',
  id: 9,
  login: 'acme-bot',
  scopes: ['write:packages'],
  expiresAt: null,
};
const READS: MachineToken = { ...WRITES, scopes: ['read:packages'] };
const DENIED = { image: GHCR, access: 'push', code: 'registry-denied', hasCredential: true, token: WRITES } as const;

test.each([
  ['a token that may write: it is the package', {}, { code: 'package-role', login: 'acme-bot', access: 'push' }],
  [
    'a token that may read, refused to read: it is the package',
    { access: 'pull', token: READS },
    { code: 'package-role', login: 'acme-bot', access: 'pull' },
  ],
  ['a token that may only read, refused to write: it is the token', { token: READS }, { code: 'token-lacks-scope' }],
  ['a token that GitHub refuses: it is the token', { token: { kind: 'refused' } }, { code: 'token-refused' }],
  ['a token of unknown scopes: both stay possible', { token: { ...WRITES, scopes: null } }, null],
  ['a token that could not be asked about: both stay possible', { token: { kind: 'unknown', because: 'x' } }, null],
  ['nobody at all: the message says which variables', { token: null, hasCredential: false }, null],
  ['another registry: the message names its account', { image: OTHER }, null],
  ['an image that is not there', { code: 'repository-unknown' }, { code: 'image-not-pushed', image: GHCR }],
  ['a registry that is away', { code: 'registry-unavailable' }, null],
] as const)('%s', (_, changes, cause) => {
  expect(findDenialCause({ ...DENIED, ...changes })).toEqual(cause);
});
