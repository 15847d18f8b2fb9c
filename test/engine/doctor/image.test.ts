// Which of the two usual causes a denial by GHCR has, told by what GitHub says of the token.
import { expect, test } from 'vitest';
import type { MachineToken } from '../../../src/domain/machine-token.ts';
import { parseImageRepository } from '../../../src/domain/image/reference.ts';
import { hintOfDenial } from '../../../src/engine/doctor/image.ts';
import { must } from '../../messages/sample-view.ts';

const GHCR = must(parseImageRepository('ghcr.io/acme/dotca'));
const OTHER = must(parseImageRepository('registry.example.com/acme/dotca'));
const WRITES: MachineToken = { kind: 'accepted', login: 'acme-bot', scopes: ['write:packages'], expiresAt: null };
const READS: MachineToken = { ...WRITES, scopes: ['read:packages'] };
const DENIED = { image: GHCR, access: 'push', code: 'registry-denied', hasCredential: true, token: WRITES } as const;

test.each([
  [
    'a token that may write: it is the package',
    {},
    /^The token has the scope, so it is the package: give acme-bot the role Write there/,
  ],
  [
    'a token that may read, refused to read: it is the package',
    { access: 'pull', token: READS },
    /role Read there .*SSO/,
  ],
  [
    'a token that may only read, refused to write: it is the token',
    { token: READS },
    /^It is the token: it lacks write:packages/,
  ],
  [
    'a token that GitHub refuses: it is the token',
    { token: { kind: 'refused' } },
    /^It is the token: GitHub does not accept it/,
  ],
  ['a token of unknown scopes: both stay possible', { token: { ...WRITES, scopes: null } }, /^$/],
  ['a token that could not be asked about: both stay possible', { token: { kind: 'unknown', because: 'x' } }, /^$/],
  ['nobody at all: the sentence says which variables', { token: null, hasCredential: false }, /^$/],
  ['another registry: the sentence names its account', { image: OTHER }, /^$/],
  ['an image that is not there', { code: 'repository-unknown' }, /^Has the build pushed ghcr\.io\/acme\/dotca yet/],
  ['a registry that is away', { code: 'registry-unavailable' }, /^$/],
] as const)('%s', (_, changes, message) => {
  expect(hintOfDenial({ ...DENIED, ...changes }) ?? '').toMatch(message);
});
